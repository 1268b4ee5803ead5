"""One draft in two tabs: who saves what another has changed meanwhile sees both, and chooses."""

import re
import secrets
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from portal.citizens.applying_drafts import label_of
from portal.filling import Filling
from portal.templatetags.words import answer, marked
from services.catalogue.answer_kinds import READERS, Bad, is_blank
from services.catalogue.definition import AnyField, GroupField
from services.requests.models import Draft

LONGEST_TAB = 40
OWN = {"csrfmiddlewaretoken", "tab", "do"}


@dataclass(frozen=True)
class Difference:
    label: str
    saved: str
    typed: str


def new_tab(draft: Draft) -> str:
    """Give what names a page that is opened now, with the draft's version that it shows."""
    return f"{draft.version}.{secrets.token_urlsafe(12)}"


def tab_of(data: QueryDict) -> tuple[str, str]:
    """Give the version that a sent page had shown, and the page's own name."""
    version, _dot, name = data.get("tab", "").partition(".")
    return version, re.sub(r"[^\w-]", "", name, flags=re.ASCII)[:LONGEST_TAB]


def differences(filling: Filling, asked: list[AnyField], answers: dict[str, Any], data: QueryDict) -> list[Difference]:
    """Give where what was typed differs from what another page has saved since this one was opened."""
    version, name = tab_of(data)
    saved = filling.draft.answers
    if not version or version == str(filling.draft.version) or name == filling.draft.tab:
        return []
    today = timezone.localdate()
    changed = [field for field in asked if (saved.get(field.key) or None) != (answers.get(field.key) or None)]
    return [
        Difference(marked(label_of(field)), *(in_words(field, one.get(field.key), today) for one in (saved, answers)))
        for field in changed
    ]


def in_words(field: AnyField, value: Any, today: date) -> str:
    """Tell an answer in the words of its question, or as it was typed where it can't be read."""
    if is_blank(value):
        return ""
    if isinstance(field, GroupField):
        entries = [[in_words(part, item.get(part.key), today) for part in field.fields] for item in value]
        return "; ".join(", ".join(filter(None, entry)) for entry in entries)
    try:
        return answer(field, READERS[field.kind](field, value, today))
    except Bad:
        return ", ".join(map(str, value.values())) if isinstance(value, dict) else str(value)


def let_choose(request: HttpRequest, filling: Filling, found: list[Difference]) -> HttpResponse:
    """Show both, and let the person choose; nothing is saved before."""
    context = {
        "draft": filling.draft,
        "differences": found,
        "tab": new_tab(filling.draft),
        "typed": [(name, value) for name, values in request.POST.lists() if name not in OWN for value in values],
    }
    return render(request, "citizens/apply_conflict.html", context, status=HTTPStatus.CONFLICT)
