"""While the ledger can't be sealed nothing is decided; requests are still taken, and all goes on by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.ledger.models import Cosignature, Event, Seal
from services.ledger.standing import STOP_AFTER, WARN_AFTER, standing
from services.workflow.automation import run_lane
from services.workflow.models import Step
from services.workflow.operations import desk, preparing
from services.workflow.refusals import Refused
from tests import worlds
from tests.clerks.pages import post

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SealAgo = Callable[[timedelta], Seal]


@pytest.fixture
def seal_ago() -> SealAgo:
    def seal(age: timedelta) -> Seal:
        return Seal.objects.create(size=1, root=bytes(32), at=timezone.now() - age, note="")

    return seal


class TestDecisions:
    def test_are_refused_with_the_reason_and_the_request_stays_as_it_is(
        self, desk_client: Client, held: Step, seal_ago: SealAgo
    ) -> None:
        seal_ago(STOP_AFTER + MINUTE)
        events = Event.objects.count()

        body = post(desk_client, held, "decide", {"outcome": "yes", "words": "Good luck"}).content.decode()

        assert "Nothing can be decided now" in body
        held.refresh_from_db()
        assert held.is_open
        assert Event.objects.filter(kind="decided").count() == 0
        assert Event.objects.exclude(kind="file_read").count() <= events

    @pytest.mark.parametrize("decide", [desk.decide, preparing.decide_soon])
    def test_are_refused_wherever_they_come_from(
        self, held: Step, bruno: User, seal_ago: SealAgo, decide: Callable[..., Any]
    ) -> None:
        seal_ago(STOP_AFTER + MINUTE)

        with pytest.raises(Refused, match="could not be sealed"):
            decide(held, "yes", bruno, timezone.now())

    def test_go_on_up_to_the_limit_and_again_by_themselves(
        self, desk_client: Client, held: Step, bruno: User, seal_ago: SealAgo
    ) -> None:
        seal = seal_ago(STOP_AFTER - MINUTE)
        with pytest.raises(Refused):
            desk.decide(held, "yes", bruno, seal.at + STOP_AFTER + MINUTE)
        seal_ago(timedelta(0))

        desk.decide(held, "yes", bruno, timezone.now())

        assert Event.objects.filter(kind="decided").count() == 1

    def test_need_the_word_of_a_witness_where_one_is_named(
        self, held: Step, bruno: User, seal_ago: SealAgo, settings: Any
    ) -> None:
        old = seal_ago(STOP_AFTER + MINUTE)
        newest = seal_ago(timedelta(0))
        Cosignature.objects.create(seal=old, witness="w", at=old.at, line="")
        settings.WITNESSES = [("key", "https://witness.example.org")]
        with pytest.raises(Refused):
            desk.decide(held, "yes", bruno, timezone.now())
        Cosignature.objects.create(seal=newest, witness="w", at=newest.at, line="")

        desk.decide(held, "yes", bruno, timezone.now())

    def test_of_robots_wait_while_requests_are_taken_and_resume(
        self, version: ServiceVersion, seal_ago: SealAgo
    ) -> None:
        steps = [
            worlds.robot("route", "route_to_office", "granted", settings={"office": "'north-hall'"}),
            worlds.desk("judge"),
        ]
        automatic = worlds.published(steps, service="automatic")
        seal_ago(STOP_AFTER + MINUTE)

        request = worlds.apply(automatic, at=timezone.now())
        run_lane(Step.Lane.RULES)
        was = request.steps.all().get(key="route").state
        seal_ago(timedelta(0))
        worlds.run_robots()

        assert (was, request.steps.all().get(key="route").state) == (Step.State.DUE, Step.State.DONE)


class TestBanner:
    def body(self, client: Client) -> str:
        return client.get(reverse("desk")).content.decode()

    def test_is_shown_to_staff_after_a_quarter_of_an_hour(self, desk_client: Client, seal_ago: SealAgo) -> None:
        seal_ago(WARN_AFTER + MINUTE)

        assert "The ledger waits for its seal" in self.body(desk_client)
        assert "The ledger waits for its seal" not in Client().get(reverse("home")).content.decode()

    def test_says_when_nothing_can_be_decided(self, desk_client: Client, seal_ago: SealAgo) -> None:
        seal_ago(STOP_AFTER + MINUTE)

        assert "Nothing can be decided now" in self.body(desk_client)

    def test_is_not_there_while_all_is_well(self, desk_client: Client, seal_ago: SealAgo) -> None:
        seal_ago(WARN_AFTER - MINUTE)

        assert "ledger" not in self.body(desk_client)

    def test_is_told_to_machines_too(self, client: Client, seal_ago: SealAgo) -> None:
        seal_ago(WARN_AFTER + MINUTE)

        assert client.get(reverse("health_ready")).json()["sealed"] is False


class TestStanding:
    def test_of_a_ledger_that_never_was_sealed_begins_with_its_first_event(self, held: Step) -> None:
        first: datetime = Event.objects.order_by("pk")[0].recorded_at

        assert standing(timezone.now()).proved_at == first

    def test_of_an_empty_ledger_is_good(self) -> None:
        assert not standing(timezone.now()).is_late
