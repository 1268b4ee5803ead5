"""Many decided at once: each an event of its own, what failed told."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.requests.models import Decision
from services.workflow.bulk import BulkAct
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.bulk import ask_for_bulk, run_bulk
from tests import worlds
from tests.clerks import office

pytestmark = pytest.mark.django_db


class TestManyAtOnce:
    @pytest.fixture
    def held_steps(self, version: ServiceVersion, bruno: User) -> list[Step]:
        requests = [worlds.apply(version, by=worlds.citizen(f"citizen{number}")) for number in range(3)]
        return [desk.claim(worlds.open_step(request), bruno, timezone.now()) for request in requests]

    def ask(self, client: Client, steps: list[Step], **said: Any) -> Any:
        return client.post(reverse("desk_bulk"), {"step": [step.pk for step in steps], **said})

    def test_decides_alike_with_an_event_for_each(self, desk_client: Client, held_steps: list[Step]) -> None:
        offered = self.ask(desk_client, held_steps)
        assert "3 requests chosen" in offered.content.decode()
        said = {"act": "decide", "outcome": "no", "reason": "unfit", "words": "No.", "go": "1"}
        answer = self.ask(desk_client, held_steps, **said)

        assert run_bulk(timezone.now()) == 3

        assert Decision.objects.filter(outcome="no", reason="unfit").count() == 3
        assert Event.objects.filter(kind="decided").count() == 3
        assert "3 of 3 are done." in desk_client.get(answer["Location"]).content.decode()

    def test_lists_what_failed_and_goes_on(self, desk_client: Client, held_steps: list[Step], bruno: User) -> None:
        act = ask_for_bulk("release", [step.pk for step in held_steps], bruno, timezone.now(), {})
        desk.release(held_steps[1], bruno, timezone.now())

        run_bulk(timezone.now())

        assert [failure["step"] for failure in BulkAct.objects.get().failures] == [held_steps[1].pk]
        body = desk_client.get(reverse("desk_bulk_act", args=[act.pk])).content.decode()
        assert "2 of 3 are done." in body
        assert held_steps[1].service_request.written_reference in body

    def test_a_worker_that_dies_in_the_middle_repeats_nothing(
        self, held_steps: list[Step], bruno: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask_for_bulk("release", [step.pk for step in held_steps], bruno, timezone.now(), {})
        save = BulkAct.save

        def die(act: BulkAct, **known: Any) -> None:
            save(act, **known)
            if act.done == 2:
                raise RuntimeError

        monkeypatch.setattr(BulkAct, "save", die)
        with pytest.raises(RuntimeError):
            run_bulk(timezone.now())
        monkeypatch.undo()
        assert BulkAct.objects.get().done == 1

        run_bulk(timezone.now())

        assert BulkAct.objects.get().failures == []
        assert Event.objects.filter(kind="released").count() == 3

    @pytest.mark.parametrize(
        ("said", "fault"),
        [
            ({}, "Choose what is to be done."),
            ({"act": "reassign"}, "Choose who gets them."),
            ({"act": "decide"}, "Choose one of the outcomes"),
            ({"act": "decide", "outcome": "no"}, "Choose the reason of the refusal."),
        ],
    )
    def test_says_what_is_missing(
        self, desk_client: Client, held_steps: list[Step], said: dict[str, str], fault: str
    ) -> None:
        answer = self.ask(desk_client, held_steps, go="1", **said)

        assert answer.status_code == 422
        assert fault in answer.content.decode()
        assert not BulkAct.objects.exists()

    def test_takes_only_what_stands_in_ones_queue(
        self, desk_client: Client, held_steps: list[Step], version: ServiceVersion
    ) -> None:
        south = office.published(service="southern", towns=("south",))
        foreign = worlds.open_step(worlds.apply(south, by=worlds.citizen(), office="south-hall"))

        assert self.ask(desk_client, [foreign]).status_code == 422
        answer = desk_client.post(reverse("desk_bulk"), {"step": ["x", "²", "9" * 40]})
        assert "You have chosen no request." in answer.content.decode()
