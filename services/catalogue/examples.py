"""The examples of a definition: made-up requests, read on any day just as a citizen's answers are. Pure functions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from services.catalogue.answer_kinds import LARGEST, bound, is_blank
from services.catalogue.answers import Form, Problem, read, variables
from services.catalogue.definition import AnyField, DateField, Definition, Evidence, Example, GroupField, Question
from services.catalogue.eligibility import judge
from services.catalogue.expressions import Expressions, Unknown
from services.catalogue.fees import fee_of

DAY = re.compile(r"today([+-][0-9]{1,5}d)?")
NO_DAY = "Give a date that exists, like 2026-12-31, today or today-10d."
RawFault = tuple[str, str, str]


@dataclass(frozen=True)
class Tried:
    """What an example comes to on one day: its answers as they are kept, what is wrong with them, and what follows.

    `known` has the variables of conditions; `fee` is in AZN, None where the answers alone don't tell it.
    """

    answers: dict[str, Any]
    problems: list[Problem]
    papers: list[Evidence]
    known: dict[str, Any]
    fee: Decimal | None


def try_example(definition: Definition, expressions: Expressions, example: Example, today: date) -> Tried:
    """Read an example as if it were sent today, online, to the first office, with each paper."""
    parameters = definition.delivered_by[0].parameters
    context: dict[str, Any] = {"today": today.isoformat(), "office_parameters": parameters, "applicant": NOBODY}
    papers = {evidence.key: 1 for evidence in definition.evidence}
    files = papers | {field.key: 1 for field in definition.fields.values() if field.kind == "file"}
    checked = read(definition, expressions, answers_on(definition, example, today), context=context, evidence=files)
    form = Form(definition, expressions, checked.answers, context, files)
    known = variables(definition, answers=checked.answers, evidence_counts=files, **context)
    try:
        fee = fee_of(definition, expressions, known, checked.answers, parameters)
    except Unknown:
        fee = None
    return Tried(checked.answers, checked.problems, form.evidence(), known, fee)


NOBODY = {"name": "", "personal_identifier": ""}


def examples_on(definition: Definition, expressions: Expressions, today: date) -> list[dict[str, Any]]:
    """Give the answers of each example that can be sent on a day."""
    tried = [try_example(definition, expressions, example, today) for example in definition.examples]
    return [one.answers for one in tried if not one.problems]


def answers_on(definition: Definition, example: Example, today: date) -> dict[str, Any]:
    """Give an example's answers as they were written, with the days that they mean on one day."""
    return {key: _on(definition.fields.get(key), value, today) for key, value in example.answers.items()}


def _on(field: AnyField | None, value: Any, today: date) -> Any:
    if isinstance(field, DateField) and isinstance(value, str) and DAY.fullmatch(value):
        return bound(value, today).isoformat()
    if isinstance(field, GroupField) and isinstance(value, list):
        parts: Mapping[str, Any] = {part.key: part for part in field.fields}
        return [_item_on(parts, item, today) if isinstance(item, dict) else item for item in value]
    return value


def _item_on(parts: Mapping[str, Any], item: Mapping[str, Any], today: date) -> dict[str, Any]:
    return {key: _on(parts.get(key), value, today) for key, value in item.items()}


# --- what is wrong with them --------------------------------------------------------------------------------------


def example_faults(definition: Definition, today: date) -> list[RawFault]:
    """Give what is wrong with the examples of a definition that is sound otherwise: path, message, remedy."""
    with override("en"):  # faults are kept in English, and what an answer's reader says is worded while it reads
        return list(_faults(definition, today))


def _faults(definition: Definition, today: date) -> Iterator[RawFault]:
    keys = [example.key for example in definition.examples]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield "examples", f"'{key}' stands there twice", "Remove or rename one."
    expressions = Expressions(definition) if keys else None
    for index, example in enumerate(definition.examples):
        assert expressions is not None
        tried, path = try_example(definition, expressions, example, today), f"examples.{index}"
        yield from _bad_answers(path, example, tried)
        yield from _unasked(path, definition, example, tried)
        yield from _bad_person(path, definition, expressions, example)
        if example.fee is not None and not tried.problems:
            yield from _other_fee(path, example, tried.fee)


def _bad_answers(under: str, example: Example, tried: Tried) -> Iterator[RawFault]:
    for problem in tried.problems:
        path = f"{under}.answers.{problem.path}"
        remedy = NO_DAY if problem.code == "date" else str(problem.message)
        if problem.code == "required" and is_blank(example.answers.get(problem.path)):
            yield path, f"the example '{example.key}' doesn't answer '{problem.path}'", remedy
        else:
            yield path, f"the example '{example.key}' can't answer '{problem.path}' so", remedy


def _unasked(under: str, definition: Definition, example: Example, tried: Tried) -> Iterator[RawFault]:
    """Find answers that would be dropped: to what isn't shown then, and to what takes files."""
    told = {problem.path.split(".")[0] for problem in tried.problems}
    for key, value in example.answers.items():
        path, field = f"{under}.answers.{key}", definition.fields.get(key)
        if field is None or key in tried.answers or key in told or is_blank(value):
            continue
        if field.kind == "file":
            yield path, f"the example '{example.key}' answers '{key}', which takes files", "Remove it."
        else:
            words = f"the example '{example.key}' answers '{key}', which isn't asked then"
            yield path, words, "Remove it, or change the answers that show it."


def _bad_person(under: str, definition: Definition, expressions: Expressions, example: Example) -> Iterator[RawFault]:
    faults = list(_bad_person_answers(under, definition, example))
    yield from faults
    if example.person and not faults and judge(definition, expressions, example.person).holds is False:
        path = f"{under}.person"
        words = f"the example '{example.key}' is of somebody who isn't entitled"
        yield path, words, "Change what that person answers."


def _bad_person_answers(under: str, definition: Definition, example: Example) -> Iterator[RawFault]:
    for key, value in example.person.items():
        path, question = f"{under}.person.{key}", definition.questions.get(key)
        if question is None:
            yield path, f"'{key}' is no question of eligibility", "Name one, or remove it."
        elif not _fits(question, value):
            words = f"the example '{example.key}' can't answer '{key}' so"
            yield path, words, "Give true or false, a whole number, or one of its options."


def _fits(question: Question, value: Any) -> bool:
    match question.kind:
        case "yes_no":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST
    return value in [option.value for option in question.options]


def _other_fee(under: str, example: Example, fee: Decimal | None) -> Iterator[RawFault]:
    path = f"{under}.fee"
    if fee is None:
        yield path, f"the answers of '{example.key}' alone don't tell what it costs", "Leave out its fee."
    elif fee != example.fee:
        yield path, f"the example '{example.key}' costs {fee}, not {example.fee}", "Correct the fee, or the example."
