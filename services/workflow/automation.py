"""What workers do: run due steps, lane by lane, until none is left."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from services.workflow.claims import due, locked, walks_of
from services.workflow.driving import drive, put_off
from services.workflow.models import Heartbeat, Step, StepQuerySet
from services.workflow.outside import run_one
from services.workflow.troubles import trouble
from services.workflow.writing import write

log = structlog.get_logger(__name__)
Kind, Lane = Step.Kind, Step.Lane
AGAIN = timedelta(minutes=10)
BATCH = 100
LONGEST_RUN_S = 20.0


def run_lane(lane: str, now: datetime | None = None) -> int:
    """Run what is due in a lane, for some seconds at most; give how many batches or outside calls were run.

    With `now` given, time stands still there: for histories that are played again.
    """
    run: Callable[[], bool] = (lambda: run_batch(now=now)) if lane == Lane.RULES else (lambda: run_one(lane, now))
    until = monotonic() + LONGEST_RUN_S
    count = 0
    while monotonic() < until and run():
        count += 1
    return count


def sweep() -> None:
    """Run all that is due and not claimed, in every lane, whatever became of the bell; show that workers live."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": now})
    if settings.GUARDS["sweep"]:
        for lane in Lane.values:
            if due(lane, now).exists():
                run_lane(lane)


def run_batch(limit: int = BATCH, now: datetime | None = None) -> bool:
    """Drive a batch of requests through all their steps that need no outside world; tell whether there was any.

    The batch is one transaction. A request that fails is set aside and tried alone: it never fails the others.
    """
    now = now or timezone.now()
    steps = due(Lane.RULES, now).order_by("run_at")[:limit]
    try:
        count, failed = _run_together(steps, now)
    except DatabaseError:
        log.exception("batch_refused")
        failed = list(due(Lane.RULES, now).order_by("run_at").values_list("pk", flat=True)[:limit])
        count = len(failed)
    for pk in failed:
        _run_alone(pk, now)
    return count > 0


def _run_together(steps: StepQuerySet, now: datetime) -> tuple[int, list[int]]:
    with transaction.atomic():
        claimed = list(locked(steps))
        walks, failed = [], []
        for walk, own in walks_of(claimed, now):
            try:
                drive(walk, own)
            except DatabaseError:
                raise
            except Exception:
                log.exception("request_set_aside", service_request=str(walk.service_request.pk))
                failed += [step.pk for step in own]
            else:
                walks.append(walk)
        write(walks)
    return len(claimed), failed


def _run_alone(pk: int, now: datetime) -> None:
    try:
        _, failed = _run_together(Step.objects.filter(pk=pk), now)
    except DatabaseError:
        failed = [pk]
    if failed:
        _put_off(pk, now)


def _put_off(pk: int, now: datetime) -> None:
    with transaction.atomic():
        step = locked(Step.objects.filter(pk=pk).active()).first()
        if step is None:
            return
        [(walk, _)] = walks_of([step], now)
        step.attempts += 1
        if step.kind == Kind.ROBOT:
            put_off(walk, step, trouble("fault"), now)
        else:
            step.run_at = now + AGAIN
            walk.change(step)
        write([walk])
