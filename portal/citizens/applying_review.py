"""Check your answers: every answer in words with a way to change it, and who may be reached how."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from portal.citizens.applying_drafts import label_of, told
from portal.citizens.applying_typing import storable
from portal.fields import PhoneNumberField, as_seen
from portal.filling import Filling
from portal.templatetags.words import answer, marked
from services.catalogue.answer_words import as_typed
from services.catalogue.answers import Problem
from services.requests.evidence import Evidence

REACHED_BY = ("name", "email", "phone")
NAME = re.compile(r"\w{1,40}(\.\w{1,40}){0,2}", re.ASCII)


class ContactForm(forms.Form):
    """Who somebody without account is, if they want to tell; and that all of it is true."""

    name = forms.CharField(label=gettext_lazy("Your name"), required=False, max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False, validators=[as_seen])
    phone = PhoneNumberField()
    declared = forms.BooleanField(
        label=gettext_lazy("What I have written is true and complete"),
        error_messages={"required": gettext_lazy("Tick the box to say that your answers are true.")},
    )

    def __init__(self, *args: Any, needs_name: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = needs_name

    @staticmethod
    def typed(data: QueryDict) -> dict[str, str]:
        """Give what was typed, right or wrong; the declaration is made anew each time."""
        return {name: storable(data[name]) for name in REACHED_BY if name in data}

    def contact(self) -> dict[str, str]:
        """Give what was told of how to reach the person."""
        given = {name: self.cleaned_data[name] for name in REACHED_BY}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row's answer, and the button that leads to where it can be mended."""

    message: SafeString
    do: str


@dataclass(frozen=True)
class Row:
    label: str
    words: str
    do: str
    files: list[Evidence] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """One page of the form, told in rows."""

    title: str
    rows: list[Row]


def review(filling: Filling, problems: Iterable[Problem]) -> list[Section]:
    """Tell all answers and papers in words, page by page, each with what is wrong with it."""
    faults = defaultdict(list)
    for problem in problems:
        faults[problem.path.partition(".")[0]].append(problem)
    return [
        Section(marked(sheet.title), [_row(filling, part, faults[part.key]) for part in sheet.parts])
        for sheet in filling.sheets
    ]


def _row(filling: Filling, part: Any, problems: Iterable[Problem]) -> Row:
    change, label = f"change:{part.key}", marked(label_of(part))
    faults = [Fault(_told_in_row(part, problem), f"change:{problem.path}") for problem in problems]
    if hasattr(part, "accept"):
        files = [file for file in filling.files if file.key == part.key]
        return Row(label, "" if files else _("No file"), change, files, faults)
    return Row(label, _in_words(filling, part, is_faulty=bool(faults)), change, faults=faults)


def _told_in_row(part: Any, problem: Problem) -> SafeString:
    """Tell a fault beside its question, which needs no name there but in the entries of a group."""
    return told(part, problem) if "." in problem.path else conditional_escape(problem.message)


def _in_words(filling: Filling, part: Any, *, is_faulty: bool) -> str:
    """Tell an answer; one that isn't right as it was typed."""
    if part.key in filling.answers and not is_faulty:
        return answer(part, filling.answers[part.key]) or _("Not answered")
    return as_typed(part, filling.given.get(part.key), get_language() or "en") or _("Not answered")


def way_to_change(filling: Filling, name: str) -> str:
    """Give the way to an answer's page, which leads back to the check; to the check where no page asks for it now."""
    sheet = filling.sheet_of(name)
    return f"{filling.url(sheet)}?to=check#id_{name}" if sheet and NAME.fullmatch(name) else filling.url(None)


def told_problems(filling: Filling, problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Give each problem with the button that leads to where it can be mended."""
    return [_told_problem(filling, problem) for problem in filling.in_order(problems)]


def _told_problem(filling: Filling, problem: Problem) -> dict[str, str]:
    sheet = filling.sheet_of(problem.path)
    if sheet is None:
        return {"do": "", "message": str(problem.message)}
    part = next(part for part in sheet.parts if part.key == problem.path.partition(".")[0])
    return {"do": f"change:{problem.path}", "message": told(part, problem)}
