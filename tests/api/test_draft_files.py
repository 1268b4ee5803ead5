"""Files of a draft by programs: looked over as on the pages, and refused in the API's own shape."""

from typing import Any

import pytest
from django.http import HttpResponse

from portal.limits import HOUR
from portal.upload_limit import UPLOADS
from services.accounts.models import User
from services.requests.evidence import Evidence
from services.requests.models import Draft, ServiceRequest
from tests import worlds
from tests.api.programs import DRAFT, READ, SUBMIT, Program, faults
from tests.citizens.forms import ANSWERS, PDF, build_service, upload
from tests.requests.clamd import EICAR, clamd

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def aysel() -> User:
    build_service()
    return worlds.citizen()


@pytest.fixture
def program(aysel: User) -> Program:
    return Program(aysel, DRAFT, SUBMIT)


@pytest.fixture
def draft(program: Program) -> Draft:
    answers = {**ANSWERS, "rooms": 4}
    program.send("POST", "/api/drafts/", {"service": "permit", "office": "north-hall", "answers": answers})
    return Draft.objects.get()


def files(draft: Draft) -> str:
    return f"/api/drafts/{draft.pk}/files/"


def bring(program: Program, draft: Draft, field: str = "lease", **data: Any) -> HttpResponse:
    return program.bring(files(draft), field=field, **{"file": upload(), **data})


class TestBringing:
    def test_keeps_files_that_go_with_the_request(self, program: Program, draft: Draft) -> None:
        answers = [bring(program, draft, field) for field in ("photo", "lease")]
        listed = program.get(files(draft)).json()
        faulty = program.get(f"/api/drafts/{draft.pk}/faults/").json()
        sent = program.send("POST", f"/api/drafts/{draft.pk}/submission/", {"declared": True}, idempotency_key="one")

        assert [one.status_code for one in answers] == [201, 201]
        assert [one.json() for one in answers] == listed
        assert {key: listed[0][key] for key in ("field", "name", "content_type", "size", "scan")} == {
            "field": "photo", "name": "photo.pdf", "content_type": "application/pdf", "size": len(PDF),
            "scan": "unasked",
        }  # fmt: skip
        assert faulty == []
        assert sent.status_code == 201, sent.content
        assert sorted(ServiceRequest.objects.get().evidence.values_list("key", flat=True)) == ["lease", "photo"]

    def test_the_same_again_is_kept_once(self, program: Program, draft: Draft) -> None:
        first, again = (bring(program, draft) for _ in range(2))

        assert first.json() == again.json()
        assert Evidence.objects.count() == 1

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ({"file": upload(b"MZ" + b"x" * 99, "photo.pdf")}, ("file", "file")),
            ({"file": upload(b"", "photo.pdf")}, ("empty", "file")),
            ({"file": upload(PDF + b"x" * 1000, "photo.pdf")}, ("file", "file")),
            ({"file": "no file"}, ("invalid", "file")),
            ({"field": "story"}, ("invalid", "field")),
            ({"field": "nothing"}, ("invalid", "field")),
            ({"field": "x" * 41}, ("max_length", "field")),
        ],
    )
    def test_refuses_what_a_page_refuses(
        self, program: Program, draft: Draft, settings: Any, data: Any, expected: tuple[str, str]
    ) -> None:
        settings.EVIDENCE_MAX_BYTES = 900
        answer = bring(program, draft, **data)

        assert (answer.status_code, faults(answer)) == (400, [expected])
        assert not Evidence.objects.exists()

    def test_refuses_one_too_many_and_one_that_is_not_asked_for_now(self, program: Program, draft: Draft) -> None:
        kept = [bring(program, draft, file=upload(name=f"{number}.pdf")) for number in range(3)]
        program.send("PATCH", f"/api/drafts/{draft.pk}/", {"answers": {"rooms": 2}}, if_match='"1"')
        unasked = bring(program, draft)

        assert [one.status_code for one in kept] == [201, 201, 400]
        assert kept[2].json()["errors"][0]["detail"] == "There are already 2 files. Remove one first."
        assert (unasked.status_code, faults(unasked)) == (400, [("invalid", "field")])

    def test_refuses_what_the_scanner_finds_harmful(self, program: Program, draft: Draft, settings: Any) -> None:
        with clamd() as server:
            settings.CLAMD_URL = server.url
            answer = bring(program, draft, file=upload(PDF + EICAR))

        assert (answer.status_code, faults(answer)) == (400, [("file", "file")])
        assert "harmful" in answer.json()["errors"][0]["detail"]
        assert not Evidence.objects.exists()

    def test_is_counted_with_what_the_person_brings_on_pages(self, program: Program, draft: Draft, aysel: User) -> None:
        UPLOADS.count(str(aysel.pk), UPLOADS.most)
        answer = bring(program, draft)

        assert (answer.status_code, answer["Retry-After"], faults(answer)) == (429, str(HOUR), [("throttled", None)])

    def test_takes_forms_only(self, program: Program, draft: Draft) -> None:
        assert program.send("POST", files(draft), {"field": "lease"}).status_code == 415


class TestRemoving:
    def test_leaves_the_others(self, program: Program, draft: Draft) -> None:
        one, other = (bring(program, draft, file=upload(name=name)).json()["id"] for name in ("one.pdf", "two.pdf"))

        assert program.send("DELETE", f"{files(draft)}{one}/").status_code == 204
        assert program.send("DELETE", f"{files(draft)}{one}/").status_code == 404
        assert [file["id"] for file in program.get(files(draft)).json()] == [other]

    def test_is_for_ones_own_with_the_scope(self, program: Program, draft: Draft, aysel: User) -> None:
        file = bring(program, draft).json()["id"]
        stranger, reader = Program(worlds.citizen("elvin"), DRAFT), Program(aysel, READ, SUBMIT)

        for who, status in ((stranger, 404), (reader, 403)):
            met = [who.get(files(draft)), bring(who, draft), who.send("DELETE", f"{files(draft)}{file}/")]
            assert [one.status_code for one in met] == [status] * 3
        assert Evidence.objects.count() == 1
