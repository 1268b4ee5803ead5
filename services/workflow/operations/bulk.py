"""One act on many steps: each step has its own transaction and its own event, and failures are listed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.workflow.bulk import BulkAct
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.walking import require
from services.workflow.refusals import Refused

MOST_STEPS, MOST_WAITING = 500, 5


def ask_for_bulk(act: str, steps: Sequence[int], by: User, now: datetime, said: Mapping[str, Any]) -> BulkAct:
    """Let an act be done to a selection of steps in the background."""
    require(act in ACTS, _("Choose what is to be done."))
    require(steps, _("Choose at least one request."))
    require(len(steps) <= MOST_STEPS, _("Choose 500 requests at most."))
    waiting = BulkAct.objects.filter(by=by, finished_at=None).count()
    require(waiting < MOST_WAITING, _("Wait until what you asked for before is done."))
    return BulkAct.objects.create(act=act, steps=list(dict.fromkeys(steps)), by=by, asked_at=now, said=dict(said))


def run_bulk(now: datetime) -> int:
    """Do what is left of every bulk act; give how many steps were tried."""
    count = 0
    while _run_one(now):
        count += 1
    return count


def _run_one(now: datetime) -> bool:
    """Do the next step of the oldest act. Step and progress are one transaction: a killed worker repeats nothing."""
    with transaction.atomic():
        waiting = BulkAct.objects.filter(finished_at=None).select_related("by").order_by("asked_at")
        act = waiting.select_for_update(of=("self",), skip_locked=True).first()
        if act is None:
            return False
        number = act.steps[act.done]
        step = Step.objects.select_related("service_request").filter(pk=number).first()
        failure = _try(act, step, now)
        if failure:
            reference = step.service_request.written_reference if step else ""
            act.failures.append({"step": number, "reference": reference, "why": failure})
        act.done += 1
        act.finished_at = now if act.done == len(act.steps) else None
        act.save(update_fields=["done", "failures", "finished_at"])
    return True


def _try(act: BulkAct, step: Step | None, now: datetime) -> str:
    """Do the act to one step; give why it couldn't be done, or ''."""
    if step is None:
        return _("This step is no longer there.")
    try:
        with transaction.atomic():
            ACTS[act.act](step, act.by, now, act.said)
    except Refused as refused:
        return str(refused.message)
    return ""


def _claim(step: Step, by: User, now: datetime, said: Mapping[str, Any]) -> None:
    desk.claim(step, by, now)


def _release(step: Step, by: User, now: datetime, said: Mapping[str, Any]) -> None:
    desk.release(step, by, now)


def _reassign(step: Step, by: User, now: datetime, said: Mapping[str, Any]) -> None:
    desk.reassign(step, User.objects.get(pk=said["to"]), by, now)


def _decide(step: Step, by: User, now: datetime, said: Mapping[str, Any]) -> None:
    desk.decide(step, said["outcome"], by, now, reason=said.get("reason", ""), words=said.get("words", ""))


ACTS: dict[str, Callable[[Step, User, datetime, Mapping[str, Any]], None]] = {
    BulkAct.Act.CLAIM: _claim,
    BulkAct.Act.RELEASE: _release,
    BulkAct.Act.REASSIGN: _reassign,
    BulkAct.Act.DECIDE: _decide,
}
