"""Answers of a draft as programs send them: right or wrong they are kept, but in the shape that the pages keep.

A draft is open on pages, too, so an answer that no page could show is refused at once, like one to no question.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from services.catalogue.answer_kinds import ADDRESS_PARTS, NO_NUMBER, NOT_ALL_OFFERED, Bad
from services.catalogue.answers import Problem
from services.catalogue.definition import AnyField, GroupField

PLACE_PARTS = ("lat", "lon")
TEXT, NO_QUESTION = _("Give a text."), _("There is no such question. Remove it.")


def changed(
    fields: Mapping[str, AnyField], kept: Mapping[str, Any], sent: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """Give the answers with what was sent, null taking one away; and a problem for each that can't be kept."""
    problems = list(_problems(fields, sent))
    if problems:
        return dict(kept), problems
    new = {key: _shaped(fields[key], value) for key, value in sent.items() if value is not None}
    return {key: value for key, value in kept.items() if key not in sent} | new, []


def _problems(fields: Mapping[str, AnyField], sent: Mapping[str, Any]) -> Iterator[Problem]:
    for key, value in sent.items():
        if key not in fields:
            yield Problem(str(key)[:60], NO_QUESTION, "unknown")
        elif value is not None:
            yield from _problems_of(fields[key], value)


def _problems_of(field: AnyField, value: Any) -> Iterator[Problem]:
    try:
        _shaped(field, value)
    except Bad as bad:
        yield Problem(field.key, bad.message, bad.code)


def _shaped(field: Any, value: Any) -> Any:
    """Give an answer as the pages keep it; raise `Bad` for another shape."""
    return SHAPES.get(field.kind, _text)(field, value)


def _text(_field: Any, value: Any) -> str:
    if not isinstance(value, str):
        raise Bad("type", TEXT)
    return value


def _number(_field: Any, value: Any) -> str:
    """Give a number as it is typed."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Bad("type", NO_NUMBER)
    return f"{Decimal(str(value)).normalize():f}" if isinstance(value, float) else str(value)


def _yes_no(_field: Any, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Bad("type", _("Choose yes or no."))
    return value


def _several_of(_field: Any, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Bad("type", NOT_ALL_OFFERED)
    return value


def _parts_of(names: Iterable[str], part: Callable[[Any, Any], str], words: Any) -> Callable[[Any, Any], Any]:
    def shaped(field: Any, value: Any) -> dict[str, str]:
        if not isinstance(value, dict) or not set(value) <= set(names):
            raise Bad("type", words)
        return {name: part(field, one) for name, one in value.items() if one is not None}

    return shaped


def _file(_field: Any, _value: Any) -> Any:
    raise Bad("file", _("Add the file."))


def _group(field: GroupField, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Bad("type", _("Give a list of entries."))
    if len(value) > field.at_most:
        raise Bad("count", _("Give at most %(count)s.") % {"count": field.at_most})
    return [_entry({part.key: part for part in field.fields}, entry) for entry in value]


def _entry(parts: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    if not entry.keys() <= parts.keys():
        raise Bad("unknown", NO_QUESTION)
    return {key: _shaped(parts[key], value) for key, value in entry.items() if value is not None}


SHAPES: Mapping[str, Callable[[Any, Any], Any]] = {
    "number": _number,
    "money": _number,
    "yes_no": _yes_no,
    "several_of": _several_of,
    "address": _parts_of(ADDRESS_PARTS, _text, _("Give street, house, city and postal code.")),
    "location": _parts_of(PLACE_PARTS, _number, _("Give latitude and longitude.")),
    "file": _file,
    "group": _group,
}
