"""Fields of the portal's own forms that read what people write as the services' forms do."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.templatetags.words import in_language, language_of
from services.catalogue.answer_kinds import Bad, address_as_seen, identifier, phone_number


class Words(str):
    """Words of a definition in an option; `language` where it isn't the page's, since an option can't hold marks."""

    __slots__ = ("language",)


def option_words(texts: Mapping[Any, str], told: str = "") -> Words:
    """Give a text of a definition, or what is told in its language, for an option of a `SelectOfWords`."""
    words = Words(told or in_language(texts))
    words.language = language_of(texts)
    return words


class SelectOfWords(forms.Select):
    """A list of options, each of which says in which language it is."""

    def create_option(
        self, name: str, value: Any, label: Any, selected: Any, index: int, subindex: Any = None, attrs: Any = None
    ) -> dict[str, Any]:
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        if language := getattr(label, "language", ""):
            option["attrs"]["lang"] = language
        return option


def chosen(field: Any, clean: Callable[[Any], Any], value: Any) -> Any:
    """Read a choice of rows; what can't even be a row's number is as little offered as any other."""
    try:
        return clean(value)
    except forms.ValidationError as error:
        if error.code == "required":
            raise
        raise forms.ValidationError(field.error_messages["invalid_choice"], code="invalid_choice") from None


class ChosenField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of one row."""

    def clean(self, value: Any) -> Any:
        return chosen(self, super().clean, value)


class ChosenSeveralField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """A choice of several rows."""

    def clean(self, value: Any) -> Any:
        return chosen(self, super().clean, value)


class NamedField(ChosenField):
    """A choice of agencies, offices or desks, each by its name and its name's language."""

    widget = SelectOfWords

    def label_from_instance(self, obj: Any) -> str:
        return option_words(obj.name)


class ReadField(forms.CharField):
    """A line of text that is brought into its one form, or refused in words."""

    read: Callable[[str], str]
    defaults: dict[str, Any]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **self.defaults, **kwargs})

    def to_python(self, value: Any) -> str:
        given = super().to_python(value)
        try:
            return type(self).read(given) if given else ""
        except Bad as bad:
            raise forms.ValidationError(bad.message, code=bad.code) from None


def as_seen(address: str) -> None:
    """Refuse an e-mail address that isn't what it looks like: by letters that nobody sees, or of another alphabet."""
    try:
        address_as_seen(address)
    except Bad as bad:
        raise forms.ValidationError(bad.message, code=bad.code) from None


class PhoneNumberField(ReadField):
    """A phone number as people write it, kept as E.164."""

    read = staticmethod(phone_number)
    defaults = {"label": _("Phone"), "max_length": 40}
    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "dir": "ltr"})


class IdentifierField(ReadField):
    """A personal identifier."""

    read = staticmethod(identifier)
    defaults = {"label": _("Personal identifier"), "max_length": 60}
    widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "dir": "ltr"})


class DayInput(forms.DateInput):
    """A day, by the browser's own picker where there is one."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Show what is no day as text: a picker would show nothing of it."""
        context = super().get_context(name, value, attrs)
        if value and not is_day(context["widget"]["value"]):
            context["widget"]["type"] = "text"
        return context


def is_day(text: str) -> bool:
    """Tell whether a text is a day that a browser's picker can show."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class DayField(forms.DateField):
    """A day as browsers send it; other orders, which may be read in two ways, and other digits are refused."""

    widget = DayInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "input_formats": ["%Y-%m-%d"]})

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str) and not value.isascii():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)
