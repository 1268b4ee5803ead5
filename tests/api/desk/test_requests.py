"""What a clerk does with a whole request by a program: extend its deadline, write to the applicant."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.utils import timezone

from portal.upload_limit import UPLOADS
from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.requests.models import Message, ServiceRequest
from services.workflow.operations import desk
from tests import worlds
from tests.access.world import one_page
from tests.api.desk.desks import Program, fault, kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(version: ServiceVersion) -> ServiceRequest:
    """Give a request whose deadline is ahead."""
    return worlds.apply(version, {"rooms": 4}, by=worlds.citizen("leyla"), at=timezone.now())


class TestExtending:
    def test_moves_the_deadline_once(self, program: Program, fresh: ServiceRequest) -> None:
        task = worlds.open_step(fresh)
        before = program.get(f"{task.pk}/").json()
        extended, again = (program.send(fresh, "extension/", {"reason": "An expert is needed."}) for _ in range(2))
        after = program.get(f"{task.pk}/").json()

        assert extended.status_code == 201
        told = extended.json()
        assert (told["before"], told["reason"]) == (before["request"]["due_at"], "An expert is needed.")
        assert told["after"] == before["extends_until"] == after["request"]["due_at"]
        assert after["extends_until"] is None
        assert fault(again) == (409, "conflict", None, "The deadline was already extended once.")
        assert kinds(fresh).count("deadline_changed") == 1

    def test_moves_none_that_has_passed(self, program: Program, seen: ServiceRequest) -> None:
        assert fault(program.send(seen, "extension/", {"reason": "Why?"}))[:2] == (409, "conflict")

    @pytest.mark.parametrize("reason", [None, "", " ", "x" * 2001, "a\x07", ["x"]])
    def test_needs_its_reason(self, program: Program, fresh: ServiceRequest, reason: object) -> None:
        assert fault(program.send(fresh, "extension/", {"reason": reason}))[::2] == (400, "reason")
        assert "deadline_changed" not in kinds(fresh)


class TestWriting:
    def write(self, program: Program, seen: ServiceRequest, text: object, key: str = "one") -> HttpResponse:
        return program.send(seen, "messages/", {"text": text}, idempotency_key=key)

    def bring(self, program: Program, seen: ServiceRequest, *files: object, text: str = "") -> HttpResponse:
        headers = {**program.headers, "Idempotency-Key": "one"}
        where = f"/api/desk/requests/{seen.pk}/messages/"
        return program.client.post(where, {"text": text, "files": list(files)}, headers=headers)

    def test_reaches_the_applicant_once_for_each_key(self, program: Program, seen: ServiceRequest) -> None:
        first, again = (self.write(program, seen, "Come on Monday.") for _ in range(2))
        self.write(program, seen, "Come on Monday.", key="two")

        assert (first.status_code, first.json()["is_from_office"], first.json()["text"]) == (
            201,
            True,
            "Come on Monday.",
        )
        assert first.json() == again.json()
        assert seen.messages.count() == 2
        assert kinds(seen).count("message_written") == 2

    def test_brings_files(self, program: Program, seen: ServiceRequest) -> None:
        written = self.bring(program, seen, SimpleUploadedFile("plan.pdf", one_page()), text="The plan")

        assert written.status_code == 201
        assert [file.name for file in Message.objects.get(pk=written.json()["id"]).files.all()] == ["plan.pdf"]

    def test_tells_at_its_name_what_is_no_file_that_it_takes(self, program: Program, seen: ServiceRequest) -> None:
        bad = [self.bring(program, seen, SimpleUploadedFile("run.exe", b"MZ" * 40))]
        bad.append(self.bring(program, seen, *(SimpleUploadedFile(f"{n}.pdf", one_page()) for n in range(6))))
        bad.append(self.bring(program, seen, "no file"))

        assert {fault(one)[0] for one in bad} == {400}
        assert {(fault(one)[2] or "").partition(".")[0] for one in bad} == {"files"}
        assert not seen.messages.exists()

    def test_brings_no_more_than_the_hour_allows(self, program: Program, seen: ServiceRequest, bruno: User) -> None:
        UPLOADS.count(str(bruno.pk), UPLOADS.most)
        over = self.bring(program, seen, SimpleUploadedFile("plan.pdf", one_page()))

        assert (over.status_code, over.has_header("Retry-After")) == (429, True)
        assert not seen.messages.exists()

    @pytest.mark.parametrize("text", [None, "", "  ", "x" * 4001, "a\x07", ["x"]])
    def test_needs_words(self, program: Program, seen: ServiceRequest, text: object) -> None:
        assert fault(self.write(program, seen, text))[::2] == (400, "text")
        assert not seen.messages.exists()

    @pytest.mark.parametrize("key", ["", "x" * 65])
    def test_needs_a_key_to_be_safe_to_repeat(self, program: Program, seen: ServiceRequest, key: str) -> None:
        assert fault(self.write(program, seen, "Hello", key))[::2] == (400, "Idempotency-Key")

    def test_ends_with_the_request(self, program: Program, seen: ServiceRequest, bruno: User) -> None:
        held = desk.claim(worlds.open_step(seen), bruno, timezone.now())
        desk.decide(held, "yes", bruno, timezone.now())

        assert fault(self.write(program, seen, "Hello"))[:2] == (409, "conflict")
