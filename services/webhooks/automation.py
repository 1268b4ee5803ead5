"""Make messages of what the ledger tells, deliver them until they are taken, and forget old ones."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from services.connectors import webhooks as standard
from services.connectors.addresses import NotAllowed
from services.connectors.calling import rest_asked_for
from services.connectors.wire import Answer, Deadline, NoAnswer, NotSent
from services.ledger.queries import events_after
from services.requests.models import ServiceRequest
from services.webhooks.models import Attempt, Delivery, Letter, Reading, Turn, Webhook
from services.webhooks.operations import allowed, end_as_gone, switch_off
from services.webhooks.rules import type_of, wait_after, written
from services.workflow.background import LEASE, claim, own, try_to_make
from services.workflow.breakers import FAILURES_TO_OPEN, REST
from services.workflow.models import Step

log = structlog.get_logger(__name__)
CHUNK, PIECE = 5000, 1000
DEADLINE_S, TURN_S, TURNS, SLOW_MS = 15.0, 30.0, 2, 5000
GIVEN_UP_AFTER, KEPT = timedelta(days=5), timedelta(days=30)
NEW = ("transaction", "id", "kind", "subject", "at", "facts")
TOLD = ("service__code", "service__responsible", "office__code")
Trouble = Attempt.Trouble


@dataclass(frozen=True)
class Happening:
    """What an event is to receivers: its number, transaction, name, request, time and, of a step, the step's key."""

    transaction: int
    event: int
    kind: str
    subject: UUID
    at: datetime
    step: str


def follow_ledger(now: datetime, *, chunk: int = CHUNK) -> int:
    """Write a message for each webhook and each new event that it wants; give how many messages.

    How far the ledger is read is written with the messages: none is lost, and none is made twice.
    """
    made, read = 0, chunk
    while read == chunk:
        read, fresh = _follow_next(chunk, now)
        made += fresh
    return made


@transaction.atomic
def _follow_next(size: int, now: datetime) -> tuple[int, int]:
    Reading.objects.bulk_create([Reading(pk=1)], ignore_conflicts=True)
    reading = Reading.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if reading is None:
        return 0, 0
    new = events_after(reading.transaction, reading.event_id)
    # Events first, webhooks then: a webhook is there before what it is told of, and must be seen with it.
    events = list(new.reverse().values_list(*NEW)[:1])
    is_wanted = Webhook.objects.in_use().exists()
    if is_wanted:
        events = list(new.values_list(*NEW)[:size])
    made = _deliveries(_happenings(events), Webhook.objects.in_use(), now) if is_wanted else []
    Delivery.objects.bulk_create(made, batch_size=PIECE)
    if events:
        reading.transaction, reading.event_id, *_ = events[-1]
        reading.save()
    return len(events) if is_wanted else 0, len(made)


def _happenings(events: Iterable[tuple[Any, ...]]) -> list[Happening]:
    named = [(event, type_of(event[2], event[5])) for event in events]
    return [
        Happening(number, pk, name, subject, at, facts.get("step", "") if name.startswith("step.") else "")
        for (number, pk, _, subject, at, facts), name in named
        if name
    ]


def _deliveries(happenings: Sequence[Happening], webhooks: Iterable[Webhook], now: datetime) -> list[Delivery]:
    by_agency = defaultdict(list)
    for webhook in webhooks:
        by_agency[webhook.agency_id].append(webhook)
    subjects = {happening.subject for happening in happenings}
    known = ServiceRequest.objects.filter(pk__in=subjects, service__responsible__in=by_agency)
    requests = {request.pk: request for request in known.select_related("service", "office").only(*TOLD)}
    tasks = _tasks_of(requests)
    return [
        Delivery(webhook=webhook, event=one.event, kind=one.kind, body=body, asked_at=now, due_at=now)
        for one in happenings
        if one.subject in requests
        for body in [_body(one, requests[one.subject], tasks)]
        for webhook in by_agency[requests[one.subject].service.responsible_id]
        if one.kind in webhook.kinds and webhook.since <= one.transaction
    ]


def _tasks_of(requests: Iterable[UUID]) -> dict[tuple[UUID, str], int]:
    """Give the newest step at a desk of each request, by its key and, under no key, of all."""
    steps = Step.objects.filter(service_request__in=requests, kind=Step.Kind.DESK).order_by("pk")
    found: dict[tuple[UUID, str], int] = {}
    for request, key, pk in steps.values_list("service_request", "key", "pk"):
        found[request, key] = found[request, ""] = pk
    return found


def _body(happening: Happening, request: ServiceRequest, tasks: dict[tuple[UUID, str], int]) -> str:
    task = tasks.get((request.pk, happening.step))
    data = {
        "request": str(request.pk),
        "service": request.service.code,
        "office": request.office.code,
        "url": settings.API_REQUEST_URL.format(id=request.pk),
        "task_url": settings.API_TASK_URL.format(id=task) if task else None,
    }
    return written(happening.kind, happening.at, data)


def deliver_due(now: datetime, *, turn_s: float = TURN_S) -> int:
    """Make the calls that are due, one of each webhook in turn; give how many were made.

    What is left when the turn is over is for the next ring, so that no call outlives the lease of its message or turn.
    Two turns go on at once at most: slow receivers leave the other threads of the worker to robots.
    """
    made = 0
    with _turn(now) as is_free:
        until, taken = monotonic() + turn_s, is_free
        while taken:
            taken = sum(_deliver_next(pk, now) for pk in _waiting(now) if monotonic() < until)
            made += taken
    return made


@contextmanager
def _turn(now: datetime) -> Iterator[int]:
    """Hold one of the turns that may go on at once; tell whether (1 or 0) one was free."""
    Turn.objects.bulk_create([Turn(pk=number + 1) for number in range(TURNS)], ignore_conflicts=True)
    free = Turn.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now)).order_by("pk")
    with transaction.atomic():
        first = list(free.select_for_update(skip_locked=True).values_list("pk", flat=True)[:1])
        taken = Turn.objects.filter(pk__in=first).update(lease_until=now + LEASE)
    try:
        yield taken
    finally:
        Turn.objects.filter(pk__in=first, lease_until=now + LEASE).update(lease_until=None)


def _waiting(now: datetime) -> list[UUID]:
    longest_ago = F("called_at").asc(nulls_first=True)
    return list(Webhook.objects.to_call(now).order_by(longest_ago).values_list("pk", flat=True))


def _deliver_next(webhook: UUID, now: datetime) -> bool:
    """Make the next call to a webhook; tell whether there was one to make."""
    delivery = _claim_next(webhook, now)
    if delivery is None:
        return False
    try_to_make(delivery, _deliver, most=None)
    return True


@transaction.atomic
def _claim_next(webhook: UUID, now: datetime) -> Delivery | None:
    """Take the next message of a webhook, unless it was paused, asked for rest or is called since it was listed.

    The row is locked first and judged by a question of its own, which so sees what a turn beside this one has claimed.
    """
    locked = Webhook.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=webhook).first()
    if locked is None or not Webhook.objects.to_call(now).filter(pk=webhook).exists():
        return None
    return claim(Delivery.objects.filter(webhook=webhook, due_at__lte=now).order_by("due_at", "event"), now)


@dataclass(frozen=True)
class Outcome:
    """What came of a call: a status, or which trouble; and how long to wait, if the other side asked for it."""

    status: int | None = None
    trouble: str = ""
    rest_s: float | None = None


def _deliver(delivery: Delivery) -> bool:
    webhook = Webhook.objects.get(pk=delivery.webhook_id)
    began, started = timezone.now(), monotonic()
    outcome = _tried(webhook, delivery, began)
    took_ms = round((monotonic() - started) * 1000)
    with transaction.atomic():
        return _note(delivery, outcome, Attempt(at=began, took_ms=took_ms))


def _tried(webhook: Webhook, delivery: Delivery, now: datetime) -> Outcome:
    """Call; what nobody foresaw counts as no answer, so that it is on the list of tries and the webhook as failing."""
    try:
        return _call(webhook, delivery, now)
    except Exception:
        log.exception("webhook_call_broke", webhook=str(webhook.pk), delivery=str(delivery.pk))
        return Outcome(trouble=Trouble.NO_ANSWER)


def _call(webhook: Webhook, delivery: Delivery, now: datetime) -> Outcome:
    headers = standard.signed(" ".join(webhook.secrets(now)), delivery.message_id, delivery.body, now)
    try:
        return _outcome_of(standard.post(webhook.url, allowed(), headers, delivery.body.encode(), Deadline(DEADLINE_S)))
    except NotAllowed:
        return Outcome(trouble=Trouble.NOT_ALLOWED)
    except NotSent:
        return Outcome(trouble=Trouble.NOT_REACHED)
    except NoAnswer:
        return Outcome(trouble=Trouble.NO_ANSWER)


def _outcome_of(answer: Answer) -> Outcome:
    if answer.is_success:
        return Outcome(answer.status)
    if answer.status < HTTPStatus.BAD_REQUEST:
        return Outcome(answer.status, Trouble.REDIRECT)
    return Outcome(answer.status, Trouble.STATUS, rest_asked_for(answer, datetime.now(UTC)))


def _note(delivery: Delivery, outcome: Outcome, attempt: Attempt) -> bool:
    """Write what came of a call; nothing when another worker has taken the message over since."""
    now = timezone.now()
    webhook = Webhook.objects.select_for_update(of=("self",)).select_related("agency").get(pk=delivery.webhook_id)
    if not own(delivery).update(**_changed(delivery, outcome, now)):
        return False
    attempt.delivery, attempt.status, attempt.trouble = delivery, outcome.status, outcome.trouble
    attempt.save()
    _judge(webhook, outcome, attempt.took_ms, now)
    if outcome.status == HTTPStatus.GONE:
        end_as_gone(webhook, now)
    elif webhook.failing_since is not None and now - webhook.failing_since >= GIVEN_UP_AFTER:
        switch_off(webhook, now)
    return not outcome.trouble


def _changed(delivery: Delivery, outcome: Outcome, now: datetime) -> dict[str, Any]:
    if not outcome.trouble:
        return {"lease_until": None, "finished_at": now, "delivered_at": now}
    wait = wait_after(delivery.attempts - delivery.tried_before, outcome.rest_s, random.random())  # noqa: S311 - no secret
    if wait is None or outcome.status == HTTPStatus.GONE:
        return {"lease_until": None, "finished_at": now}
    return {"lease_until": None, "due_at": now + wait}


def _judge(webhook: Webhook, outcome: Outcome, took_ms: int, now: datetime) -> None:
    """Write how a webhook fares; one that failed is left alone until the next ring, or longer, as a slow one is."""
    webhook.called_at = now
    if outcome.trouble:
        webhook.failures, webhook.failing_since = webhook.failures + 1, webhook.failing_since or now
    else:
        webhook.failures, webhook.failing_since, webhook.succeeded_at = 0, None, now
    rest = REST if webhook.failures >= FAILURES_TO_OPEN or took_ms >= SLOW_MS else timedelta(0)
    rest = max(rest, timedelta(seconds=outcome.rest_s or 0))
    webhook.rests_until = now + rest if rest or outcome.trouble else None
    webhook.save(update_fields=["called_at", "failures", "failing_since", "rests_until", "succeeded_at"])


def forget_old(now: datetime) -> int:
    """Delete messages with their tries that are thirty days old, and letters; give how many messages."""
    return sum(_forget(now - KEPT))


def _forget(before: datetime) -> Iterator[int]:
    Letter.objects.filter(asked_at__lt=before).delete()
    while old := list(Delivery.objects.filter(asked_at__lt=before).values_list("pk", flat=True)[:PIECE]):
        Delivery.objects.filter(pk__in=old).delete()
        yield len(old)
