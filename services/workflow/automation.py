"""What workers do: run due steps, lane by lane, until none is left."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from services.ledger.standing import standing
from services.workflow import rules
from services.workflow.claims import due, locked, locked_together, walks_of
from services.workflow.crash_points import crash_point
from services.workflow.driving import How, drive, put_off
from services.workflow.models import Heartbeat, Step, StepQuerySet
from services.workflow.outside import run_one
from services.workflow.troubles import Trouble, trouble
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
    if lane != Lane.MAIL and standing(now or timezone.now()).is_stopped:
        return 0  # robots decide too: what is due waits until it can be proved, and letters go on
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
    What should have run long ago is run with care: one of these requests may end the worker that tries.
    """
    now = now or timezone.now()
    long_ago = now - timedelta(seconds=settings.ROBOT_LEASE_S)
    old, fresh = due(Lane.RULES, now).filter(run_at__lte=long_ago), due(Lane.RULES, now).filter(run_at__gt=long_ago)
    again = _count_try(old.filter(attempts__gt=0).order_by("attempts", "run_at")[:1])
    for step in again:
        _run_again(step, now)
    first = _count_try(old.filter(attempts=0).order_by("run_at")[:limit])
    if first:
        return _run_all(due(Lane.RULES, now).filter(pk__in=[step.pk for step in first]), now, is_counted=True)
    return _run_all(fresh.order_by("run_at")[:limit], now, is_counted=False) or bool(again)


@transaction.atomic
def _count_try(steps: StepQuerySet) -> list[Step]:
    """Count a try of each step, for good, before it is made: what ends the worker can't count it afterwards."""
    tried = list(steps.select_for_update(skip_locked=True))
    for step in tried:
        step.attempts += 1
    Step.objects.filter(pk__in=[step.pk for step in tried]).update(attempts=F("attempts") + 1)
    return tried


def _run_again(step: Step, now: datetime) -> None:
    """Run alone what was tried before; what ended every worker that tried isn't run any more."""
    if rules.pause(step.attempts, settings.ROBOT_PAUSES_S) is None:
        _put_off(step.pk, now, trouble("cut_off"), is_counted=True, is_final=True)
    else:
        _run_alone(step.pk, now, is_counted=True)


def _run_all(steps: StepQuerySet, now: datetime, *, is_counted: bool) -> bool:
    try:
        count, failed = _run_together(steps, now)
    except DatabaseError:
        log.exception("batch_refused")
        failed = list(steps.values_list("pk", flat=True))
        count = len(failed)
    for pk in failed:
        _run_alone(pk, now, is_counted=is_counted)
    return count > 0


def _run_together(steps: StepQuerySet, now: datetime) -> tuple[int, list[int]]:
    with transaction.atomic():
        claimed = list(locked_together(steps))
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
        crash_point("before_batch_commit")
    return len(claimed), failed


def _run_alone(pk: int, now: datetime, *, is_counted: bool) -> None:
    try:
        _, failed = _run_together(Step.objects.filter(pk=pk), now)
    except DatabaseError:
        failed = [pk]
    if failed:
        _put_off(pk, now, trouble("fault"), is_counted=is_counted)


def _put_off(pk: int, now: datetime, why: Trouble, *, is_counted: bool, is_final: bool = False) -> None:
    with transaction.atomic():
        step = locked(Step.objects.filter(pk=pk).active()).first()
        if step is None:
            return
        [(walk, _)] = walks_of([step], now)
        step.attempts += 0 if is_counted else 1
        if step.kind == Kind.ROBOT:
            put_off(walk, step, why, now, How(is_final=is_final))
        else:
            step.run_at = now + AGAIN
            walk.change(step)
        write([walk])
