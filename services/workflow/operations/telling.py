"""Tell officials of deadlines: the holder a day before a step is due, the supervisors when it is late. Once each."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from services.workflow.claims import walks_of
from services.workflow.engine import Walk
from services.workflow.models import Step, StepQuerySet
from services.workflow.operations.walking import locked
from services.workflow.queries import supervisors_of
from services.workflow.staff_notices import StaffNotice
from services.workflow.writing import write

BEFORE = timedelta(days=1)
BATCH, MOST_BATCHES = 100, 20
TOLD_HOLDER, TOLD_SUPERVISORS = 1, 2
BY = "robot:deadlines"


def tell_of_deadlines(now: datetime) -> int:
    """Tell of every step whose time it is; give of how many."""
    count = 0
    for _batch in range(MOST_BATCHES):
        told = _tell_batch(now)
        count += told
        if told < BATCH:
            break
    return count


def to_tell(now: datetime) -> StepQuerySet:
    """Give the open steps of which somebody is to be told, whose clock runs.

    Who took a step within its last day knows of it.
    """
    ends = Q(told=0, assignee__isnull=False, due_at__gte=now, due_at__lte=now + BEFORE)
    ends &= Q(claimed_at__lte=F("due_at") - BEFORE)
    late = Q(told__lt=TOLD_SUPERVISORS, due_at__lt=now)
    running = {"service_request__clock_stopped_at": None, "service_request__status": "in_progress"}
    return Step.objects.open_at_desks().filter(ends | late, **running)


@transaction.atomic
def _tell_batch(now: datetime) -> int:
    related = ("service_request__version", "service_request__office__agency__calendar", "service_request__applicant")
    due = to_tell(now).order_by("due_at").select_related(*related, "desk__office")
    due = due.defer("service_request__version__source")
    steps = list(locked(due, ("self", "service_request"), skips_locked=True)[:BATCH])
    walks = walks_of(steps, now)
    for walk, own in walks:
        for step in own:
            _tell(walk, walk.known(step))
    write([walk for walk, _own in walks])
    return len(steps)


def _tell(walk: Walk, step: Step) -> None:
    assert step.due_at is not None
    assert step.desk is not None
    if step.due_at < walk.now:
        step.told, kind, event = TOLD_SUPERVISORS, StaffNotice.Kind.LATE, "supervisor_told"
        users = [user.pk for user in supervisors_of(step.desk.office.agency_id)]
    else:
        step.told, kind, event = TOLD_HOLDER, StaffNotice.Kind.DUE_SOON, "holder_reminded"
        users = [step.assignee_id] if step.assignee_id else []
    known = {"service_request": walk.service_request, "step": step, "kind": kind, "at": walk.now}
    walk.new_rows += [StaffNotice(user_id=user, **known) for user in users]
    walk.change(step)
    if users:
        walk.tell(event, BY, step=step.key, due_at=step.due_at.isoformat())
