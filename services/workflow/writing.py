"""Put many walks into the database at once, with multi-row statements, in the caller's transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import models

from services.ledger.operations import record
from services.ledger.rows import insert_rows, update_rows
from services.requests.clocks import ClockStop
from services.requests.models import ServiceRequest
from services.workflow.bell import ring
from services.workflow.engine import Walk
from services.workflow.models import ACTIVE, Step

REQUEST_FIELDS = ["status", "ended_at", "facts", "fee", "office", "due_at", "clock_stopped_at", "silence"]
STEP_FIELDS = ["state", "finished_at", "outcome", "run_at", "lease_until", "returned", "trouble"]
STEP_FIELDS += ["due_at", "desk", "assignee", "claimed_at", "passed_over", "attempts", "by_hand_at", "told"]


def write(walks: Sequence[Walk]) -> None:
    """Write everything that the walks changed and ring for the steps that are now due."""
    new = [walk.service_request for walk in walks if walk.service_request._state.adding]
    known = [walk for walk in walks if not walk.service_request._state.adding]
    insert_rows(new)
    update_rows([walk.service_request for walk in known if walk.changed_request], REQUEST_FIELDS)
    _write_clocks(walks)
    update_rows([step for walk in walks for step in walk.changed_steps], STEP_FIELDS)
    _cancel_rest([walk.service_request for walk in walks if not walk.service_request.is_in_progress])
    steps = [step for walk in walks for step in walk.new_steps]
    _create_steps(steps)
    _create_rows(row for walk in walks for row in walk.new_rows)
    for walk in walks:
        if walk.newly_barred:
            walk.service_request.barred.add(*walk.newly_barred)
    record([entry for walk in walks for entry in walk.entries], new_subjects=not known)
    ring({step.lane for step in steps if step.state == Step.State.DUE})


def _write_clocks(walks: Sequence[Walk]) -> None:
    for walk in walks:
        if not walk.clock_resumed:
            continue
        request = walk.service_request
        ClockStop.objects.filter(service_request=request, resumed_at=None).update(resumed_at=walk.now)
        Step.objects.filter(service_request=request, state__in=ACTIVE, due_at=walk.due_before).update(
            due_at=request.due_at
        )


def _cancel_rest(ended: Sequence[ServiceRequest]) -> None:
    if ended:
        rest = Step.objects.filter(service_request__in=ended).active().exclude(kind=Step.Kind.NOTICE)
        rest.update(state=Step.State.CANCELLED, finished_at=ended[0].ended_at, run_at=None, lease_until=None)


def _create_steps(steps: Sequence[Step]) -> None:
    waiting = list(steps)
    while waiting:
        wave = [step for step in waiting if all(other is None or other.pk for other in (step.parent, step.instead_of))]
        for step in wave:  # takes over the numbers that others got in the wave before
            step.parent, step.instead_of = step.parent, step.instead_of
        insert_rows(wave)
        waiting = [step for step in waiting if step._state.adding]


def _create_rows(rows: Iterable[models.Model]) -> None:
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    for group in by_model.values():
        insert_rows(group)
