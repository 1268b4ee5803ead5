"""Run steps that call the outside world: claim and commit, call with nothing held, commit under the fence."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from services.catalogue.expressions import Unknown
from services.connectors.operations import count_call, pause
from services.requests.models import ServiceRequest
from services.workflow import admission, breakers, rules
from services.workflow.actions import ACTIONS, notify, own_letters
from services.workflow.actions.kinds import Failed, Job, NotNeeded, Outside
from services.workflow.actions.sms import TEXT
from services.workflow.claims import due, locked, walks_of
from services.workflow.crash_points import crash_point
from services.workflow.driving import UNKNOWN, How, drive, put_off
from services.workflow.engine import Walk
from services.workflow.models import Step
from services.workflow.notices import AS_LETTER, BY_SMS
from services.workflow.troubles import trouble
from services.workflow.writing import write

log = structlog.get_logger(__name__)
State, Kind = Step.State, Step.Kind


@dataclass(frozen=True)
class Claimed:
    """A step in a worker's hands: only who holds its last fencing number may write its result."""

    step: int
    fence: int
    action: Outside
    job: Job
    key: str
    connector: str


def run_one(lane: str, now: datetime | None = None) -> bool:
    """Run one due step of a lane of outside calls; tell whether there was one. `now` lets time stand still there."""
    found, claimed = _claim(lane, now or timezone.now())
    if claimed is not None:
        crash_point(f"before_effect.{lane}")
        result, failure = _perform(claimed, now or timezone.now())
        crash_point(f"after_effect.{lane}")
        _settle(claimed, result, failure, now or timezone.now())
        crash_point(f"after_result_commit.{lane}")
    return found


def _claim(lane: str, now: datetime) -> tuple[bool, Claimed | None]:
    with transaction.atomic():
        waiting = due(lane, now).exclude(target__in=admission.closed(now)).order_by("run_at")
        step = locked(waiting)[:1].first()
        if step is None:
            return False, None
        if not admission.admit(step.target, now):
            return True, None
        [(walk, _)] = walks_of([step], now)
        action = action_of(walk, step)
        if step.state == State.RUNNING and rules.pause(step.attempts, settings.ROBOT_PAUSES_S) is None:
            put_off(walk, step, trouble("cut_off"), now, How(is_final=True, may_be_done=action.has_effect))
            write([walk])
            return True, None
        try:
            job = action.prepare(walk, step)
        except NotNeeded:
            walk.cancel(step)
            write([walk])
            return True, None
        except Unknown:
            walk.give_up(step, trouble("cannot_tell"))
            write([walk])
            return True, None
        if action.has_effect and step.state == State.RUNNING and settings.GUARDS["unknown"]:
            step.outcome = UNKNOWN  # whoever held it is gone, perhaps after it was done
        step.state, step.lease_until = State.RUNNING, now + timedelta(seconds=settings.ROBOT_LEASE_S)
        step.fence, step.attempts = step.fence + 1, step.attempts + 1
        step.save(update_fields=["state", "lease_until", "fence", "attempts", "outcome"])
        crash_point(f"before_claim_commit.{lane}")
    job = replace(job, was_sent=step.outcome == UNKNOWN)
    return True, Claimed(step.pk, step.fence, action, job, key_of(step), step.target)


def key_of(step: Step) -> str:
    """Give the key by which the outside knows a step, the same in every attempt and when it is tried again."""
    return f"{step.service_request_id}/{step.again_of_id or step.pk}"


def action_of(walk: Walk, step: Step) -> Outside:
    if step.kind == Kind.NOTICE:
        if step.branch == AS_LETTER:
            return own_letters.ACTION
        return TEXT if step.branch == BY_SMS else notify.ACTION
    action = ACTIONS[walk.robot(step).action]
    assert isinstance(action, Outside)
    return action


def _perform(claimed: Claimed, now: datetime) -> tuple[Any, Failed | None]:
    """Do the call; give its result, or why there is none."""
    target = claimed.job.target
    if not breakers.lets_through(target, now):
        what = claimed.job.titles or target
        return None, Failed(trouble("no_answer", what=what), rest_s=breakers.rests_for_s(target, now))
    began = monotonic()
    try:
        result = claimed.action.perform(claimed.job, claimed.key)
    except Failed as failure:
        _note(claimed, monotonic() - began, now, failure)
        return None, failure
    except Exception:
        log.exception("action_failed", step=claimed.step)
        return None, Failed(trouble("fault"), may_be_done=claimed.action.has_effect)
    _note(claimed, monotonic() - began, now, None)
    return result, None


def _note(claimed: Claimed, seconds: float, now: datetime, failure: Failed | None) -> None:
    """Keep how a call went: for the breaker, for the figures, and for good when the other side wants no more."""
    target = claimed.job.target
    if failure is None or failure.is_answer:
        breakers.note_success(target, now)
    elif failure.was_called:
        breakers.note_failure(target, now, failure.rest_s)
    if claimed.connector and (failure is None or failure.was_called):
        count_call(claimed.connector, seconds, now, failure.trouble["code"] if failure else "")
    if failure is not None and failure.is_over:
        pause(claimed.connector, "410 Gone", now)


def _settle(claimed: Claimed, result: Any, failure: Failed | None, now: datetime) -> None:
    """Write what came of a call, unless the lease ended and another worker holds the step now."""
    with transaction.atomic():
        request = Step.objects.values("service_request").filter(pk=claimed.step)
        ServiceRequest.objects.select_for_update().get(pk__in=request)
        held = Step.objects.filter(pk=claimed.step, state=State.RUNNING, fence=claimed.fence)
        if not settings.GUARDS["fence"]:
            held = Step.objects.filter(pk=claimed.step)
        step = locked(held).first()
        if step is None:
            log.warning("late_result_refused", step=claimed.step, fence=claimed.fence)
            return
        [(walk, _)] = walks_of([step], now)
        if failure is not None:
            put_off(walk, step, failure.trouble, now, _how(failure))
        else:
            _go_on(walk, step, claimed, result)
        write([walk])
        crash_point(f"before_result_commit.{step.lane}")


def _how(failure: Failed) -> How:
    return How(is_final=failure.is_final, may_be_done=failure.may_be_done, rest_s=failure.rest_s)


def _go_on(walk: Walk, step: Step, claimed: Claimed, result: Any) -> None:
    finding = claimed.action.keep(walk, claimed.job, result)
    if step.kind == Kind.NOTICE:
        walk.finish(step, "robot:notify", outcome="sent")
        return
    walk.settle(step, finding)
    drive(walk, [])
