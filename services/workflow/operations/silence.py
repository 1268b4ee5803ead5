"""Tacit decisions: when a limit has passed and no official has decided, silence decides as the law says. Once only."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef

from services.catalogue.expressions import Unknown
from services.catalogue.silence import is_undecided
from services.requests.models import ServiceRequest, ServiceRequestQuerySet
from services.workflow.driving import drive
from services.workflow.engine import Walk
from services.workflow.models import Step
from services.workflow.operations.walking import walking
from services.workflow.preparing import PreparedDecision
from services.workflow.queries import current_steps
from services.workflow.troubles import trouble

log = structlog.get_logger(__name__)
MOST_AT_ONCE = 200
FAILS, CANNOT_TELL = "silence_fails", "silence_unknown"


def let_silence_decide(now: datetime) -> int:
    """Let silence decide where a limit has passed; give for how many requests it did."""
    count = 0
    for pk in silent(now).order_by("due_at").values_list("pk", flat=True)[:MOST_AT_ONCE]:
        try:
            count += decide_by_silence(pk, now)
        except Exception:
            log.exception("silence_could_not_decide", service_request=str(pk))
    return count


def silent(now: datetime) -> ServiceRequestQuerySet:
    """Give the requests whose limit has passed while the clock ran, for which the law gives silence a meaning.

    Not those that an official has decided in time, and may yet undo for some seconds.
    """
    decided = PreparedDecision.objects.filter(
        step__service_request=OuterRef("pk"), takes_effect_at__isnull=False, saved_at__lte=OuterRef("due_at")
    )
    running = ServiceRequest.objects.in_progress().filter(clock_stopped_at=None, due_at__lt=now).exclude(silence="")
    return running.exclude(Exists(decided))


def decide_by_silence(service_request: UUID, now: datetime) -> bool:
    """Decide one request by silence, if it is silent still when its row is locked; tell whether it was."""
    with walking(service_request, now) as walk:
        if not silent(now).filter(pk=service_request).exists():
            return False
        waiting = list(current_steps(walk.service_request).select_related("instead_of"))
        walk.service_request.silence = ""
        # Was it decided, and only what follows is left to do (to pay, to issue)? Then the office wasn't silent.
        if not is_undecided(walk.definition.workflow, [_asked(step) for step in waiting]):
            return False
        if doubt := _doubt(walk):
            _leave_to_officials(walk, waiting, doubt)
            return False
        _go_by_silence(walk, waiting)
    return True


def _doubt(walk: Walk) -> str:
    """Tell why silence decides nothing in this case: its condition fails, or can't be told; else ''."""
    only = walk.definition.time_limit.silence_if
    if only is None:
        return ""
    try:
        return "" if walk.holds(only.when) else FAILS
    except Unknown:
        return CANNOT_TELL


def _leave_to_officials(walk: Walk, waiting: list[Step], doubt: str) -> None:
    """Put on record that silence decides nothing; who must decide reads why at the step."""
    walk.tell("silence_decided_nothing", "robot:tacit_decision", why=doubt)
    for step in waiting:
        if step.kind == Step.Kind.DESK and not step.trouble:
            known = walk.known(step)
            known.trouble = trouble(doubt)
            walk.change(known)


def _asked(step: Step) -> str:
    """Give the key of the step that is to be done, by a clerk instead of a robot, too."""
    return step.instead_of.key if step.instead_of else step.key


def _go_by_silence(walk: Walk, waiting: list[Step]) -> None:
    way = walk.definition.time_limit.silence_to
    assert way is not None
    undone = next(step.key for step in waiting if step.parent_id is None)
    walk.service_request.facts["tacit"] = {"undone": undone}
    for step in waiting:
        walk.cancel(walk.known(step))
    walk.enter(way)
    drive(walk, [])
