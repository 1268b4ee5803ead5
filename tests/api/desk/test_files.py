"""One request in full and its files by a program, each look on record."""

from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.evidence import Evidence, Scan
from services.requests.models import Document, ServiceRequest
from services.requests.operations import add_evidence
from services.workflow.looking import Look
from services.workflow.models import Step
from services.workflow.operations import desk
from tests import worlds
from tests.access.world import one_page
from tests.api.agency_programs import ask as ask_token
from tests.api.agency_programs import call, confirmed
from tests.api.desk.desks import OF_REQUEST, Program, fault, kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(seen: ServiceRequest) -> Evidence:
    now = timezone.now()
    return add_evidence(seen, "plan", ContentFile(one_page(), "plan.pdf"), accept=("pdf",), at_most=3, now=now)


@pytest.fixture
def permit(seen: ServiceRequest) -> Document:
    facts = {"key": "permit", "title": "Permit", "number": "A1B2C3", "sha256": "0" * 64, "issued_at": timezone.now()}
    return Document.objects.create(service_request=seen, file=ContentFile(one_page(), "permit.pdf"), **facts)


class TestWholeRequest:
    def test_is_told_with_its_tasks(self, program: Program, held: Step, seen: ServiceRequest) -> None:
        told = program.look(seen).json()

        assert (told["request"]["id"], told["applicant"]["name"], told["purpose"]) == (str(seen.pk), "Aysel", "work")
        assert [(one["id"], one["is_held_by_you"]) for one in told["tasks"]] == [(held.pk, True)]
        assert [one["key"] for one in told["answers"]] == ["rooms"]
        assert kinds(seen)[-1] == "file_read"

    def test_is_told_when_it_has_ended_too(
        self, program: Program, held: Step, seen: ServiceRequest, bruno: User
    ) -> None:
        desk.decide(held, "yes", bruno, timezone.now())
        told = program.look(seen).json()

        assert (told["request"]["status"], told["tasks"]) == ("approved", [])
        assert [one["outcome"] for one in told["decisions"]] == ["yes"]
        assert [one["key"] for one in told["after_care"]] == ["letter"]

    def test_needs_a_purpose_where_it_isnt_ones_work(
        self, program: Program, task: Step, seen: ServiceRequest, plan: Evidence, permit: Document
    ) -> None:
        desk.claim(task, worlds.clerk("chloe"), timezone.now())
        before = kinds(seen)
        looks = (*OF_REQUEST, f"files/{plan.pk}/", f"documents/{permit.pk}/")
        refused = [program.look(seen, what) for what in looks]

        assert {fault(one)[:2] for one in refused} == {(403, "purpose_needed")}
        assert kinds(seen) == before
        assert fault(program.send(seen, "purpose/", {"purpose": "other"}))[::2] == (400, "words")
        assert program.send(seen, "purpose/", {"purpose": "present"}).status_code == 204
        assert Look.objects.get().purpose == "present"
        assert {program.look(seen, what).status_code for what in looks} == {200}
        assert Event.objects.get(kind="file_read").facts == {"purpose": "present"}

    def test_tells_its_history(self, program: Program, held: Step, seen: ServiceRequest) -> None:
        told = program.look(seen, "history/").json()

        assert [one["kind"] for one in told][-1] == "submitted"


class TestFiles:
    def test_are_listed_and_given_to_save(
        self, program: Program, held: Step, seen: ServiceRequest, plan: Evidence
    ) -> None:
        (listed,) = program.look(seen, "files/").json()
        file = program.look(seen, f"files/{plan.pk}/")

        assert (listed["id"], listed["key"], listed["name"]) == (str(plan.pk), "plan", "plan.pdf")
        assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
        assert file["Content-Disposition"] == 'attachment; filename="plan.pdf"'
        assert "sandbox" in file["Content-Security-Policy"]
        assert "no-store" in file["Cache-Control"]
        assert b"".join(file.streaming_content)[:4] == b"%PDF"  # type: ignore[attr-defined]

    def test_fetching_one_is_a_look(self, program: Program, held: Step, seen: ServiceRequest, plan: Evidence) -> None:
        program.look(seen, f"files/{plan.pk}/")

        assert Event.objects.get(kind="file_read").actor == f"clerk:{held.assignee_id}"

    def test_that_arent_known_to_be_harmless_stay_closed(
        self, program: Program, held: Step, seen: ServiceRequest, plan: Evidence
    ) -> None:
        Evidence.objects.filter(pk=plan.pk).update(scan=Scan.WAITING, scan_at=timezone.now())

        assert program.look(seen, f"files/{plan.pk}/").status_code == 404

    def test_of_another_request_arent_there(
        self, program: Program, held: Step, seen: ServiceRequest, plan: Evidence, permit: Document
    ) -> None:
        other = worlds.apply(held.service_request.version, by=worlds.citizen("nigar"))
        closed = (f"files/{plan.pk}/", f"documents/{permit.pk}/", f"files/{uuid4()}/", f"documents/{uuid4()}/")

        assert {program.look(other, what).status_code for what in closed} == {404}
        stranger = Program(worlds.clerk("elvin", "south"))
        assert {stranger.look(seen, what).status_code for what in closed} == {404}

    def test_documents_are_given_as_they_were_signed(
        self, program: Program, held: Step, seen: ServiceRequest, permit: Document
    ) -> None:
        file = program.look(seen, f"documents/{permit.pk}/")

        assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
        assert b"".join(file.streaming_content)[:4] == b"%PDF"  # type: ignore[attr-defined]

    def test_are_read_by_a_program_of_the_agency_in_its_own_name(
        self, bruno: User, task: Step, seen: ServiceRequest, plan: Evidence
    ) -> None:
        machine, secret = confirmed(bruno)
        bearer = ask_token(machine, secret).json()["access_token"]
        where = f"/api/desk/requests/{seen.pk}/"
        read = [call(bearer, f"{where}{what}") for what in ("", "files/", f"files/{plan.pk}/")]

        assert {one.status_code for one in read} == {200}
        assert Event.objects.get(kind="file_read").actor == f"program:{machine.user_id}"
        assert call(bearer, f"{where}extension/", "post").status_code == 403
