"""What the ledger tells becomes messages: each once, to whom it belongs, without a word about people."""

import json
from datetime import datetime
from threading import Event as Moment
from threading import Thread
from typing import Any

import pytest
from django.conf import settings as conf
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from services.accounts.models import User
from services.webhooks.automation import follow_ledger
from services.webhooks.models import Delivery, Reading, Webhook
from services.webhooks.operations import end, pause
from services.workflow.operations import desk
from tests import worlds
from tests.webhooks.conftest import made
from tests.webhooks.receiver import Receiver

PLAN = [worlds.desk("judge")]


def kinds(webhook: Webhook) -> list[str]:
    return list(webhook.deliveries.order_by("event").values_list("kind", flat=True))


def follow(**more: Any) -> int:
    return follow_ledger(timezone.now(), **more)


@pytest.mark.django_db
class TestMessages:
    def test_tell_the_life_of_a_request(self, webhook: Webhook) -> None:
        request = worlds.apply(worlds.published(PLAN), {"rooms": 3}, by=worlds.citizen())
        clerk = worlds.clerk("bruno")
        desk.decide(desk.claim(worlds.open_step(request), clerk, worlds.NOON), "yes", clerk, worlds.NOON)

        assert follow() == 4
        assert kinds(webhook) == ["request.submitted", "step.opened", "request.decided", "request.ended"]

    def test_name_nobody(self, webhook: Webhook) -> None:
        person = worlds.citizen(phone="+994501234567")
        request = worlds.apply(worlds.published(PLAN), {"rooms": 314}, by=person)
        follow()
        task = worlds.open_step(request).pk
        first = Delivery.objects.order_by("event").first()
        assert first is not None

        assert json.loads(first.body) == {
            "type": "request.submitted",
            "timestamp": worlds.NOON.isoformat(),
            "data": {
                "request": str(request.pk),
                "service": "permit",
                "office": "north-hall",
                "url": f"{conf.BASE_URL}/api/requests/{request.pk}/",
                "task_url": f"{conf.BASE_URL}/api/desk/tasks/{task}/",
            },
        }
        for words in (request.reference, person.email, "Aysel", "314", "1234567"):
            assert words not in "".join(Delivery.objects.values_list("body", flat=True))

    def test_go_only_to_the_agency_that_answers_for_the_service(
        self, webhook: Webhook, receiver: Receiver, dilara: User
    ) -> None:
        southern = worlds.clerk("sabir", "south", desks=(), role="manager")
        other = made(southern, receiver.url, agency="south")
        worlds.apply(worlds.published(PLAN, towns=("south",), service="other"), office="south-hall")
        follow()

        assert kinds(webhook) == []
        assert kinds(other) == ["request.submitted", "step.opened"]

    def test_are_of_the_chosen_kinds_only(self, dilara: User, receiver: Receiver) -> None:
        webhook = made(dilara, receiver.url, "step.opened")
        worlds.apply(worlds.published(PLAN))
        follow()

        assert kinds(webhook) == ["step.opened"]

    @pytest.mark.parametrize("chunk", [1, 2, 5000])
    def test_are_made_once_in_any_chunks(self, webhook: Webhook, chunk: int) -> None:
        version = worlds.published(PLAN)
        for _ in range(3):
            worlds.apply(version)

        assert [follow(chunk=chunk), follow(chunk=chunk)] == [6, 0]

    def test_twice_of_one_event_are_refused_by_the_database(self, webhook: Webhook) -> None:
        worlds.apply(worlds.published(PLAN))
        follow()
        Reading.objects.all().delete()

        with pytest.raises(IntegrityError, match="told_once_a_webhook"):
            follow()

    def test_go_on_while_it_is_paused_and_end_with_it(self, webhook: Webhook, dilara: User) -> None:
        version = worlds.published(PLAN)
        pause(webhook, timezone.now(), dilara)
        worlds.apply(version)
        assert follow() == 2
        end(webhook, timezone.now(), dilara)
        worlds.apply(version)
        assert follow() == 0

    def test_cost_as_many_questions_for_many_events_as_for_few(
        self, webhook: Webhook, django_assert_num_queries: Any
    ) -> None:
        version = worlds.published(PLAN)
        worlds.apply(version)
        follow()
        for _ in range(20):
            worlds.apply(version)
        with django_assert_num_queries(12):
            assert follow() == 40

    def test_without_webhooks_nothing_is_read(self, dilara: User, django_assert_num_queries: Any) -> None:
        for _ in range(3):
            worlds.apply(worlds.published(PLAN, service="other"))
        with django_assert_num_queries(7):
            assert follow() == 0


@pytest.mark.usefixtures("ledger", "receiver")
class TestOrder:
    def test_what_is_committed_late_is_told(self, receiver: Receiver) -> None:
        worlds.build_agencies("north")
        webhook = made(worlds.clerk("dilara", desks=(), role="manager"), receiver.url, "request.submitted")
        version = worlds.published(PLAN)
        has_written, may_commit = Moment(), Moment()
        slow = Thread(target=apply_slowly, args=(version.pk, has_written, may_commit))
        slow.start()
        assert has_written.wait(10)
        worlds.apply(version)
        follow()
        may_commit.set()
        slow.join()
        follow()

        assert kinds(webhook) == ["request.submitted"] * 2

    def test_what_was_before_is_not_told(self, receiver: Receiver) -> None:
        worlds.build_agencies("north")
        version = worlds.published(PLAN)
        worlds.apply(version)
        webhook = made(worlds.clerk("dilara", desks=(), role="manager"), receiver.url)
        follow()

        assert kinds(webhook) == []


def apply_slowly(version: int, has_written: Moment, may_commit: Moment) -> None:
    from services.catalogue.models import ServiceVersion

    with transaction.atomic():
        worlds.apply(ServiceVersion.objects.select_related("service").get(pk=version))
        has_written.set()
        may_commit.wait(10)
    connection.close()


def test_times_are_told_in_utc() -> None:
    from services.webhooks.rules import written

    at = datetime.fromisoformat("2026-03-02T12:00:00+04:00")
    assert json.loads(written("request.ended", at, {}))["timestamp"] == "2026-03-02T08:00:00+00:00"
