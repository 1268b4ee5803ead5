"""The answers to a definition's form as JSON Schema (draft 2020-12), for programs that fill it in. Pure functions.

It says shapes, lengths, choices, what is always required, and as if/then what certain answers make required. Other
conditions, check digits and bounds that move with today are judged when answers are read (`answers.read`); a schema
that is met never says that answers are taken, one that isn't says surely that they aren't.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from services.agencies.rules import in_language
from services.catalogue.answer_kinds import ADDRESS_PARTS, LONGEST_LINE
from services.catalogue.answers import always_asked, is_always_required
from services.catalogue.definition import (
    AnyField,
    DateField,
    Definition,
    FileField,
    GroupField,
    LongTextField,
    MoneyField,
    NumberField,
    OneOfField,
    Page,
    SeveralOfField,
    TextField,
)

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NOT_IN_IT = (
    "Conditions are CEL. What certain answers make required is in allOf; what other conditions show or require, check "
    "digits, and bounds that move with today are judged when answers are read: ask for the faults of a draft."
)
# `answers.owned`, or `answers.reason == 'lost'`, also several of them of which one suffices
CONDITION = re.compile(r"""answers\.(\w+)(?: == (['"])([^'"\\]+)\2)?""")
LONGEST = {"email": 254, "phone": 40, "personal_identifier": 60}
Schema = dict[str, Any]


def form_schema(definition: Definition, language: str) -> Schema:
    """Give the schema of all answers, with labels and hints in a language; files are sent apart, so none is in it."""
    always = {field.key for field in always_asked(definition)}
    fields = [field for field in definition.fields.values() if not isinstance(field, FileField)]
    properties = _object(fields, language, (field.key for field in fields if field.key in always))
    for page in definition.pages:
        _tell_conditions(page, properties["properties"])
    rules = list(_rules(definition))
    return {
        "$schema": DRAFT,
        "$comment": NOT_IN_IT,
        "title": in_language(definition.title, language),
        **properties,
        **({"allOf": rules} if rules else {}),
    }


def _tell_conditions(page: Page, properties: Schema) -> None:
    """Put the conditions of a page and its questions beside what they are about."""
    for field in page.fields:
        shown = " and ".join(f"({one})" if page.show and field.show else one for one in (page.show, field.show) if one)
        told = [f"Shown when: {shown}"] if shown else []
        told += [f"Required when: {field.required}"] if isinstance(field.required, str) else []
        if told and field.key in properties:
            properties[field.key]["$comment"] = ". ".join(told)


def _rules(definition: Definition) -> Iterator[Schema]:
    """Give what answers make required, where each condition is about questions that are always shown."""
    shown = {field.key: field for page in definition.pages if not page.show for field in page.fields if not field.show}
    for page in definition.pages:
        for field in page.fields:
            conditions = [one for one in (page.show, field.show, field.required) if isinstance(one, str)]
            known = [schema for one in conditions if (schema := _condition(shown, one))]
            if known and len(known) == len(conditions) and _has_to_be_there(field):
                yield {"if": {"allOf": known}, "then": {"required": [field.key]}}


def _has_to_be_there(field: AnyField) -> bool:
    """Tell whether a question is to be answered in the JSON once it is asked."""
    is_optional = field.required is False or (isinstance(field, GroupField) and not field.at_least)
    return not is_optional and not isinstance(field, FileField)


def _condition(shown: Mapping[str, AnyField], condition: str) -> Schema | None:
    """Give a condition as a schema of the answers; None for one that only the portal can judge."""
    found = [CONDITION.fullmatch(part.strip()) for part in condition.split("||")]
    known = [schema for one in found if one and (schema := _is_answered(shown, one[1], one[3]))]
    return {"anyOf": known} if len(known) == len(found) else None


def _is_answered(shown: Mapping[str, AnyField], key: str, value: str | None) -> Schema | None:
    kind = shown[key].kind if key in shown else ""
    if kind != ("yes_no" if value is None else "one_of"):
        return None
    return {"properties": {key: {"const": True if value is None else value}}, "required": [key]}


def _object(fields: Iterable[AnyField], language: str, required: Iterable[str]) -> Schema:
    properties = {field.key: _field(field, language) for field in fields}
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _field(field: AnyField, language: str) -> Schema:
    words = {"title": in_language(field.label, language)}
    if field.hint:
        words["description"] = in_language(field.hint, language)
    return {**words, **KINDS[field.kind](field, language)}


def _text(field: TextField | LongTextField, language: str) -> Schema:
    schema: Schema = {"type": "string", "minLength": 1, "maxLength": field.max_length}
    if isinstance(field, TextField) and field.pattern:
        schema["pattern"] = f"^(?:{field.pattern})$"
    if isinstance(field, TextField) and field.example:
        schema["examples"] = [field.example]
    return schema


def _number(field: NumberField, language: str) -> Schema:
    if field.decimals:
        return _decimal(field, field.decimals)
    return {"type": "integer", **_bounds(field)}


def _money(field: MoneyField, language: str) -> Schema:
    return _decimal(field, 2)


def _decimal(field: NumberField | MoneyField, places: int) -> Schema:
    """Decimals are kept as texts, which lose nothing; numbers are taken, too."""
    written = {"type": "string", "pattern": rf"^[+-]?[0-9]{{1,13}}(\.[0-9]{{1,{places}}})?$"}
    return {"anyOf": [written, {"type": "number", **_bounds(field)}]}


def _bounds(field: NumberField | MoneyField) -> Schema:
    named = {"minimum": field.minimum, "maximum": field.maximum}
    known = {name: bound for name, bound in named.items() if bound is not None}
    return {name: int(bound) if bound == int(bound) else float(bound) for name, bound in known.items()}


def _date(field: DateField, language: str) -> Schema:
    named = {"x-earliest": field.earliest, "x-latest": field.latest}
    return {"type": "string", "format": "date", **{name: bound for name, bound in named.items() if bound}}


def _one_of(field: OneOfField, language: str) -> Schema:
    return {"oneOf": _options(field, language)}


def _several_of(field: SeveralOfField, language: str) -> Schema:
    most = {"maxItems": field.at_most} if field.at_most else {}
    return {"type": "array", "uniqueItems": True, "items": {"oneOf": _options(field, language)}, **most}


def _options(field: OneOfField | SeveralOfField, language: str) -> list[Schema]:
    return [{"const": option.value, "title": in_language(option.label, language)} for option in field.options]


def _line(field: AnyField, language: str) -> Schema:
    format_of = {"format": "email"} if field.kind == "email" else {}
    return {"type": "string", "minLength": 1, "maxLength": LONGEST[field.kind], **format_of}


def _address(field: AnyField, language: str) -> Schema:
    parts: Mapping[str, Schema] = {
        name: {"type": "string", "maxLength": LONGEST_LINE} | ({"minLength": 1} if is_needed else {})
        for name, is_needed in ADDRESS_PARTS.items()
    }
    needed = [name for name, is_needed in ADDRESS_PARTS.items() if is_needed]
    return {"type": "object", "properties": parts, "required": needed, "additionalProperties": False}


def _location(field: AnyField, language: str) -> Schema:
    parts = {
        name: {"anyOf": [{"type": "string"}, {"type": "number", "minimum": -most, "maximum": most}]}
        for name, most in (("lat", 90), ("lon", 180))
    }
    return {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}


def _group(field: GroupField, language: str) -> Schema:
    # In each entry every field is there that isn't left to choice: entries have no conditions of their own.
    items = _object(field.fields, language, (part.key for part in field.fields if part.required))
    least = {"minItems": field.at_least} if is_always_required(field) else {}
    return {"type": "array", "items": items, "maxItems": field.at_most, **least}


KINDS: Mapping[str, Callable[[Any, str], Schema]] = {
    "text": _text,
    "long_text": _text,
    "number": _number,
    "money": _money,
    "date": _date,
    "yes_no": lambda _field, _language: {"type": "boolean"},
    "one_of": _one_of,
    "several_of": _several_of,
    "email": _line,
    "phone": _line,
    "personal_identifier": _line,
    "address": _address,
    "location": _location,
    "group": _group,
}
