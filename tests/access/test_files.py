"""Every form that takes files: one that can not be taken is told at its field with the remedy, and all else is kept."""

import re
from collections.abc import Callable, Iterable

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from portal import upload_limit
from portal.limits import HOUR, Limit
from tests.access.pages import Field, Page, SentForm
from tests.access.test_bad_input import SCRIPT, forms
from tests.access.test_every_url import visitors_of
from tests.access.test_refusals import counts, forms_found
from tests.access.world import Town, one_page

pytestmark = pytest.mark.django_db
BAD = {
    "empty": b"",
    "a program": b"MZ\x90\0",
    "a page": b"<html>" + SCRIPT.encode(),
    "a ruin": b"%PDF-1.7\n" + b"\0" * 50,
    "another kind": b"GIF89a;<?php ?>",
}
REMEDIES = re.compile(r"Choose it again|Save it|Save or scan it again|choose another")
LATER = re.compile("Too many files came from you within an hour. (Add this one|Try again) later")
# Where a file is brought, by the page on which its form stands.
WAYS = {
    "apply_page": "apply_page",
    "apply_for": "apply_for",
    "apply_for_change": "apply_for_change",
    "my_request_answer": "my_request",
    "my_request_write": "my_request",
    "my_request_papers": "my_request_papers",
    "desk_write": "desk_request",
    "desk_opinion": "desk_opinion",
    "verify": "verify",
    "managers_versions": "managers_versions",
}
TEXTS_ONLY = {"managers_versions"}  # a definition is read as text, and not looked over
CHOSEN = {"paper": "paper", "relation": "volunteer", "agreed": "on", "language": "en", "office": "north-hall"}
TYPED = {"personal_identifier": "", "phone": "", "email": "leyla@example.org", "number": ""}
DRAFT_FIELDS = {"since": "", "rooms": "", "mail": ""}
# What some take, and tell of on the next page: that it is no document of ours; a draft of a definition with its faults.
TAKEN: dict[str, Callable[[bytes], bool]] = {
    "verify": bool,
    "managers_versions": lambda content: content in (BAD["a page"], BAD["another kind"]),
}


def way_of(address: str) -> str:
    return str(resolve(address.partition("?")[0]).url_name)


def forms_of(towns: tuple[Town, Town], pages: Iterable[str]) -> list[tuple[Client, SentForm]]:
    """Give the forms of these pages that take files."""
    visits = [visit for visit in forms(towns[0], visitors_of(*towns)) if way_of(visit[1]) in pages]
    return list(forms_found(visits, lambda form: bool(form.files)))


def send(client: Client, form: SentForm, file: Field, content: bytes) -> tuple[HttpResponse, dict[str, str]]:
    """Send a form that is right but for its file; give the answer, and what else was typed and chosen."""
    words = {one.name: "Typed here" for one in form.typed} | TYPED | DRAFT_FIELDS
    typed = {one.name: words[one.name] for one in form.typed}
    going_on = {"do": "next"} if "/draft/" in form.action else {}
    upload = SimpleUploadedFile("../../a\0<b>.pdf", content)
    return client.post(form.action, {**form.others, **CHOSEN, **typed, **going_on, file.name: upload}), typed


def faults(
    answer: HttpResponse, form: SentForm, file: Field, typed: dict[str, str], words: re.Pattern[str], *, status: int
) -> list[str]:
    """Tell what is missing in an answer that refuses a file."""
    if answer.status_code != status:
        return [str(answer.status_code)]
    body = answer.content.decode()
    after = next((one for one in Page(body, form.action).forms if file.name in [had.name for had in one.files]), form)
    told = re.search(rf'id="{file.id}_error".*?</', body, re.DOTALL)
    kept = {one.name: one.value for one in after.typed}
    lost = [f"{name} is lost" for name, value in typed.items() if kept.get(name, "") != value]
    chosen = ["the paper is lost"] if form.action.endswith("/papers/") and after.others.get("paper") != "paper" else []
    remedy = [] if told and words.search(told[0]) else [f"no remedy: {told and told[0]}"]
    return remedy + lost + chosen + (["a script"] if SCRIPT in body else [])


def test_every_way_is_looked_at(towns: tuple[Town, Town]) -> None:
    found = forms_of(towns, {way_of(address) for _client, address in forms(towns[0], visitors_of(*towns))})

    assert {way_of(form.action) for _client, form in found} == set(WAYS)


@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_refused_in_every_form(towns: tuple[Town, Town], kind: str) -> None:
    found = forms_of(towns, WAYS.values())
    wrong, before = {}, counts()
    for client, form in found:
        if TAKEN.get(way_of(form.action), lambda _content: False)(BAD[kind]):
            continue
        for file in form.files:
            answer, typed = send(client, form, file, BAD[kind])
            if told := faults(answer, form, file, typed, REMEDIES, status=422):
                wrong[form.action, file.name] = told

    assert wrong == {}
    assert counts() == before


@pytest.mark.parametrize("way", sorted(set(WAYS) - TEXTS_ONLY))
def test_of_one_sender_are_not_taken_without_end(
    towns: tuple[Town, Town], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_limit, "UPLOADS", Limit("uploads", 0, HOUR))
    cache.clear()
    found = [(client, form) for client, form in forms_of(towns, [WAYS[way]]) if way_of(form.action) == way]
    before = counts()
    for client, form in found:
        for file in form.files:
            answer, typed = send(client, form, file, one_page())
            assert faults(answer, form, file, typed, LATER, status=429) == [], form.action
            assert answer["Retry-After"] == str(HOUR)

    assert found
    assert counts() == before
