"""Messages over real HTTP: signed, tried again, stopped; and none lost when a worker dies."""

import base64
import hashlib
import hmac
import json
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from standardwebhooks import Webhook as Standard

from services.accounts.models import User
from services.connectors import addresses
from services.ledger.models import Event
from services.webhooks import automation
from services.webhooks.automation import deliver_due
from services.webhooks.letters import send_letters
from services.webhooks.models import Attempt, Delivery, Letter, Turn, Webhook
from services.webhooks.operations import pause, renew_secret, replay, replay_failed, resume, send_test
from services.webhooks.rules import WAITS
from services.webhooks.secrets import secret_of
from services.workflow.background import LEASE, claim
from services.workflow.refusals import Refused
from tests.webhooks.conftest import made
from tests.webhooks.receiver import NEVER, Receiver

pytestmark = pytest.mark.django_db
LONG, DOWN = timedelta(days=2), "500 Oops"


def ring(after: timedelta = timedelta(0)) -> int:
    return deliver_due(timezone.now() + after)


@pytest.fixture
def message(webhook: Webhook, dilara: User) -> Delivery:
    return send_test(webhook, timezone.now(), dilara)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def broken(*_: Any) -> Any:
    raise ZeroDivisionError


def waits(message: Delivery) -> float:
    """Give how many seconds after its last try was noted a message is due."""
    return (fresh(message).due_at - fresh(message.webhook).called_at).total_seconds()


def test_a_message_is_signed_as_the_standard_says(receiver: Receiver, message: Delivery, webhook: Webhook) -> None:
    assert ring() == 1
    [headers], [body] = receiver.headers, receiver.bodies
    key = base64.b64decode(secret_of(webhook.pk, 1).removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()

    assert headers["webhook-signature"] == f"v1,{digest}"
    assert Standard(secret_of(webhook.pk, 1)).verify(body, headers)["type"] == "webhook.test"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    assert headers["Content-Type"] == "application/json"
    assert receiver.asked == ["POST /hooks/city"]
    assert fresh(message).delivered_at is not None
    assert fresh(webhook).state == "healthy"


class TestAnswers:
    def test_500_twice_and_then_200_deliver_one_message_with_one_id(
        self, receiver: Receiver, message: Delivery, webhook: Webhook
    ) -> None:
        receiver.script = [DOWN, DOWN, "200 OK"]
        ring()
        assert (fresh(webhook).state, ring()) == ("failing", 0)
        assert 5 <= waits(message) <= 6
        ring(timedelta(seconds=8))
        assert 300 <= waits(message) <= 360
        ring(timedelta(minutes=7))

        assert receiver.ids == [message.message_id] * 3
        assert len(set(receiver.bodies)) == 1
        assert [attempt.status for attempt in message.tries.order_by("pk")] == [500, 500, 200]
        assert fresh(message).delivered_at is not None
        assert (fresh(webhook).state, fresh(webhook).failures) == ("healthy", 0)

    def test_302_is_a_failure_and_not_followed(self, receiver: Receiver, message: Delivery) -> None:
        receiver.script = [("302 Found", f"Location: {receiver.url}/elsewhere")]
        ring()

        assert receiver.asked == ["POST /hooks/city"]
        assert message.tries.get().trouble == Attempt.Trouble.REDIRECT
        assert fresh(message).finished_at is None

    def test_410_ends_the_webhook_with_all_that_waits_and_tells_its_managers(
        self, receiver: Receiver, message: Delivery, webhook: Webhook, dilara: User
    ) -> None:
        other = send_test(webhook, timezone.now(), dilara)
        receiver.script = ["410 Gone"]
        ring()
        ring(LONG)
        send_letters(timezone.now())

        assert len(receiver.ids) == 1
        assert (fresh(webhook).state, fresh(webhook).ended_by) == ("ended", None)
        assert fresh(message).is_failed
        assert fresh(other).is_failed
        assert Event.objects.get(kind="webhook_ended").actor == "system"
        [letter] = mail.outbox
        assert letter.to == [dilara.email]
        assert "410 Gone" in letter.body
        assert str(webhook.pk) in letter.body

    @pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Busy"])
    def test_retry_after_holds_all_messages_back(
        self, receiver: Receiver, message: Delivery, webhook: Webhook, dilara: User, status: str
    ) -> None:
        receiver.script = [(status, "Retry-After: 3000")]
        ring()
        send_test(webhook, timezone.now(), dilara)

        assert waits(message) >= 3000
        assert ring(timedelta(seconds=2900)) == 0
        assert ring(timedelta(seconds=3100)) == 2

    def test_none_at_all_is_over_in_time_and_tried_again(
        self, receiver: Receiver, message: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(automation, "DEADLINE_S", 0.5)
        receiver.script = [NEVER]
        ring()
        [attempt] = message.tries.all()

        assert (attempt.trouble, attempt.status) == (Attempt.Trouble.NO_ANSWER, None)
        assert attempt.took_ms > 400
        assert fresh(message).finished_at is None

    def test_that_asks_to_wait_until_no_day_at_all_is_an_answer_like_others(
        self, receiver: Receiver, message: Delivery, webhook: Webhook
    ) -> None:
        receiver.script = [("503 Busy", "Retry-After: Mon, 01 Jan 2026 00:00:00 +99999999999999999999")]
        ring()

        assert message.tries.get().status == 503
        assert fresh(webhook).failures == 1

    def test_that_nobody_foresaw_is_a_failure_on_the_list(
        self, message: Delivery, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(automation, "_outcome_of", broken)
        ring()

        assert message.tries.get().trouble == Attempt.Trouble.NO_ANSWER
        assert (fresh(webhook).state, fresh(webhook).failures) == ("failing", 1)
        assert 5 <= waits(message) <= 6

    def test_nobody_there_is_a_failure(self, receiver: Receiver, message: Delivery) -> None:
        receiver.shutdown()
        receiver.server_close()
        ring()

        assert message.tries.get().trouble == Attempt.Trouble.NOT_REACHED

    def test_after_the_last_try_it_has_failed(self, receiver: Receiver, message: Delivery) -> None:
        receiver.script = [DOWN] * 20
        for number in range(1, 30):
            ring(number * LONG)

        assert len(receiver.ids) == len(WAITS) + 1
        assert fresh(message).is_failed

    def test_a_failing_one_is_left_alone_until_the_next_ring(
        self, receiver: Receiver, message: Delivery, webhook: Webhook, dilara: User
    ) -> None:
        send_test(webhook, timezone.now(), dilara)
        receiver.script = [DOWN, DOWN]
        assert ring() == 1


class TestListedBefore:
    """What a turn listed may have changed by the time its place comes: another turn goes on beside it."""

    def test_and_paused_since_is_not_called(
        self, receiver: Receiver, message: Delivery, webhook: Webhook, dilara: User
    ) -> None:
        now = timezone.now()
        assert automation._waiting(now) == [webhook.pk]
        pause(webhook, now, dilara)

        assert not automation._deliver_next(webhook.pk, now)
        assert receiver.ids == []

    def test_and_asked_to_wait_since_is_not_called(
        self, receiver: Receiver, message: Delivery, webhook: Webhook, dilara: User
    ) -> None:
        send_test(webhook, timezone.now(), dilara)
        now = timezone.now()
        receiver.script = [("429 Too Many Requests", "Retry-After: 3000")]

        assert automation._deliver_next(webhook.pk, now)
        assert not automation._deliver_next(webhook.pk, now + timedelta(seconds=2900))
        assert len(receiver.ids) == 1

    def test_and_being_called_is_not_called_beside_it(
        self, receiver: Receiver, message: Delivery, webhook: Webhook, dilara: User
    ) -> None:
        send_test(webhook, timezone.now(), dilara)
        now = timezone.now()
        claim(Delivery.objects.filter(pk=message.pk), now)

        assert not automation._deliver_next(webhook.pk, now)
        assert receiver.ids == []

    @pytest.mark.usefixtures("ledger")
    def test_and_just_being_claimed_is_not_called(self, message: Delivery, webhook: Webhook) -> None:
        beside = connection.copy()
        with closing(beside), beside.cursor() as cursor:
            beside.set_autocommit(False)
            cursor.execute("SELECT 1 FROM webhooks_webhook WHERE id = %s FOR NO KEY UPDATE", [webhook.pk])
            assert ring() == 0
            beside.rollback()
        assert ring() == 1


class TestInsideAddress:
    def test_that_a_name_leads_to_by_now_is_not_called(
        self, receiver: Receiver, dilara: User, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        leads_to = ["8.8.8.8"]
        monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (leads_to[0], 0))])
        settings.WEBHOOK_ALLOW = []
        webhook = made(dilara, "https://hooks.example.org/city")
        leads_to[0] = "127.0.0.1"
        message = send_test(webhook, timezone.now(), dilara)
        ring()

        assert message.tries.get().trouble == Attempt.Trouble.NOT_ALLOWED
        assert receiver.ids == []

    def test_that_is_allowed_no_longer_is_not_called(self, receiver: Receiver, message: Delivery) -> None:
        with override_settings(WEBHOOK_ALLOW=[]):
            ring()

        assert message.tries.get().trouble == Attempt.Trouble.NOT_ALLOWED
        assert receiver.ids == []


class TestDeadWorker:
    def test_between_claim_and_result_loses_nothing(
        self, receiver: Receiver, message: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: Any) -> bool:
            raise SystemExit

        with monkeypatch.context() as dying:
            dying.setattr(automation, "_note", die)
            with pytest.raises(SystemExit):
                ring()
        assert ring() == 0  # its lease runs
        assert ring(LEASE + timedelta(seconds=1)) == 1

        assert receiver.ids == [message.message_id] * 2
        assert fresh(message).delivered_at is not None

    def test_that_comes_back_late_writes_nothing(self, receiver: Receiver, message: Delivery, webhook: Webhook) -> None:
        receiver.script = [DOWN]
        mine = claim(Delivery.objects.all(), timezone.now())
        assert mine is not None
        claim(Delivery.objects.all(), timezone.now() + LEASE + timedelta(seconds=1))
        automation._deliver(mine)

        assert not Attempt.objects.exists()
        assert fresh(webhook).failures == 0

    def test_that_broke_many_times_before_a_replay_ends_nothing(
        self, message: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Delivery.objects.update(attempts=10, tried_before=10)
        with monkeypatch.context() as breaking:
            breaking.setattr(automation, "_note", broken)
            ring()
        assert fresh(message).finished_at is None
        ring(LEASE + timedelta(seconds=1))

        assert fresh(message).delivered_at is not None

    def test_has_no_other_call_to_the_same_receiver_beside_it(
        self, message: Delivery, webhook: Webhook, dilara: User
    ) -> None:
        send_test(webhook, timezone.now(), dilara)
        claim(Delivery.objects.filter(pk=message.pk), timezone.now())

        assert ring() == 0


class TestReplay:
    def test_of_one_sends_it_under_the_same_id(self, receiver: Receiver, message: Delivery, dilara: User) -> None:
        ring()
        replay(message, timezone.now(), dilara)
        ring()

        assert receiver.ids == [message.message_id] * 2
        assert Event.objects.get(kind="webhook_replayed").facts == {"agency": "north", "messages": 1}

    def test_of_one_that_waits_is_refused(self, message: Delivery, dilara: User) -> None:
        with pytest.raises(Refused, match="waits"):
            replay(message, timezone.now(), dilara)

    def test_of_all_failed_since_a_time_spares_the_others(
        self, receiver: Receiver, webhook: Webhook, dilara: User
    ) -> None:
        now = timezone.now()
        old, failed, good = (send_test(webhook, now, dilara) for _ in range(3))
        Delivery.objects.filter(pk=old.pk).update(asked_at=now - LONG)
        Delivery.objects.filter(pk__in=[old.pk, failed.pk]).update(finished_at=now, attempts=10)
        Delivery.objects.filter(pk=good.pk).update(finished_at=now, delivered_at=now)

        assert replay_failed(webhook, now - timedelta(hours=1), now, dilara) == 1
        receiver.script = [DOWN]
        ring()
        assert 5 <= waits(failed) <= 6  # the waits begin anew
        ring(timedelta(seconds=8))
        assert receiver.ids == [failed.message_id] * 2

    def test_of_none_says_so(self, webhook: Webhook, dilara: User) -> None:
        with pytest.raises(Refused, match="No message has failed"):
            replay_failed(webhook, timezone.now() - LONG, timezone.now(), dilara)


class TestRotation:
    def test_signs_by_both_for_a_day(self, receiver: Receiver, webhook: Webhook, dilara: User) -> None:
        first, now = secret_of(webhook.pk, 1), timezone.now()
        second = renew_secret(webhook, now, dilara)
        send_test(webhook, now, dilara)
        ring()
        [headers], [body] = receiver.headers, receiver.bodies

        assert first != second
        assert len(headers["webhook-signature"].split()) == 2
        for secret in (first, second):
            Standard(secret).verify(body, headers)
        assert fresh(webhook).secrets(now + timedelta(hours=25)) == [second]
        assert Event.objects.filter(kind="webhook_secret_renewed").count() == 1

    def test_of_the_portals_key_leaves_the_old_signature(self, webhook: Webhook, settings: Any) -> None:
        before = webhook.secrets(timezone.now())
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-key-of-the-portal"

        assert before[0] in webhook.secrets(timezone.now())
        assert len(set(webhook.secrets(timezone.now()))) == 2


class TestHealth:
    def test_of_one_that_fails_for_five_days_is_switched_off_with_a_letter(
        self, receiver: Receiver, message: Delivery, webhook: Webhook, dilara: User
    ) -> None:
        receiver.script = [DOWN, DOWN]
        ring()
        assert fresh(webhook).state == "failing"
        Webhook.objects.update(failing_since=timezone.now() - timedelta(days=5))
        ring(timedelta(minutes=1))
        assert ring(LONG) == 0

        assert (fresh(webhook).state, fresh(message).finished_at) == ("disabled", None)
        assert (send_letters(timezone.now()), send_letters(timezone.now())) == (1, 0)
        assert "switched off" in mail.outbox[0].body
        resume(webhook, timezone.now(), dilara)
        assert ring() == 1
        assert fresh(webhook).state == "healthy"

    def test_a_letter_that_can_not_be_sent_is_tried_again(
        self, webhook: Webhook, dilara: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError

        Letter.objects.create(webhook=webhook, user=dilara, asked_at=timezone.now())
        with monkeypatch.context() as broken:
            broken.setattr("django.core.mail.EmailMessage.send", refuse)
            assert send_letters(timezone.now()) == 0
        assert send_letters(timezone.now() + LEASE + timedelta(seconds=1)) == 1

    def test_five_failures_in_a_row_let_it_rest(self, receiver: Receiver, webhook: Webhook, dilara: User) -> None:
        receiver.script = [DOWN] * 5
        for _ in range(5):
            send_test(webhook, timezone.now(), dilara)
        for _ in range(5):
            ring()
        send_test(webhook, timezone.now(), dilara)

        assert ring(timedelta(seconds=4)) == 0
        assert ring(timedelta(seconds=31)) > 0

    def test_a_slow_one_rests_though_it_takes_its_messages(
        self, webhook: Webhook, dilara: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(automation, "SLOW_MS", 0)
        for _ in range(2):
            send_test(webhook, timezone.now(), dilara)

        assert ring() == 1
        assert (fresh(webhook).state, ring(timedelta(seconds=4))) == ("healthy", 0)
        assert ring(timedelta(seconds=45)) == 1

    def test_a_paused_one_gets_what_waited_when_it_is_resumed(
        self, receiver: Receiver, message: Delivery, webhook: Webhook, dilara: User
    ) -> None:
        pause(webhook, timezone.now(), dilara)
        assert ring() == 0
        resume(webhook, timezone.now(), dilara)
        assert ring() == 1


def test_what_waited_comes_in_the_order_of_the_ledger_after_a_pause(
    receiver: Receiver, webhook: Webhook, dilara: User
) -> None:
    now = timezone.now()
    with connection.cursor() as cursor:  # an index may give them in order by chance
        cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    for event in (3, 1, 4, 2):
        message = send_test(webhook, now, dilara)
        Delivery.objects.filter(pk=message.pk).update(event=event)
    pause(webhook, now, dilara)
    resume(webhook, now, dilara)
    ring()

    told = {message.message_id: message.event for message in Delivery.objects.all()}
    assert [told[number] for number in receiver.ids] == [1, 2, 3, 4]


def test_old_messages_are_forgotten_with_their_tries(message: Delivery, webhook: Webhook) -> None:
    ring()
    assert automation.forget_old(timezone.now() + timedelta(days=29)) == 0
    assert automation.forget_old(timezone.now() + timedelta(days=31)) == 1

    assert not Attempt.objects.exists()
    assert Webhook.objects.exists()


def test_many_receivers_take_turns(receiver: Receiver, webhook: Webhook, dilara: User) -> None:
    other = made(dilara, receiver.url + "/two")
    for _ in range(3):
        send_test(webhook, timezone.now(), dilara)
    send_test(other, timezone.now(), dilara)
    ring()

    assert "POST /hooks/city/two" in receiver.asked[:2]


def test_one_that_was_never_called_comes_first(receiver: Receiver, webhook: Webhook, dilara: User) -> None:
    now = timezone.now()
    Webhook.objects.update(called_at=now)
    other = made(dilara, receiver.url + "/two")
    for each in (webhook, other):
        send_test(each, now, dilara)

    assert automation._waiting(timezone.now()) == [other.pk, webhook.pk]


class TestTurn:
    def test_ends_in_time(self, message: Delivery) -> None:
        assert deliver_due(timezone.now(), turn_s=0) == 0

    def test_begins_while_fewer_than_two_go_on(self, message: Delivery) -> None:
        now = timezone.now()
        with automation._turn(now):
            with automation._turn(now):
                assert ring() == 0
            assert ring() == 1

    def test_of_a_dead_worker_is_free_when_its_lease_is_over(self, message: Delivery) -> None:
        now = timezone.now()
        with automation._turn(now), automation._turn(now):
            assert ring(LEASE - timedelta(minutes=1)) == 0
            assert ring(LEASE + timedelta(seconds=1)) == 1

    def test_that_was_taken_over_stays_taken(self, message: Delivery) -> None:
        with automation._turn(timezone.now()):
            Turn.objects.update(lease_until=timezone.now() + LONG)

        assert ring() == 0


def test_messages_are_short_json(message: Delivery) -> None:
    assert json.loads(message.body)["data"] == {"agency": "north"}
