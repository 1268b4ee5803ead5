"""Prove a definition sound before it is published, or name every fault by its path with a remedy."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from pydantic import ValidationError

from services.catalogue import expressions
from services.catalogue.action_settings import Actions, action_faults
from services.catalogue.composing import unknown_placeholders
from services.catalogue.definition import (
    DateField,
    Definition,
    GroupField,
    MoneyField,
    NumberField,
    OneOfField,
    Part,
    SeveralOfField,
    TextField,
)
from services.catalogue.examples import example_faults
from services.catalogue.expressions import BadExpression, Expressions
from services.catalogue.fees import fee_faults
from services.catalogue.patterns import repeats_a_repetition
from services.catalogue.reports import report_faults
from services.catalogue.routes import appeal_faults, closure, route_faults
from services.catalogue.silence import silence_faults

RESERVED_PAGE_KEYS = {"check", "discard", "later", "papers"}
RESERVED_FIELD_NAMES = {"csrfmiddlewaretoken", "__proto__", "prototype"}
ANSWER_NAMES = re.compile(r"\banswers\.([a-z][a-z0-9_]*)")
NOT_TEXTS = {"parameters", "settings", "keywords", "answers", "person"}


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: where (a path as in `workflow.steps.3.next.0.to`, its line when known), what is wrong, what to do."""

    path: str
    message: str
    remedy: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}: {self.message}. {self.remedy}"


class Unsound(Exception):
    """The definition can't be published; `faults` tells all that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def parse(data: Any, actions: Actions, today: date | None = None) -> Definition:
    """Read a definition from plain data and prove it sound; raise `Unsound` with every fault.

    `actions` are those that robots know, each with the form of its settings; `today` is the day on which the examples
    are read, the portal's own when not given.
    """
    definition = fitting(data, actions)
    faults = sorted(bad_examples(definition, today or timezone.localdate()))
    if faults:
        raise Unsound(faults)
    return definition


def bad_examples(definition: Definition, today: date) -> list[Fault]:
    """Give the faults of the examples of a definition whose parts fit together."""
    return [Fault(*fault) for fault in example_faults(definition, today)]


def fitting(data: Any, actions: Actions) -> Definition:
    """Read a definition whose parts fit together, whatever its examples say; raise `Unsound` with every fault."""
    try:
        definition = Definition.model_validate(data)
    except ValidationError as error:
        raise Unsound([_shape_fault(fault, data) for fault in error.errors()]) from None
    faults = sorted(find_faults(definition, actions))
    if faults:
        raise Unsound(faults)
    return definition


def find_faults(definition: Definition, actions: Actions) -> Iterator[Fault]:
    """Give every fault in how the parts of a definition fit together."""
    yield from _missing_languages(definition)
    yield from _bad_names(definition)
    yield from _bad_patterns(definition)
    yield from _bad_bounds(definition)
    yield from _bad_expressions(definition)
    yield from _circular_conditions(definition)
    yield from _bad_questions(definition)
    yield from _bad_placeholders(definition)
    yield from _bad_parameters(definition)
    told = [*route_faults(definition), *action_faults(definition, actions), *appeal_faults(definition)]
    told += [*silence_faults(definition), *report_faults(definition), *fee_faults(definition)]
    yield from (Fault(*fault) for fault in told)


def _shape_fault(error: Any, data: Any) -> Fault:
    path = ".".join(_as_written(error["loc"], data))
    remedies = {
        "extra_forbidden": "Remove it, or correct its spelling.",
        "missing": "Add it.",
        "union_tag_invalid": "Choose one of the kinds listed.",
    }
    return Fault(path or "(whole text)", error["msg"], remedies.get(error["type"], "See docs/definition.schema.json."))


def _as_written(path: Iterable[Any], data: Any) -> Iterator[str]:
    """Give the path that the author knows: without the kinds and types that were tried."""
    was_kind = False
    for name in path:
        was_kind = not was_kind and isinstance(data, dict) and data.get("kind") == name
        if was_kind:
            continue
        yield str(name)
        try:
            data = data[name]
        except (KeyError, IndexError, TypeError):
            return
        if not isinstance(data, dict | list):
            return


def walk(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Give every value inside a part with its path, parts and texts included."""
    yield path, part
    if isinstance(part, Part):
        children: Iterable[tuple[Any, Any]] = ((name, getattr(part, name)) for name in type(part).model_fields)
    elif isinstance(part, list):
        children = enumerate(part)
    else:
        return
    for name, child in children:
        yield from walk(child, f"{path}.{name}" if path else str(name))


def _missing_languages(definition: Definition) -> Iterator[Fault]:
    for path, value in walk(definition):
        if not isinstance(value, dict) or path.rsplit(".", 1)[-1] in NOT_TEXTS:
            continue
        for language in definition.languages:
            if language not in value:
                yield Fault(path, f"has no text in '{language}'", "Add it: each text is needed in every language.")


def _reserved_page_keys(definition: Definition) -> Iterator[Fault]:
    for index, page in enumerate(definition.pages):
        if page.key in RESERVED_PAGE_KEYS:
            yield Fault(f"pages.{index}.key", f"the name '{page.key}' is reserved", "Choose another name.")


def _bad_names(definition: Definition) -> Iterator[Fault]:
    keys = [field.key for page in definition.pages for field in page.fields]
    keys += [evidence.key for evidence in definition.evidence]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Fault("pages", f"the name '{key}' is used twice", "Give each field and evidence a name of its own.")
    for key in keys:
        if expressions.is_constant_name(key) or key in RESERVED_FIELD_NAMES:
            yield Fault("pages", f"the name '{key}' is reserved", "Choose another name.")
    yield from _reserved_page_keys(definition)
    yield from _repeated("rejection_reasons", [reason.code for reason in definition.rejection_reasons])
    yield from _repeated("documents", [document.key for document in definition.documents])
    yield from _repeated("pages", [page.key for page in definition.pages])
    yield from _repeated("delivered_by", [delivery.office for delivery in definition.delivered_by])
    for path, part in walk(definition.pages, "pages"):
        if isinstance(part, OneOfField | SeveralOfField):
            yield from _repeated(f"{path}.options", [option.value for option in part.options])
        if isinstance(part, GroupField):
            yield from _repeated(f"{path}.fields", [field.key for field in part.fields])


def _repeated(path: str, keys: list[str]) -> Iterator[Fault]:
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Fault(path, f"'{key}' stands there twice", "Remove or rename one.")


def _bad_patterns(definition: Definition) -> Iterator[Fault]:
    for path, part in walk(definition):
        if not isinstance(part, TextField) or part.pattern is None:
            continue
        try:
            compiled = re.compile(part.pattern)
        except re.error as error:
            yield Fault(f"{path}.pattern", f"is no regular expression ({error})", "Correct it.")
            continue
        if repeats_a_repetition(part.pattern):
            yield Fault(f"{path}.pattern", "repeats a repetition, which can take for ever", "Write it without nesting.")
        if part.example is not None and not compiled.fullmatch(part.example):
            yield Fault(f"{path}.example", "doesn't match its own pattern", "Correct the example or the pattern.")


def _bad_bounds(definition: Definition) -> Iterator[Fault]:
    for path, part in walk(definition.pages, "pages"):
        match part:
            case DateField():
                yield from _bad_days(path, part)
            case NumberField(minimum=Decimal() as least, maximum=Decimal() as most) if least > most:
                yield Fault(path, "its minimum is more than its maximum", "Correct one of them.")
            case MoneyField(minimum=Decimal() as least, maximum=Decimal() as most) if least > most:
                yield Fault(path, "its minimum is more than its maximum", "Correct one of them.")
            case GroupField(at_least=fewest, at_most=most) if fewest > most:
                yield Fault(path, "at_least is more than at_most", "Correct one of them.")


def _bad_days(path: str, field: DateField) -> Iterator[Fault]:
    for name, day in (("earliest", field.earliest), ("latest", field.latest)):
        try:
            date.fromisoformat(day if day and not day.startswith("today") else "2026-01-01")
        except ValueError:
            yield Fault(f"{path}.{name}", f"there is no day '{day}'", "Give a date that exists.")


def _bad_expressions(definition: Definition) -> Iterator[Fault]:
    compiler = Expressions(definition)
    for path, part in walk(definition):
        name = path.rsplit(".", 1)[-1]
        if not isinstance(part, str) or name not in ("when", "show", "required"):
            continue
        yield from _expression_fault(compiler, path, part, expressions.BOOL)
    for path, part in walk(definition.pages, "pages"):
        if isinstance(part, GroupField):
            yield from _conditions_in_group(path, part)


def _bad_questions(definition: Definition) -> Iterator[Fault]:
    asked = [question for part in definition.eligibility for question in part.questions]
    yield from _repeated("eligibility", [question.key for question in asked])
    for question in asked:
        if (question.kind == "one_of") != (len(question.options) > 1):
            yield Fault(
                "eligibility", f"'{question.key}' has the wrong options", "Give two or more to a `one_of` only."
            )


def _circular_conditions(definition: Definition) -> Iterator[Fault]:
    placed = [
        (f"pages.{number}.fields.{index}.show", field.key, f"{page.show or ''} {field.show or ''}")
        for number, page in enumerate(definition.pages)
        for index, field in enumerate(page.fields)
    ]
    needs = {key: ANSWER_NAMES.findall(condition) for _path, key, condition in placed}
    for path, key, _condition in placed:
        if key in closure(set(needs[key]), needs):
            yield Fault(path, f"whether '{key}' is shown depends on its own answer", "Break the circle of conditions.")


def _expression_fault(compiler: Expressions, path: str, text: str, kind: Any) -> Iterator[Fault]:
    try:
        compiler.compile(text, kind)
    except BadExpression as fault:
        yield Fault(path, f"the expression doesn't compile: {fault}", "See docs/definitions.md for names and types.")


def _conditions_in_group(path: str, group: GroupField) -> Iterator[Fault]:
    for index, field in enumerate(group.fields):
        if field.show is not None or isinstance(field.required, str):
            yield Fault(f"{path}.fields.{index}", "in a group has a condition", "Put the condition on the group.")


def _bad_placeholders(definition: Definition) -> Iterator[Fault]:
    for index, document in enumerate(definition.documents):
        for language, body in document.body.items():
            for name in unknown_placeholders(body, definition.fields):
                yield Fault(
                    f"documents.{index}.body.{language}", f"'{{{name}}}' is unknown", "See docs/definitions.md."
                )


def _bad_parameters(definition: Definition) -> Iterator[Fault]:
    declared = set(definition.parameters)
    for index, delivery in enumerate(definition.delivered_by):
        for name in sorted(declared ^ set(delivery.parameters)):
            wrong = "isn't declared under parameters" if name not in declared else "has no value"
            yield Fault(f"delivered_by.{index}.parameters", f"'{name}' {wrong}", "Each office sets every parameter.")
