"""Questions as a page shows them: texts in the reader's language, what was typed, what is wrong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from portal.citizens.applying_drafts import label_of, told
from portal.filling import Filling, Sheet
from portal.templatetags.words import in_language, language_of, marked
from services.catalogue.answer_kinds import bound
from services.catalogue.answers import Problem
from services.catalogue.definition import GroupField
from services.requests.evidence import Evidence

MOST_RADIOS = 8
ENDINGS = {"pdf": ".pdf,application/pdf", "jpeg": ".jpg,.jpeg,image/jpeg", "png": ".png,image/png"}
AUTOCOMPLETE = {"name": "name", "email": "email", "phone": "tel"}
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Choice:
    """An option; `language` where it isn't the reader's, for what can't carry marked words."""

    value: str
    label: str
    hint: str
    language: str = ""


@dataclass(frozen=True)
class Item:
    """One entry of a group."""

    number: int
    title: str
    questions: list["Question"]


@dataclass(frozen=True)
class Question:
    """One field or paper, ready to be shown."""

    asked: Any
    name: str
    kind: str
    label: str
    hint: str
    value: Any
    is_required: bool
    error: str = ""
    items: list[Item] = field(default_factory=list)
    files: list[Evidence] = field(default_factory=list)
    limits: Mapping[str, str] = field(default_factory=dict)

    @property
    def template(self) -> str:
        return f"citizens/fields/{self._look}.html"

    @property
    def _look(self) -> str:
        if self.kind == "one_of" and len(self.asked.options) > MOST_RADIOS:
            return "one_of_many"
        if self.kind == "date" and self.value and not ISO_DATE.fullmatch(str(self.value)):
            return "text"
        return self.kind

    @property
    def choices(self) -> list[Choice]:
        if self._look == "one_of_many":
            return [Choice(o.value, in_language(o.label), "", language_of(o.label)) for o in self.asked.options]
        return [Choice(one.value, marked(one.label), marked(one.hint)) for one in self.asked.options]

    @property
    def unit(self) -> str:
        return marked(self.asked.unit)

    @property
    def accept(self) -> str:
        return ",".join(ENDINGS[kind] for kind in self.asked.accept)

    @property
    def takes_pictures(self) -> bool:
        return "jpeg" in self.asked.accept

    @property
    def takes_more_items(self) -> bool:
        return bool(len(self.items) < self.asked.at_most)

    @property
    def may_lose_items(self) -> bool:
        return len(self.items) > int(self.asked.at_least if self.is_required else 0)

    @property
    def attributes(self) -> dict[str, str]:
        """Give what helps a browser to fill the answer in."""
        known = {"autocomplete": AUTOCOMPLETE.get(self.asked.prefill or "", "")}
        if self.kind == "number":
            known["inputmode"] = "decimal" if self.asked.decimals else "numeric"
        return {name: value for name, value in {**known, **self.limits}.items() if value}


def questions_of(filling: Filling, sheet: Sheet, problems: Iterable[Problem]) -> list[Question]:
    """Give the questions of a page."""
    errors = {problem.path: str(problem.message) for problem in problems}
    return [_question(filling, part, errors) for part in sheet.parts]


@dataclass(frozen=True)
class Slot:
    """A place on the page for a question that is shown now, or may be when another answer changes."""

    key: str
    question: Question | None
    decides: bool


@dataclass(frozen=True)
class Layout:
    """The places of a page in their order, and those that change with other answers of the same page."""

    slots: list[Slot]
    changing: list[str]


def layout_of(filling: Filling, sheet: Sheet, questions: Iterable[Question]) -> Layout:
    """Give every question its place, so that only what depends on an answer is replaced when the answer changes."""
    shown = {question.name: question for question in questions}
    page = next((page for page in filling.definition.pages if page.key == sheet.key), None)
    if page is None:
        return Layout([Slot(key, question, decides=False) for key, question in shown.items()], [])
    keys = {one.key for one in page.fields}
    depends_on = {one.key: _mentioned(one.show, one.required) & keys for one in page.fields}
    deciding = set().union(*depends_on.values())
    slots = [Slot(one.key, shown.get(one.key), decides=one.key in deciding) for one in page.fields]
    return Layout(slots, [key for key, others in depends_on.items() if others])


def _mentioned(*conditions: object) -> set[str]:
    return {key for one in conditions if isinstance(one, str) for key in re.findall(r"\banswers\.(\w+)", one)}


def _question(filling: Filling, part: Any, errors: Mapping[str, str]) -> Question:
    kind = getattr(part, "kind", "file")
    value = filling.given.get(part.key)
    is_required = filling.form.is_required(part)
    return Question(
        asked=part,
        name=part.key,
        kind=kind,
        label=marked(label_of(part)),
        hint=_hint(part, kind),
        value=value,
        is_required=is_required,
        error=errors.get(part.key, ""),
        items=_items(filling, part, value, errors, is_required=is_required) if kind == "group" else [],
        files=[file for file in filling.files if file.key == part.key] if kind == "file" else [],
        limits=_limits(filling, part) if kind == "date" else {},
    )


def _hint(part: Any, kind: str) -> str:
    hints = [marked({language: text.rstrip(".") for language, text in (part.hint or {}).items()})]
    if kind == "text" and part.example:
        hints.append(_("For example %(example)s") % {"example": part.example})
    if kind == "file":
        kinds = ", ".join(kind.upper() for kind in part.accept)
        count, size = part.at_most, settings.EVIDENCE_MAX_BYTES // 1_000_000
        hints.append(_("%(kinds)s, at most %(size)s MB") % {"kinds": kinds, "size": size})
        hints.append(_("You can add up to %(count)s files") % {"count": count} if count > 1 else "")
    return format_html_join(". ", "{}", ((hint,) for hint in hints if hint))


def _limits(filling: Filling, part: Any) -> dict[str, str]:
    limits = {"min": part.earliest, "max": part.latest}
    return {name: bound(limit, filling.today).isoformat() for name, limit in limits.items() if limit}


def _items(
    filling: Filling, group: GroupField, value: Any, errors: Mapping[str, str], *, is_required: bool
) -> list[Item]:
    entries: Sequence[Mapping[str, Any]] = value or [{}] * (group.at_least if is_required else 0)
    return [_item(filling, group, number, entry, errors) for number, entry in enumerate(entries)]


def _item(
    filling: Filling, group: GroupField, number: int, entry: Mapping[str, Any], errors: Mapping[str, str]
) -> Item:
    questions = [
        Question(
            asked=one,
            name=(path := f"{group.key}.{number}.{one.key}"),
            kind=one.kind,
            label=marked(one.label),
            hint=_hint(one, one.kind),
            value=entry.get(one.key),
            is_required=bool(one.required),
            error=errors.get(path, ""),
            limits=_limits(filling, one) if one.kind == "date" else {},
        )
        for one in group.fields
    ]
    return Item(number, format_html("{} {}", marked(group.item), number + 1), questions)


def error_links(sheet: Sheet, problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Give the error summary: each problem with its question's label and the name of its field."""
    parts = {part.key: part for part in sheet.parts}
    return [
        {"name": problem.path, "message": told(parts[problem.path.partition(".")[0]], problem)} for problem in problems
    ]
