"""Giving a task to a colleague or another desk, and standing aside, by a program."""

from typing import Any

import pytest
from django.utils import timezone

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.recusals import Recusal
from tests import worlds
from tests.api.desk.desks import Program, fault, kinds

pytestmark = pytest.mark.django_db


def handover(step: Step) -> str:
    return f"{step.pk}/handover/"


class TestHandingOver:
    def test_to_a_colleague(self, program: Program, held: Step, seen: ServiceRequest) -> None:
        chloe = worlds.clerk("chloe")
        offered = program.get(handover(held)).json()
        given, again = (program.post(handover(held), {"to": str(chloe.pk)}) for _ in range(2))

        assert offered["colleagues"] == [{"id": str(chloe.pk), "name": "Chloe"}]
        assert (given.status_code, given.json()["held_by"], given.json()["is_held_by_you"]) == (200, "Chloe", False)
        assert fault(again)[:3] == (400, "invalid", "to")  # she has it
        assert kinds(seen)[-1] == "reassigned"

    def test_to_another_desk_of_the_agency(self, program: Program, held: Step, seen: ServiceRequest) -> None:
        roads = worlds.desk_of("north", "roads")
        offered = program.get(handover(held)).json()
        given = program.post(handover(held), {"desk": roads.pk})
        again = program.post(handover(held), {"desk": worlds.desk_of("north", "permits").pk})

        assert [one["id"] for one in offered["desks"]] == [roads.pk]
        assert (given.status_code, given.json()["desk"]["code"], given.json()["held_by"]) == (200, "roads", "")
        assert fault(again)[:2] == (409, "conflict")
        assert kinds(seen)[-1] == "passed_on"

    def test_of_what_another_holds_is_a_conflict_and_tells_no_names(self, program: Program, task: Step) -> None:
        chloe, carol = worlds.clerk("chloe"), worlds.clerk("carol")
        desk.claim(task, chloe, timezone.now())

        assert program.get(handover(task)).json() == {"colleagues": [], "desks": []}
        for body in ({"to": str(carol.pk)}, {"desk": worlds.desk_of("north", "roads").pk}):
            assert fault(program.post(handover(task), body))[:2] == (409, "conflict")
        assert worlds.open_step(task.service_request).assignee == chloe

    def test_is_for_a_supervisor_when_the_holder_is_away(self, held: Step) -> None:
        chloe, sevda = worlds.clerk("chloe"), Program(worlds.clerk("sevda", role="supervisor"))

        offered = sevda.get(handover(held)).json()
        assert (str(chloe.pk) in {one["id"] for one in offered["colleagues"]}, offered["desks"]) == (True, [])
        assert sevda.post(handover(held), {"to": str(chloe.pk)}).json()["held_by"] == "Chloe"

    def test_ends_with_the_task(self, program: Program, held: Step, bruno: User) -> None:
        chloe = worlds.clerk("chloe")
        desk.decide(held, "yes", bruno, timezone.now())

        assert program.get(handover(held)).json() == {"colleagues": [], "desks": []}
        assert fault(program.post(handover(held), {"to": str(chloe.pk)}))[:2] == (409, "conflict")

    @pytest.mark.parametrize(
        ("body", "attr"),
        [
            ({}, "to"),
            ({"to": "chloe"}, "to"),
            ({"to": "6c1f0a4e-2b53-4d57-9c0e-3f1b6f0f7a11"}, "to"),
            ({"desk": "roads"}, "desk"),
            ({"desk": 999_999}, "desk"),
            ({"desk": 10**30}, "desk"),
            ({"desk": 0}, "desk"),
            ({"to": "6c1f0a4e-2b53-4d57-9c0e-3f1b6f0f7a11", "desk": 1}, "desk"),
        ],
    )
    def test_faults_are_told_by_name(self, program: Program, held: Step, body: dict[str, Any], attr: str) -> None:
        status, _code, named, words = fault(program.post(handover(held), body))

        assert (status, named) == (400, attr)
        assert words
        assert worlds.open_step(held.service_request).assignee == held.assignee

    def test_goes_to_no_stranger_and_no_desk_of_another_agency(self, program: Program, held: Step) -> None:
        stranger, place = worlds.clerk("sara", "south"), worlds.desk_of("south", "permits")

        assert fault(program.post(handover(held), {"to": str(stranger.pk)}))[:3] == (400, "invalid", "to")
        assert fault(program.post(handover(held), {"desk": place.pk}))[:3] == (400, "invalid", "desk")


class TestStandingAside:
    def test_lets_another_official_take_over(self, program: Program, held: Step, seen: ServiceRequest) -> None:
        where = f"{held.pk}/standing-aside/"
        aside, again = (program.post(where, {"words": "My neighbour."}) for _ in range(2))

        assert (aside.status_code, aside.json()["held_by"], aside.json()["needs_second_official"]) == (200, "", True)
        assert fault(again)[:2] == (409, "conflict")
        assert (Recusal.objects.get().rule, Recusal.objects.get().words) == (Recusal.Rule.DECLARED, "My neighbour.")
        assert kinds(seen)[-1] == "stood_aside"
        assert program.post(f"{held.pk}/claim/").status_code == 409

    def test_is_for_who_holds_the_task(self, program: Program, task: Step) -> None:
        assert fault(program.post(f"{task.pk}/standing-aside/", {"words": "My neighbour."}))[:2] == (409, "conflict")
        assert not Recusal.objects.exists()

    @pytest.mark.parametrize("words", [None, "", "  ", "x" * 1001, "a\x07", ["x"]])
    def test_needs_a_few_words(self, program: Program, held: Step, words: object) -> None:
        assert fault(program.post(f"{held.pk}/standing-aside/", {"words": words}))[::2] == (400, "words")
        assert not Recusal.objects.exists()
