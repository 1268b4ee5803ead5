"""The profile: what a person tells once, so that every form can be filled in with it."""

import json
import unicodedata
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.citizens.applying_tabs import Difference
from portal.fields import DayField, DayInput, PhoneNumberField
from services.accounts.models import User

OLDEST = timedelta(days=130 * 366)
PARTS = {
    "street": gettext_lazy("Street"),
    "house": gettext_lazy("House number"),
    "apartment": gettext_lazy("Apartment"),
    "city": gettext_lazy("City or village"),
    "postal_code": gettext_lazy("Postal code"),
}
AUTOCOMPLETE = {"street": "address-line1", "city": "address-level2", "postal_code": "postal-code"}


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    phone = PhoneNumberField()
    # What the profile was when the page was opened: another tab or device may have saved it since.
    shown_state = forms.Field(required=False, widget=forms.HiddenInput)

    class Meta:
        model = User
        fields = ("name", "birth_date", "phone", "language", "gender", "may_be_counted")
        labels = {
            "name": gettext_lazy("Name"),
            "birth_date": gettext_lazy("Date of birth"),
            "gender": gettext_lazy("Gender"),
            "may_be_counted": gettext_lazy("Count me, to see whether all are served alike"),
        }
        help_texts = {
            "gender": gettext_lazy("You don’t have to say. No official sees it."),
            "may_be_counted": gettext_lazy(
                "Then your gender, age, town and language are counted once a month with those of others, never told of "
                "fewer than five people, and used for nothing else. You can take it back here at any time."
            ),
        }
        field_classes = {"birth_date": DayField}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
            "birth_date": DayInput(attrs={"autocomplete": "bday"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part, label in PARTS.items():
            attributes = {"autocomplete": AUTOCOMPLETE.get(part, "off"), "dir": "auto"}
            initial = self.instance.address.get(part, "")
            self.fields[part] = forms.CharField(
                label=label, required=False, max_length=100, initial=initial, widget=forms.TextInput(attrs=attributes)
            )
        self._saved = self._values_of(self.instance)
        self.fields["shown_state"].initial = self.state

    @property
    def state(self) -> str:
        """Give a digest of what is saved, by which a page that shows something older is told."""
        encoded = json.dumps(self._saved, default=str, sort_keys=True)
        return salted_hmac("portal.profile", encoded, algorithm="sha256").hexdigest()

    def differences(self) -> list[Difference]:
        """Give where what was typed differs from what was saved since the page was opened; nothing when nothing was."""
        shown = self.cleaned_data["shown_state"]
        if not shown or shown == self.state:
            return []
        typed = {name: self.cleaned_data[name] for name in self._saved}
        return [
            Difference(str(self.fields[name].label), *(self._in_words(name, one[name]) for one in (self._saved, typed)))
            for name in self._saved
            if typed[name] != self._saved[name]
        ]

    def _values_of(self, user: User) -> dict[str, Any]:
        own = {name: getattr(user, name) for name in self.Meta.fields}
        return own | {part: user.address.get(part, "") for part in PARTS}

    def _in_words(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, date):
            return date_format(value)
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value) or "")

    def clean_name(self) -> str:
        """Take a name of any letters, of one word or many; only its spaces and its spelling in bytes are put right."""
        return " ".join(unicodedata.normalize("NFC", self.cleaned_data["name"]).split())

    def clean_birth_date(self) -> date | None:
        day: date | None = self.cleaned_data["birth_date"]
        today = timezone.localdate()
        if day is not None and not today - OLDEST < day <= today:
            raise forms.ValidationError(_("Give the day on which you were born, like 1990-07-31."))
        return day

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if self.instance.wants_sms and not phone:
            raise forms.ValidationError(
                _("We write to this number by SMS, as you chose. Choose e-mail first, then take the number away.")
            )
        return phone

    def save(self, commit: bool = True) -> User:
        self.instance.address = {part: self.cleaned_data[part] for part in PARTS if self.cleaned_data[part]}
        return super().save(commit)  # type: ignore[no-any-return]
