"""Check your answers: every answer in words with a way to change it, and who may be reached how."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.citizens.applying_drafts import Filling, label_of, told
from portal.citizens.applying_typing import storable
from portal.fields import PhoneNumberField, as_seen
from portal.templatetags.words import answer, marked
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

    @staticmethod
    def typed(data: QueryDict) -> dict[str, str]:
        """Give what was typed, right or wrong; the declaration is made anew each time."""
        return {name: storable(data[name]) for name in REACHED_BY if name in data}

    def contact(self) -> dict[str, str]:
        """Give what was told of how to reach the person."""
        given = {name: self.cleaned_data[name] for name in REACHED_BY}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Row:
    label: str
    words: str
    do: str
    files: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """One page of the form, told in rows."""

    title: str
    rows: list[Row]


def review(filling: Filling) -> list[Section]:
    """Tell all answers and papers in words, page by page."""
    return [Section(marked(sheet.title), [_row(filling, part) for part in sheet.parts]) for sheet in filling.sheets]


def _row(filling: Filling, part: Any) -> Row:
    change = f"change:{part.key}"
    if hasattr(part, "accept"):
        files = [file for file in filling.files if file.key == part.key]
        return Row(marked(label_of(part)), "" if files else _("No file"), change, files)
    return Row(marked(label_of(part)), _in_words(filling, part), change)


def _in_words(filling: Filling, part: Any) -> str:
    if part.key in filling.answers:
        return answer(part, filling.answers[part.key]) or _("Not answered")
    typed = filling.given.get(part.key)
    return typed if isinstance(typed, str) else _("Not answered")


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
