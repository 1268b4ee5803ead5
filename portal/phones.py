"""How people give their phone number in the portal's own forms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.catalogue.answer_kinds import Bad, phone_number


class PhoneNumberField(forms.CharField):
    """A phone number as people write it, kept as E.164."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "dir": "ltr"})
        super().__init__(**{"label": _("Phone"), "required": False, "max_length": 40, "widget": widget, **kwargs})

    def to_python(self, value: Any) -> str:
        given = super().to_python(value)
        try:
            return phone_number(given) if given else ""
        except Bad as bad:
            raise forms.ValidationError(bad.message, code=bad.code) from None
