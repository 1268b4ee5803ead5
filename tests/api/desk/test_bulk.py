"""One act on a selection of tasks by a program: progress, and failures by task."""

from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.workflow.bulk import BulkAct
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.bulk import MOST_WAITING, run_bulk
from tests import worlds
from tests.api.desk.desks import Program, fault

pytestmark = pytest.mark.django_db


@pytest.fixture
def tasks(version: ServiceVersion) -> list[Step]:
    return [worlds.open_step(worlds.apply(version, by=worlds.citizen(f"leyla{number}"))) for number in range(3)]


def many(program: Program, tasks: list[Step], act: str, **said: Any) -> HttpResponse:
    return program.program.send("POST", "/api/desk/bulk/", {"act": act, "tasks": [one.pk for one in tasks], **said})


def progress(program: Program, asked: HttpResponse) -> Any:
    return program.client.get(asked["Location"], headers=program.headers).json()


class TestManyAtOnce:
    def test_wait_for_those_before(self, program: Program, tasks: list[Step]) -> None:
        asked = [many(program, tasks, "claim") for _ in range(MOST_WAITING + 1)]
        run_bulk(timezone.now())

        assert [one.status_code for one in asked] == [202] * MOST_WAITING + [409]
        assert many(program, tasks, "claim").status_code == 202

    def test_are_taken_and_then_decided_alike(self, program: Program, tasks: list[Step]) -> None:
        asked = many(program, tasks, "claim")
        before = progress(program, asked)
        run_bulk(timezone.now())
        after = progress(program, asked)
        many(program, tasks, "decide", outcome="no", reason="unfit", words="No.")
        run_bulk(timezone.now())

        assert asked.status_code == 202
        assert (before["all"], before["done"], before["finished_at"]) == (3, 0, None)
        assert (after["done"], after["succeeded"], after["failures"]) == (3, 3, [])
        assert after["finished_at"]
        assert Event.objects.filter(kind="decided").count() == 3

    def test_tells_what_failed_and_why(self, program: Program, tasks: list[Step]) -> None:
        asked = many(program, tasks, "claim")
        desk.claim(tasks[1], worlds.clerk("chloe"), timezone.now())
        run_bulk(timezone.now())

        told = progress(program, asked)
        (failed,) = told["failures"]
        assert (told["done"], told["succeeded"]) == (3, 2)
        assert (failed["task"], failed["reference"]) == (tasks[1].pk, tasks[1].service_request.written_reference)
        assert failed["why"] == "Chloe has already taken this step."

    def test_go_to_a_colleague(self, program: Program, tasks: list[Step], bruno: User) -> None:
        chloe = worlds.clerk("chloe")
        for task in tasks:
            desk.claim(task, bruno, timezone.now())
        asked = many(program, tasks, "reassign", to=str(chloe.pk))
        run_bulk(timezone.now())

        assert progress(program, asked)["succeeded"] == 3
        assert Step.objects.filter(assignee=chloe).count() == 3

    def test_are_those_of_ones_queue(self, program: Program, tasks: list[Step], bruno: User) -> None:
        south = worlds.published([worlds.desk("judge")], towns=("south",), service="southern")
        foreign = worlds.open_step(worlds.apply(south, office="south-hall"))
        status, _code, named, words = fault(many(program, [*tasks, foreign], "claim"))

        assert (status, named) == (400, "tasks")
        assert words == f"Leave these out, they aren’t in your queue: {foreign.pk}."
        assert not BulkAct.objects.exists()

    @pytest.mark.parametrize(
        ("said", "attr"),
        [
            ({"act": "burn"}, "act"),
            ({"tasks": []}, "tasks"),
            ({"tasks": "all"}, "tasks"),
            ({"tasks": [10**30]}, "tasks"),
            ({"tasks": ["x"]}, "tasks"),
            ({"tasks": list(range(1, 502))}, "tasks"),
            ({"act": "reassign"}, "to"),
            ({"act": "reassign", "to": str(uuid4())}, "to"),
            ({"act": "reassign", "to": "chloe"}, "to"),
            ({"act": "decide"}, "outcome"),
            ({"act": "decide", "outcome": "maybe"}, "outcome"),
            ({"act": "decide", "outcome": "no"}, "reason"),
            ({"act": "decide", "outcome": "yes", "words": "a\x07"}, "words"),
        ],
    )
    def test_faults_are_told_by_name(
        self, program: Program, tasks: list[Step], said: dict[str, Any], attr: str
    ) -> None:
        body = {"act": "claim", "tasks": [one.pk for one in tasks], **said}
        status, _code, named, words = fault(program.program.send("POST", "/api/desk/bulk/", body))

        assert (status, (named or "").partition(".")[0]) == (400, attr)
        assert words
        assert not BulkAct.objects.exists()

    def test_of_different_steps_cant_be_decided_alike(self, program: Program, tasks: list[Step]) -> None:
        other = worlds.open_step(worlds.apply(worlds.published([worlds.desk("judge")], service="other")))

        assert fault(many(program, [tasks[0], other], "decide", outcome="yes"))[::2] == (400, "tasks")

    def test_are_followed_by_who_asked_for_it_only(self, program: Program, tasks: list[Step]) -> None:
        asked = many(program, tasks, "claim")
        chloe = Program(worlds.clerk("chloe"))

        assert chloe.client.get(asked["Location"], headers=chloe.headers).status_code == 404
