"""Read one answer of each kind of field into its canonical form, or say what is wrong and what to do."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _

from services.accounts.rules import mixes_alphabets
from services.catalogue.definition import (
    AnyField,
    DateField,
    LongTextField,
    MoneyField,
    NumberField,
    OneOfField,
    PersonalIdentifierField,
    SeveralOfField,
    TextField,
)
from services.catalogue.rules import IDENTIFIER_RULES

REGION = "AZ"
LARGEST = Decimal(10) ** 12
MICRODEGREE = Decimal("0.000001")
ADDRESS_PARTS = {"street": True, "house": True, "apartment": False, "city": True, "postal_code": False}
LONGEST_LINE = 200
MOST_MARKS = 4  # letters that one letter may be typed as, before they are composed


UNKEPT = _("There is a character that can't be kept. Type the text again.")
NO_NUMBER = _("Give a number, like 12.")
NO_WHOLE_NUMBER = _("Give a whole number, like 12.")
TOO_LARGE = _("This number is too large. Give a smaller one.")
NO_DATE = _("Give a date that exists: year, month and day, like 2026-12-31.")
NOT_OFFERED = _("What was chosen is not offered any longer. Choose one of the options.")
NOT_ALL_OFFERED = _("What was chosen is not offered any longer. Choose from the options.")


class Bad(Exception):
    """The answer can't be taken; the message says why and what to do."""

    def __init__(self, code: str, message: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def clean_text(value: Any, longest: int, *, lines: bool = False) -> str:
    """Give a text in normal form without blanks around it; control characters are refused."""
    if not isinstance(value, str):
        raise Bad("type", _("Give a text."))
    if len(value) > longest * MOST_MARKS:  # before composing: a flood of marks takes minutes
        raise too_long(longest)
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    allowed = "\n\t" if lines else ""
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in allowed for letter in text):
        raise Bad("characters", UNKEPT)
    if len(text) > longest:
        raise too_long(longest)
    return text


def too_long(longest: int) -> Bad:
    return Bad("length", _("Use at most %(count)s characters.") % {"count": longest})


def read_text(field: TextField, value: Any, today: date) -> str:
    text = clean_text(value, field.max_length)
    if field.pattern and not re.fullmatch(field.pattern, text):
        example = field.example or field.pattern
        raise Bad("pattern", _("Write it like this: %(example)s") % {"example": example})
    return text


def read_long_text(field: LongTextField, value: Any, today: date) -> str:
    return clean_text(value, field.max_length, lines=True)


def plain_decimal(value: Any) -> Decimal:
    """Read a number without exponent, NaN or Infinity; booleans are no numbers."""
    if not isinstance(value, int | float | str | Decimal):
        raise Bad("number", NO_NUMBER)
    if isinstance(value, int) and abs(value) >= LARGEST:
        raise Bad("maximum", TOO_LARGE)
    text = f"{Decimal(str(value)).normalize():f}" if isinstance(value, float) else str(value).strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,13}(\.[0-9]{1,20})?", text):
        raise Bad("number", NO_NUMBER)
    return Decimal(text)


def _within(number: Decimal, minimum: Decimal | None, maximum: Decimal | None) -> None:
    if minimum is not None and number < minimum:
        raise Bad("minimum", _("Give a number of %(bound)s or more.") % {"bound": number_format(minimum)})
    if maximum is not None and number > maximum:
        raise Bad("maximum", _("Give a number of %(bound)s or less.") % {"bound": number_format(maximum)})
    if abs(number) >= LARGEST:
        raise Bad("maximum", TOO_LARGE)


def _places(number: Decimal, places: int) -> Decimal:
    """Give a number with this many decimals; `1.000` isn't taken where thousands could be meant."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        message = _("Use at most %(count)s decimals.") if places else NO_WHOLE_NUMBER
        raise Bad("decimals", message % {"count": places} if places else message)
    return number.quantize(Decimal(1).scaleb(-places)) + 0  # no minus before nothing


def read_number(field: NumberField, value: Any, today: date) -> int | str:
    number = _places(plain_decimal(value), field.decimals)
    _within(number, field.minimum, field.maximum)
    return str(number) if field.decimals else int(number)


def read_money(field: MoneyField, value: Any, today: date) -> str:
    number = _places(plain_decimal(value), 2)
    _within(number, field.minimum, field.maximum)
    return str(number)


def bound(text: str, today: date) -> date:
    """Give the day that `today`, `today-60d` or `2026-01-01` stands for."""
    if not text.startswith("today"):
        return date.fromisoformat(text)
    return today + timedelta(days=int(text[5:-1])) if len(text) > 5 else today


def read_date(field: DateField, value: Any, today: date) -> str:
    text = value.strip() if isinstance(value, str) else ""
    try:
        day = date.fromisoformat(text if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else "")
    except ValueError:
        raise Bad("date", NO_DATE) from None
    if field.earliest and day < (first := bound(field.earliest, today)):
        raise Bad("earliest", _("Give a date of %(day)s or later.") % {"day": date_format(first)})
    if field.latest and day > (last := bound(field.latest, today)):
        raise Bad("latest", _("Give a date of %(day)s or earlier.") % {"day": date_format(last)})
    return day.isoformat()


def read_yes_no(field: AnyField, value: Any, today: date) -> bool:
    if not isinstance(value, bool):
        raise Bad("choice", _("Choose yes or no."))
    return value


def read_one_of(field: OneOfField, value: Any, today: date) -> str:
    if value not in [option.value for option in field.options]:
        raise Bad("choice", NOT_OFFERED)
    return str(value)


def read_several_of(field: SeveralOfField, value: Any, today: date) -> list[str]:
    known = [option.value for option in field.options]
    if not isinstance(value, list) or any(item not in known for item in value):
        raise Bad("choice", NOT_ALL_OFFERED)
    if field.at_most and len(set(value)) > field.at_most:
        raise Bad("count", _("Choose at most %(count)s.") % {"count": field.at_most})
    return [item for item in known if item in value]


NO_ADDRESS = _("Write an e-mail address like name@example.org.")
MIXED = _("What stands behind the @ mixes letters of alphabets that look alike. Type it anew.")


def read_email(field: AnyField, value: Any, today: date) -> str:
    text = clean_text(value, 254)
    try:
        validate_email(text)
    except ValidationError:
        raise Bad("email", NO_ADDRESS) from None
    return address_as_seen(text)


def address_as_seen(address: str) -> str:
    """Give an e-mail address that is what it looks like; raise `Bad` for unseen letters and alphabets that mix."""
    if any(unicodedata.category(letter) in ("Cc", "Cf") for letter in address):
        raise Bad("email", NO_ADDRESS)
    if mixes_alphabets(address.rpartition("@")[2]):
        raise Bad("email", MIXED)
    return address


def read_phone(field: AnyField, value: Any, today: date) -> str:
    return phone_number(clean_text(value, 40))


def phone_number(text: str) -> str:
    """Give a phone number in the form of E.164; raise `Bad` when it can't be one."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise Bad("phone", _("Write a phone number like 050 123 45 67 or +994 50 123 45 67."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_address(field: AnyField, value: Any, today: date) -> dict[str, str]:
    if not isinstance(value, Mapping) or set(value) - set(ADDRESS_PARTS):
        raise Bad("type", _("Give street, house, city and postal code."))
    parts = {name: clean_text(value.get(name) or "", LONGEST_LINE) for name in ADDRESS_PARTS}
    if any(is_needed and not parts[name] for name, is_needed in ADDRESS_PARTS.items()):
        raise Bad("required", _("Give at least street, house and city."))
    return parts


def read_personal_identifier(field: PersonalIdentifierField, value: Any, today: date) -> str:
    return identifier(clean_text(value, 60), field.rule)


def identifier(typed: str, rule: str = "pin") -> str:
    """Give an identifier as it is kept; raise `Bad` when the rule finds it wrong."""
    text = "".join(typed.upper().replace("-", "").split())
    if not IDENTIFIER_RULES[rule](text):
        raise Bad("identifier", _("This number isn't right. Check it for typing errors."))
    return text


def read_location(field: AnyField, value: Any, today: date) -> dict[str, str]:
    if not isinstance(value, Mapping) or set(value) != {"lat", "lon"}:
        raise Bad("type", _("Give latitude and longitude."))
    place = {name: plain_decimal(value[name]).quantize(MICRODEGREE) + 0 for name in ("lat", "lon")}
    if abs(place["lat"]) > 90 or abs(place["lon"]) > 180:
        raise Bad("location", _("There is no such place. Latitude goes to 90 and longitude to 180."))
    return {name: str(number) for name, number in place.items()}


Reader = Callable[[Any, Any, date], Any]
READERS: dict[str, Reader] = {
    "text": read_text,
    "long_text": read_long_text,
    "number": read_number,
    "money": read_money,
    "date": read_date,
    "yes_no": read_yes_no,
    "one_of": read_one_of,
    "several_of": read_several_of,
    "email": read_email,
    "phone": read_phone,
    "address": read_address,
    "personal_identifier": read_personal_identifier,
    "location": read_location,
}


def is_blank(value: Any) -> bool:
    """Tell whether nothing was given: no text, no part of an address, nothing chosen."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(part is None or (isinstance(part, str) and not part.strip()) for part in value.values())
    if isinstance(value, Sequence):
        return len(value) == 0
    return value is None
