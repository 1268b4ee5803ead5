"""Tell answers in words of a language. Pure functions without the database."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from services.agencies.rules import in_language


def display(field: Any, value: Any, language: str) -> str:
    """Tell an answer to a field; the entries of a group on lines of their own."""
    return WORDS.get(field.kind, _plain)(field, value, language)


def as_typed(field: Any, value: Any, language: str) -> str:
    """Tell what was typed, right or wrong, as far as there is anything: part by part, entry by entry."""
    match value:
        case list() if field.kind == "group":
            return "\n".join(_entry(field, item, language) for item in value)
        case list():
            return ", ".join(_option(field, item, language) for item in value)
        case dict():
            return ", ".join(str(part) for part in value.values() if part)
        case None | bool():
            return "" if value is None else _yes_no(field, value, language)
    return _option(field, value, language)


def _entry(group: Any, item: Mapping[str, Any], language: str) -> str:
    labels = [(one.label, as_typed(one, item.get(one.key), language)) for one in group.fields]
    return "; ".join(f"{in_language(label, language)}: {words or '–'}" for label, words in labels)


def _option(field: Any, value: Any, language: str) -> str:
    return _one_of(field, value, language) if field.kind in ("one_of", "several_of") else str(value)


def _plain(field: Any, value: Any, language: str) -> str:
    return str(value)


def _yes_no(field: Any, value: Any, language: str) -> str:
    return _("Yes") if value else _("No")


def _one_of(field: Any, value: Any, language: str) -> str:
    labels = {option.value: option.label for option in field.options}
    return in_language(labels[value], language) if value in labels else str(value)


def _several_of(field: Any, value: Any, language: str) -> str:
    return ", ".join(_one_of(field, item, language) for item in value)


def _number(field: Any, value: Any, language: str) -> str:
    number = number_format(value)
    return f"{number} {in_language(field.unit, language)}" if field.unit else number


def _money(field: Any, value: Any, language: str) -> str:
    return f"{number_format(value)} AZN"


def _date(field: Any, value: Any, language: str) -> str:
    return date_format(date.fromisoformat(value))


def _address(field: Any, value: Mapping[str, str], language: str) -> str:
    street = " ".join(value[part] for part in ("street", "house", "apartment") if value.get(part))
    city = " ".join(value[part] for part in ("postal_code", "city") if value.get(part))
    return ", ".join(part for part in (street, city) if part)


def _location(field: Any, value: Mapping[str, str], language: str) -> str:
    return f"{value['lat']}, {value['lon']}"


def _group(field: Any, value: Any, language: str) -> str:
    return "\n".join(_item(field, item, language) for item in value)


def _item(group: Any, item: Mapping[str, Any], language: str) -> str:
    known = [field for field in group.fields if field.key in item]
    return "; ".join(
        f"{in_language(field.label, language)}: {display(field, item[field.key], language)}" for field in known
    )


WORDS: dict[str, Callable[[Any, Any, str], str]] = {
    "yes_no": _yes_no,
    "one_of": _one_of,
    "several_of": _several_of,
    "number": _number,
    "money": _money,
    "date": _date,
    "address": _address,
    "location": _location,
    "group": _group,
}
