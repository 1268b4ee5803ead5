"""Claim due steps for workers: locked, skipping what others hold."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q

from services.agencies.models import Office
from services.catalogue.models import ServiceVersion
from services.requests.queries import evidence_counts
from services.workflow.engine import Walk
from services.workflow.models import Step, StepQuerySet

State = Step.State


def due(lane: str, now: datetime) -> StepQuerySet:
    """Give the steps of a lane whose time has come and that no living worker holds."""
    unheld = Q(lease_until=None) | Q(lease_until__lte=now)
    # What runs has a lease and nothing else has (a constraint), so one walk along the index finds both, in order.
    return Step.objects.filter(unheld, lane=lane, state__in=[State.DUE, State.OPEN, State.RUNNING], run_at__lte=now)


def locked(steps: StepQuerySet) -> StepQuerySet:
    """Lock steps together with their requests and read all that a walk needs; what others hold is skipped."""
    related = ("service_request__version", "service_request__office__agency__calendar", "service_request__applicant")
    return (
        steps.select_for_update(of=("self", "service_request"), skip_locked=True)
        .select_related(*related, "parent")
        .defer("service_request__version__source")
    )


def locked_together(steps: StepQuerySet) -> StepQuerySet:
    """Lock many steps as `locked` does; what their requests share (versions, offices) is read and made once."""
    offices = Office.objects.select_related("agency__calendar")
    shared = (
        Prefetch("service_request__version", ServiceVersion.objects.defer("source")),
        Prefetch("service_request__office", offices),
        "service_request__applicant",
    )
    held = steps.select_for_update(of=("self", "service_request"), skip_locked=True)
    return held.select_related("service_request", "parent").prefetch_related(*shared)


def walks_of(steps: Iterable[Step], now: datetime) -> list[tuple[Walk, list[Step]]]:
    """Give one walk for each request with its steps."""
    by_request: dict[UUID, list[Step]] = {}
    for step in steps:
        by_request.setdefault(step.service_request_id, []).append(step)
    counts = evidence_counts(by_request.keys())
    return [(Walk(own[0].service_request, now, counts[request]), own) for request, own in by_request.items()]
