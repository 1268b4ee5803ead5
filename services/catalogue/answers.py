"""Answers to a definition's form: read, checked, shown or hidden by conditions, and told in words.

Pure functions without the database. Answers are kept as plain JSON without floats: money and decimals are texts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from services.catalogue.answer_kinds import READERS, Bad, is_blank
from services.catalogue.definition import (
    AnyField,
    Definition,
    Evidence,
    FileField,
    GroupField,
    Page,
    SimpleField,
)
from services.catalogue.expressions import Expressions

TEXT_LIKE = {"text", "long_text", "one_of", "email", "phone", "personal_identifier", "date"}
EMPTY: dict[str, Any] = {"yes_no": False, "several_of": [], "group": [], "address": {}, "location": {}, "file": 0}


@dataclass(frozen=True)
class Problem:
    """What is wrong with one answer: where (`owners.1.name`), in words, and as a code for programs."""

    path: str
    message: Any
    code: str


@dataclass(frozen=True)
class Checked:
    """Answers in canonical form, and every problem."""

    answers: dict[str, Any]
    problems: list[Problem]


def always_asked(definition: Definition) -> list[AnyField]:
    """Give the fields that are shown and required whatever else is answered."""
    pages = (page for page in definition.pages if page.show is None)
    return [field for page in pages for field in page.fields if is_always_required(field)]


def is_always_required(field: AnyField) -> bool:
    return field.required is True and field.show is None and not (isinstance(field, GroupField) and not field.at_least)


# --- what conditions may speak of ---------------------------------------------------------------------------------


def variables(
    definition: Definition,
    *,
    answers: Mapping[str, Any],
    evidence_counts: Mapping[str, int],
    found: Mapping[str, Any] | None = None,
    office_parameters: Mapping[str, Any] | None = None,
    applicant: Mapping[str, Any] | None = None,
    decided: Mapping[str, str] | None = None,
    fee: Decimal | None = None,
    today: str = "",
    channel: str = "online",
) -> dict[str, Any]:
    """Give the variables of conditions. A number that wasn't given is left out: what needs it is unknown."""
    known: dict[str, Any] = {
        "found": dict(found or {}),
        "office": {name: _parameter(value) for name, value in (office_parameters or {}).items()},
        "applicant": dict(applicant or {}),
        "decided": _decided(definition, decided or {}),
        "today": today,
        "channel": channel,
    }
    if fee is not None:
        known["fee"] = float(fee)
    for field in definition.fields.values():
        value = evidence_counts.get(field.key, 0) if field.kind == "file" else answers.get(field.key)
        if value is not None or field.kind in TEXT_LIKE or field.kind in EMPTY:
            known[f"answers.{field.key}"] = _variable(field, value)
    for evidence in definition.evidence:
        known[f"evidence.{evidence.key}"] = evidence_counts.get(evidence.key, 0)
    return known


def _decided(definition: Definition, decided: Mapping[str, str]) -> dict[str, str]:
    return {step.key: decided.get(step.key, "") for step in definition.workflow.steps if step.kind == "desk"}


def _parameter(value: Any) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value)


def _variable(field: AnyField | SimpleField, value: Any) -> Any:
    if value is None:
        return "" if field.kind in TEXT_LIKE else EMPTY[field.kind]
    match field.kind:
        case "money":
            return float(value)
        case "number":
            return float(value) if field.decimals else int(value)
        case "location":
            return {name: float(number) for name, number in value.items()}
        case "group":
            return [_group_variable(field, item) for item in value]
    return value


def _group_variable(group: GroupField, item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        field.key: _variable(field, item.get(field.key))
        for field in group.fields
        if item.get(field.key) is not None or field.kind in TEXT_LIKE or field.kind in EMPTY
    }


# --- what is shown and required -----------------------------------------------------------------------------------


class Form:
    """A definition's form for one person's answers: what is shown, what is required."""

    def __init__(
        self,
        definition: Definition,
        expressions: Expressions,
        answers: Mapping[str, Any],
        context: Mapping[str, Any],
        evidence: Mapping[str, int],
    ) -> None:
        self.definition = definition
        self._expressions = expressions
        self._known = variables(definition, answers=answers, evidence_counts=evidence, **context)

    def holds(self, condition: bool | str | None) -> bool:
        """Tell whether a condition holds; no condition always does, an unknown one doesn't."""
        if condition is None or isinstance(condition, bool):
            return condition is not False
        return self._expressions.holds_surely(condition, self._known)

    def pages(self) -> list[Page]:
        """Give the pages that are shown, each with something to fill in."""
        return [page for page in self.definition.pages if self.holds(page.show) and self.fields(page)]

    def fields(self, page: Page) -> list[AnyField]:
        return [field for field in page.fields if self.holds(field.show)]

    def is_required(self, part: AnyField | Evidence) -> bool:
        return self.holds(part.required)

    def evidence(self) -> list[Evidence]:
        """Give the papers that are asked for."""
        return [evidence for evidence in self.definition.evidence if self.holds(evidence.show)]

    def shown_keys(self) -> set[str]:
        return {field.key for page in self.pages() for field in self.fields(page)}


# --- reading ------------------------------------------------------------------------------------------------------


def read(
    definition: Definition,
    expressions: Expressions,
    given: Mapping[str, Any],
    *,
    context: Mapping[str, Any],
    evidence: Mapping[str, int],
    pages: set[str] | None = None,
) -> Checked:
    """Read answers given as plain data; hidden ones are dropped, and every problem is named.

    `context` has today (ISO date), and may have channel, office_parameters and applicant. `pages` limits what is
    looked at; None means the whole form with its evidence.
    """
    today = date.fromisoformat(context["today"])
    values, problems = _read_all(definition, given, today)
    form = _settled(definition, expressions, values, context, evidence)
    shown = form.shown_keys()
    asked = [page for page in form.pages() if pages is None or page.key in pages]
    keys = {field.key for page in asked for field in form.fields(page)}
    found = [problem for problem in problems if problem.path.split(".")[0] in keys]
    told = {problem.path for problem in found}
    missing = [problem for page in asked for problem in _missing(form, page, given, values, evidence)]
    found += [problem for problem in missing if problem.path not in told]
    if pages is None:
        found += [_unknown(key) for key in given if key not in definition.fields]
        found += missing_evidence(form, evidence)
    return Checked({key: value for key, value in values.items() if key in shown}, found)


def _unknown(key: str) -> Problem:
    return Problem(str(key)[:60], gettext_lazy("There is no such question. Remove it."), "unknown")


def _read_all(definition: Definition, given: Mapping[str, Any], today: date) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in definition.fields.values():
        value = given.get(field.key)
        if is_blank(value) or isinstance(field, FileField):
            continue
        if isinstance(field, GroupField):
            values[field.key] = _read_group(field, value, today, problems)
        else:
            _read_one(field, value, today, field.key, values, problems)
    return values, problems


def _read_one(field: Any, value: Any, today: date, path: str, values: dict[str, Any], problems: list[Problem]) -> None:
    try:
        values[field.key] = READERS[field.kind](field, value, today)
    except Bad as bad:
        problems.append(Problem(path, bad.message, bad.code))


def _read_group(group: GroupField, value: Any, today: date, problems: list[Problem]) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        problems.append(Problem(group.key, gettext_lazy("Give a list of entries."), "type"))
        return []
    if len(value) > group.at_most:
        problems.append(Problem(group.key, gettext_lazy("Give at most %(count)s.") % {"count": group.at_most}, "count"))
    items = []
    for number, item in enumerate(value[: group.at_most]):
        path = f"{group.key}.{number}"
        items.append(_read_item(group, item, today, path, problems))
    return items


def _read_item(
    group: GroupField, item: Mapping[str, Any], today: date, path: str, problems: list[Problem]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in group.fields:
        value = item.get(field.key)
        if not is_blank(value):
            _read_one(field, value, today, f"{path}.{field.key}", values, problems)
        elif field.required:
            problems.append(Problem(f"{path}.{field.key}", required_message(field), "required"))
    known = {field.key for field in group.fields}
    problems += [_unknown(f"{path}.{key}") for key in item if key not in known]
    return values


def _settled(
    definition: Definition,
    expressions: Expressions,
    values: Mapping[str, Any],
    context: Mapping[str, Any],
    evidence: Mapping[str, int],
) -> Form:
    """Give the form as the shown answers alone make it: hiding one answer may hide or show others."""
    shown = set(values)
    for _round in range(len(definition.fields) + 1):  # as long as the longest chain of conditions
        form = Form(definition, expressions, {key: values[key] for key in shown}, context, evidence)
        now_shown = form.shown_keys() & set(values)
        if now_shown == shown:
            break
        shown = now_shown
    return form


def _missing(
    form: Form, page: Page, given: Mapping[str, Any], values: Mapping[str, Any], evidence: Mapping[str, int]
) -> Iterator[Problem]:
    for field in form.fields(page):
        if isinstance(field, GroupField):
            yield from _too_few(form, field, len(values.get(field.key, [])))
        elif isinstance(field, FileField):
            yield from _miscounted(form, field, evidence, required_message(field))
        elif is_blank(given.get(field.key)) and form.is_required(field):
            yield Problem(field.key, required_message(field), "required")


def _too_few(form: Form, group: GroupField, count: int) -> Iterator[Problem]:
    if count < group.at_least and (count or form.is_required(group)):
        message = gettext_lazy("Give at least %(count)s.") % {"count": group.at_least}
        yield Problem(group.key, message, "count" if count else "required")


def _miscounted(form: Form, part: FileField | Evidence, counts: Mapping[str, int], missing: Any) -> Iterator[Problem]:
    count = counts.get(part.key, 0)
    if count > part.at_most:
        yield Problem(part.key, gettext_lazy("Give at most %(count)s.") % {"count": part.at_most}, "count")
    elif not count and form.is_required(part):
        yield Problem(part.key, missing, "required")


def missing_evidence(form: Form, counts: Mapping[str, int]) -> list[Problem]:
    """Give a problem for each paper that is asked for and is required but not there, or has too many files."""
    missing = gettext_lazy("Add this paper.")
    return [problem for part in form.evidence() for problem in _miscounted(form, part, counts, missing)]


def required_message(field: Any) -> Any:
    if field.kind in ("one_of", "several_of", "yes_no"):
        return gettext_lazy("Choose an answer.")
    return gettext_lazy("Add the file.") if field.kind == "file" else gettext_lazy("Fill this in.")
