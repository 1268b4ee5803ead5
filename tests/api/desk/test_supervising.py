"""What programs of clerks and supervisors do beside the tasks: documents, complaints, who gets what, who is away."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Absence
from services.requests.models import Document, ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.complaint import complain
from tests import worlds
from tests.api import programs
from tests.api.desk.desks import Program, fault, kinds
from tests.citizens.forms import PDF

pytestmark = pytest.mark.django_db
TASKS, AWAY, COMPLAINTS = "/api/desk/team/tasks/", "/api/desk/team/absences/", "/api/desk/complaints/"


@pytest.fixture
def sevda(version: Any) -> User:
    """Give a supervisor who works at one desk of the agency only."""
    return worlds.clerk("sevda", desks=("roads",), role="supervisor")


@pytest.fixture
def supervising(sevda: User) -> programs.Program:
    return programs.Program(sevda, "desk:work")


class TestRevocation:
    def test_takes_a_document_back_once(self, program: Program, seen: ServiceRequest) -> None:
        facts = {"key": "permit", "title": "Permit", "number": "A1", "sha256": "0" * 64, "issued_at": timezone.now()}
        issued = Document.objects.create(service_request=seen, file=ContentFile(PDF, "permit.pdf"), **facts)
        where = f"documents/{issued.pk}/revocation/"
        without = program.send(seen, where, {"reason": " "})
        foreign = Program(worlds.clerk("carla", "south")).send(seen, where, {"reason": "Wrong house."})
        reads = Program(worlds.clerk("chloe"), "desk:read").send(seen, where, {"reason": "Wrong house."})
        revoked, again = (program.send(seen, where, {"reason": "Wrong house."}) for _ in range(2))

        assert fault(without)[:3] == (400, "blank", "reason")
        assert (foreign.status_code, reads.status_code) == (404, 403)
        assert (revoked.status_code, revoked.json()["state"], again.status_code) == (201, "revoked", 409)
        assert kinds(seen).count("document_revoked") == 1

    def test_is_for_no_letter(self, program: Program, seen: ServiceRequest) -> None:
        facts = {"key": "no", "title": "No", "number": "A1", "sha256": "0" * 64, "issued_at": timezone.now()}
        letter = Document.objects.create(service_request=seen, is_letter=True, **facts)

        assert program.send(seen, f"documents/{letter.pk}/revocation/", {"reason": "x"}).status_code == 404


class TestComplaints:
    def test_are_answered_once_by_a_supervisor(self, program: Program, seen: ServiceRequest, sevda: User) -> None:
        made = complain(seen, "We wait.", seen.applicant, seen.due_at + timedelta(days=1), usual_until=None)
        where = f"{COMPLAINTS}{made.pk}/"
        with time_machine.travel(seen.due_at + timedelta(days=2), tick=False):
            supervising = programs.Program(sevda, "desk:work")
            (told,) = supervising.get(COMPLAINTS).json()["results"]
            empty = supervising.send("POST", f"{where}answer/", {"words": ""})
            answered, again = (supervising.send("POST", f"{where}answer/", {"words": "On Monday."}) for _ in range(2))

        assert (told["words"], told["answered_at"], told["reference"]) == ("We wait.", None, seen.written_reference)
        assert fault(empty)[:3] == (400, "blank", "words")
        assert (answered.status_code, answered.json()["answered_by"], again.status_code) == (201, "Sevda", 409)
        assert kinds(seen).count("complaint_answered") == 1
        assert program.client.get(COMPLAINTS, headers=program.headers).json()["results"] == []
        assert program.client.get(where, headers=program.headers).status_code == 404


class TestHandingOut:
    def test_reaches_every_desk_of_the_agency(self, supervising: programs.Program, held: Step) -> None:
        chloe, carla = worlds.clerk("chloe"), worlds.clerk("carla", "south")
        where = f"{TASKS}{held.pk}/handover/"
        listed = [one["id"] for one in supervising.get(TASKS).json()]
        receivers = [one["name"] for one in supervising.get(where).json()]
        foreign = supervising.send("POST", where, {"to": str(carla.pk)})
        given = supervising.send("POST", where, {"to": str(chloe.pk)})

        assert (listed, receivers) == ([held.pk], ["Chloe"])
        assert fault(foreign)[:3] == (400, "invalid", "to")
        assert (given.status_code, given.json()["held_by"]) == (200, "Chloe")
        assert kinds(held.service_request)[-1] == "reassigned"

    def test_takes_no_more_statements_for_more(self, supervising: programs.Program, version: Any, held: Step) -> None:
        counts = []
        for _ in range(2):
            supervising.get(TASKS)
            with CaptureQueriesContext(connection) as queries:
                rows = supervising.get(TASKS).json()
            counts.append((len(rows), len(queries)))
            desk.claim(
                worlds.open_step(worlds.apply(version, by=worlds.citizen())), worlds.clerk("chloe"), timezone.now()
            )

        assert counts == [(1, counts[0][1]), (2, counts[0][1])]


class TestAbsences:
    def test_are_entered_and_ended(self, supervising: programs.Program, bruno: User) -> None:
        chloe, today = worlds.clerk("chloe"), timezone.localdate()
        body = {"user": str(bruno.pk), "first_day": f"{today}", "last_day": f"{today + timedelta(days=7)}"}
        entered = supervising.send("POST", AWAY, {**body, "stand_in": str(chloe.pk)})
        overlapping = supervising.send("POST", AWAY, body)
        (told,) = supervising.get(AWAY).json()
        ended = supervising.send("DELETE", f"{AWAY}{told['id']}/")

        assert (entered.status_code, overlapping.status_code, ended.status_code) == (201, 409, 204)
        assert (told["user"]["name"], told["stand_in"]["name"]) == ("Bruno", "Chloe")
        assert not Absence.objects.exists()

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"user": None}, (400, "null", "user")),
            ({"first_day": "2026-02-30"}, (400, "invalid", "first_day")),
            ({"stand_in": "carla"}, (400, "invalid", "stand_in")),
            ({"last_day": "2020-01-01"}, (409, "conflict", None)),
        ],
    )
    def test_faults_are_told_by_name(
        self, supervising: programs.Program, bruno: User, change: dict[str, Any], expected: tuple[int, str, str | None]
    ) -> None:
        carla, today = worlds.clerk("carla", "south"), timezone.localdate()
        body = {"user": str(bruno.pk), "first_day": f"{today}", "last_day": f"{today}"}
        named = {key: str(carla.pk) if value == "carla" else value for key, value in change.items()}

        assert fault(supervising.send("POST", AWAY, {**body, **named}))[:3] == expected

    def test_and_tasks_of_others_are_there_for_supervisors_alone(self, program: Program, held: Step) -> None:
        away = Absence.objects.create(user=held.assignee, first_day=timezone.localdate(), last_day=timezone.localdate())
        clerks = [program.program, programs.Program(worlds.clerk("olga", "south", role="supervisor"), "desk:work")]
        for one in clerks:
            met = [one.send("POST", f"{TASKS}{held.pk}/handover/", {"to": str(held.assignee_id)})]
            met += [one.get(f"{TASKS}{held.pk}/handover/"), one.send("DELETE", f"{AWAY}{away.pk}/")]
            assert [answer.status_code for answer in met] == [404, 404, 404]
        assert [program.program.get(where).status_code for where in (TASKS, AWAY)] == [404, 404]
        assert Absence.objects.exists()
