"""What happened to requests that have ended, as far as another version can be measured by it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q

from services.catalogue.models import Service
from services.requests.models import ServiceRequest, ServiceRequestQuerySet
from services.requests.queries import evidence_counts
from services.workflow.models import Step

Status, Kind, State = ServiceRequest.Status, Step.Kind, Step.State
DECIDED = [Status.APPROVED, Status.REFUSED, Status.CLOSED]
ENDS = Count("steps", filter=Q(steps__kind=Kind.END))


@dataclass(frozen=True)
class Recorded:
    """One request that has ended: its steps by key in the order in which they were opened, and its papers."""

    service_request: ServiceRequest
    steps: Sequence[Step]
    evidence: dict[str, int]

    def visit(self, key: str, number: int) -> Step | None:
        """Give the row of the visit of a step, the first one being 0; None when it never came to that."""
        visits = [step for step in self.steps if step.key == key]
        return visits[number] if number < len(visits) else None

    @property
    def has_end(self) -> bool:
        """Tell whether it came to an end of its workflow; else something other ended it, such as the law."""
        return any(step.kind == Kind.END for step in self.steps)

    def finding(self, save_as: str) -> dict[str, Any] | None:
        known: dict[str, Any] | None = self.service_request.facts.get("found", {}).get(save_as)
        return known


def last_decided(service: Service, count: int, until: datetime) -> ServiceRequestQuerySet:
    """Give the last requests of a service that were decided before a moment, the latest first.

    Left out are those whose content is erased, and those that were opened again after their end: they have two ends.
    """
    decided = ServiceRequest.objects.filter(service=service, status__in=DECIDED, ended_at__lte=until).exclude(salt=b"")
    once = decided.annotate(ends=ENDS).filter(ends__lte=1)
    return once.order_by("-ended_at", "pk")[:count]


def recorded(requests: Sequence[UUID]) -> list[Recorded]:
    """Read requests with all that happened to them, in the order given; a few queries for all."""
    related = ("service", "version", "office__agency__calendar", "applicant")
    known = ServiceRequest.objects.select_related(*related).in_bulk(requests)
    steps, counts = _steps_of(requests), evidence_counts(requests)
    return [Recorded(known[pk], steps[pk], counts[pk]) for pk in requests if pk in known]


def _steps_of(requests: Sequence[UUID]) -> dict[UUID, list[Step]]:
    """Give the steps of requests, without notices and without a clerk's questions to the applicant."""
    questions = Q(kind=Kind.APPLICANT, parent__kind=Kind.DESK)
    rows = Step.objects.filter(service_request__in=requests).exclude(kind=Kind.NOTICE).exclude(questions)
    found: dict[UUID, list[Step]] = defaultdict(list)
    for step in rows.order_by("pk"):
        found[step.service_request_id].append(step)
    return found


def gave_up(step: Step) -> bool:
    """Tell whether a robot handed a step over to a clerk."""
    return step.kind == Kind.ROBOT and bool(step.trouble)


def medians(requests: Sequence[UUID]) -> dict[str, float]:
    """Give the seconds that each step took in half of the cases, by its key."""
    lengths: dict[str, list[float]] = defaultdict(list)
    rows = Step.objects.filter(service_request__in=requests, state=State.DONE).exclude(kind=Kind.NOTICE)
    took = ExpressionWrapper(F("finished_at") - F("opened_at"), DurationField())
    for key, length in rows.annotate(took=took).values_list("key", "took"):
        lengths[key].append(max(length.total_seconds(), 0.0))
    return {key: median(known) for key, known in lengths.items()}
