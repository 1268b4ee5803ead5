"""Every form that takes files: one that can not be taken is told at its field with the remedy, and all else is kept."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse

from portal import upload_limit
from portal.access import ACCESS
from portal.limits import HOUR, Limit
from services.ledger.models import Event
from tests.access.bad_files import BAD, HARMFUL, PLACE_OF_NAME, File, forgotten, named, told_by
from tests.access.pages import Field, Page, SentForm
from tests.access.test_bad_input import SCRIPT, forms
from tests.access.test_every_url import visitors_of
from tests.access.test_refusals import counts, forms_found, way_to
from tests.access.world import Town
from tests.citizens.forms import PDF
from tests.requests.clamd import Clamd, clamd

pytestmark = pytest.mark.django_db
REMEDIES = re.compile(r"[.:] (Choose|Save|Make|Print|Take|Bring|Hand|Remove|Try)\b|^Add |choose another")
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
    "managers_process_model": "managers_process_model",
    "managers_package": "managers_package",
    "managers_new_service": "managers_new_service",
}
# Forms whose files no scanner is asked about, and why.
UNSCANNED = {
    "verify": "the file is read once for its digest and signature, kept nowhere and given to nobody",
    "managers_versions": "a definition is read as text, kept as a text in a row, and shown as text in a field",
    "managers_package": "a package is read as bounded JSON, and only its definition is kept, as text",
    "managers_new_service": "a package is read as bounded JSON, and only its definition is kept, as text",
    "managers_process_model": "a process is read as bounded XML, and only its names and conditions are kept, as text",
}
READ_AS_TEXT = {"managers_versions", "managers_process_model", "managers_package", "managers_new_service"}
# Programs that read files sent to them, by module: the forms above, and those that show no form of their own.
READERS = {
    "portal/api/open311/sending.py": "for programs: tests/api/test_open311.py",
    "portal/errors.py": "tells only whether there were files",
    "portal/kept_words.py": "tells only whether there were files",
}
TYPED = {"personal_identifier": "5ZK3Q1U", "phone": "", "email": "leyla@example.org", "number": ""}
DRAFT_FIELDS = {"since": "", "rooms": "", "mail": ""}
CHOSEN = {"relation": "volunteer"}  # whose mandate need not be there
Found = tuple[Client, SentForm, Field]


def way_of(address: str) -> str:
    return str(resolve(address.partition("?")[0]).url_name)


def forms_of(towns: tuple[Town, Town], ways: set[str] | None = None) -> list[Found]:
    """Give the fields for files of all forms, or of those that lead these ways: one of each kind."""
    pages = {WAYS[way] for way in ways} if ways else ACCESS.keys()
    visits = [visit for visit in forms(towns[0], visitors_of(*towns)) if way_of(visit[1]) in pages]
    visits += [(client, reverse("apply_page", args=[towns[0].draft.pk, "papers"])) for client, _ in visits[:1]]
    found = forms_found(visits, lambda form: bool(form.files))
    each = {
        (way_of(form.action), file.name): (client, form, file)
        for client, form in found
        if ways is None or way_of(form.action) in ways
        for file in form.files
    }
    return list(each.values())


def filled(form: SentForm) -> dict[str, Any]:
    """Fill in a form rightly, but for its file: the last of what is offered is chosen."""
    words = {one.name: "Typed here" for one in form.typed} | TYPED | DRAFT_FIELDS
    typed = {one.name: words[one.name] for one in form.typed}
    chosen = {name: values[-1] for name, values in form.offered.items()} | CHOSEN
    return typed | {name: value for name, value in chosen.items() if name in form.offered}


def send(found: Found, file: File, *more: File) -> tuple[HttpResponse, dict[str, Any]]:
    """Send a form that is right but for its files; give the answer, and what else was typed and chosen."""
    client, form, field = found
    cache.clear()
    going_on = {"do": "next"} if "/draft/" in form.action else {}
    given = filled(form)
    uploads = [SimpleUploadedFile(PLACE_OF_NAME, one.content) for one in (file, *more)]
    body, kind = named({**form.others, **given, **going_on, field.name: uploads}, file.name)
    return client.post(form.action, body, content_type=kind), filled(form)


def faults(answer: HttpResponse, found: Found, given: dict[str, Any], told: str, *, status: int = 422) -> list[str]:
    """Tell what is missing in an answer that refuses a file."""
    _client, form, field = found
    if answer.status_code != status:
        return [str(answer.status_code)]
    body = answer.content.decode()
    page = Page(body, form.action)
    after = next((one for one in page.forms if field.name in [had.name for had in one.files]), SentForm(""))
    kept = {one.name: [one.value] for one in after.typed} | after.chosen
    lost = [f"{name} is lost" for name, value in given.items() if kept.get(name, [""]) != [value]]
    words = page.errors.get(f"{field.id}_error", "")
    said = [] if re.search(told, words) and (status == 429 or REMEDIES.search(words)) else [f"told: {words}"]
    linked = [] if way_to(page, field) else ["no way to the field"]
    return said + linked + lost + (["a script"] if SCRIPT in body else [])


def refusals(found: list[Found], kinds: dict[str, File]) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Bring files of all kinds to each form that doesn't take them; give what its answers lack."""
    for one in found:
        way = way_of(one[1].action)
        for kind, file in kinds.items():
            if told := file.told if kind not in BAD else told_by(way, kind):
                yield (one[1].action, kind), faults(*_sent(one, file), told)


def _sent(one: Found, file: File) -> tuple[HttpResponse, Found, dict[str, Any]]:
    answer, given = send(one, file)
    return answer, one, given


@pytest.fixture
def scanner(settings: Any) -> Iterator[Clamd]:
    with clamd() as server:
        settings.CLAMD_URL = server.url
        yield server


def test_every_way_is_looked_at(towns: tuple[Town, Town]) -> None:
    assert {way_of(form.action) for _client, form, _file in forms_of(towns)} == set(WAYS)


def test_every_program_that_reads_files_is_known() -> None:
    root = Path(upload_limit.__file__).parent
    reading = {f"portal/{one.relative_to(root)}" for one in root.rglob("*.py") if "request.FILES" in one.read_text()}
    for_forms = {resolve(address).func.__module__.replace(".", "/") + ".py" for address in map(any_address, WAYS)}

    assert reading - READERS.keys() - {"portal/citizens/applying_files.py"} == for_forms


def any_address(name: str) -> str:
    kwargs: list[dict[str, Any]] = [{}, {"code": "a"}, {"pk": 7}, {"pk": uuid4()}, {"pk": uuid4(), "page": "a"}]
    return next(address for known in kwargs if (address := _address(name, known)))


def _address(name: str, known: dict[str, Any]) -> str:
    try:
        return reverse(name, kwargs=known)
    except NoReverseMatch:
        return ""


@pytest.mark.parametrize("way", WAYS)
class TestBadFile:
    def test_is_refused_at_its_field_with_a_remedy_and_all_else_stays(self, towns: tuple[Town, Town], way: str) -> None:
        found, before = forms_of(towns, {way}), counts()
        wrong = {key: told for key, told in refusals(found, BAD) if told}

        assert found
        assert wrong == {}
        assert counts() == before

    def test_with_harm_in_it_is_refused_and_put_on_record(
        self, towns: tuple[Town, Town], way: str, scanner: Clamd
    ) -> None:
        found, before, told = forms_of(towns, {way}), counts(), Event.objects.filter(kind="file_refused")
        if way in UNSCANNED:
            with forgotten():
                assert [send(one, HARMFUL)[0].status_code < 500 for one in found] == [True]
            assert scanner.asked == told.count() == 0
        else:
            assert {key: lacks for key, lacks in refusals(found, {"harm": HARMFUL}) if lacks} == {}
            assert scanner.asked == told.count() == len(found) > 0
        assert counts() == before

    def test_is_told_in_words_when_all_is_more_than_a_form_may_bring(self, towns: tuple[Town, Town], way: str) -> None:
        (client, form, field), before = forms_of(towns, {way})[0], counts()
        many = {**form.others, **filled(form), field.name: [SimpleUploadedFile("a.pdf", PDF) for _ in range(21)]}
        much = {**form.others, **filled(form), field.name: SimpleUploadedFile("a.pdf", PDF), "other": "x" * 2_500_001}
        for data, told in ((many, "send fewer files"), (much, "Make the longest text shorter")):
            answer = client.post(form.action, data)
            assert answer.status_code == 413
            assert told in answer.content.decode()
            assert "with what you typed" in answer.content.decode()
        assert counts() == before


@pytest.mark.parametrize("way", sorted(WAYS.keys() - READ_AS_TEXT))
def test_of_one_sender_are_not_taken_without_end(
    towns: tuple[Town, Town], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_limit, "UPLOADS", Limit("uploads", 0, HOUR))
    fields = forms_of(towns, {way})
    before = counts()
    for found in fields:
        answer, given = send(found, File(PDF, ""))
        assert faults(answer, found, given, LATER.pattern, status=429) == []
        assert answer["Retry-After"] == str(HOUR)
    assert counts() == before
