"""Whose time a request has taken: the office's, the applicant's, or that of other agencies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from services.requests.models import ServiceRequest
from services.workflow.models import Step

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Elapsed:
    """How long a request has waited for whom; together it is the whole time since it was submitted."""

    office: timedelta
    applicant: timedelta
    others: timedelta

    @property
    def is_shared(self) -> bool:
        """Tell whether anybody but the office had to act."""
        return bool(self.applicant or self.others)


def elapsed_of(service_request: ServiceRequest, now: datetime) -> Elapsed:
    """Give whose time a request has taken until now or until its end; where several had to act, the applicant's."""
    begun, ended = service_request.submitted_at, service_request.ended_at or now
    elsewhere = Q(kind=Step.Kind.DESK) & ~Q(desk__office__agency=service_request.office.agency)
    waits = service_request.steps.all().filter(Q(kind=Step.Kind.APPLICANT) | elsewhere)
    spans = list(waits.values_list("kind", "opened_at", "finished_at"))
    applicants = _clipped([span for kind, *span in spans if kind == Step.Kind.APPLICANT], begun, ended)
    others = _clipped([span for kind, *span in spans if kind == Step.Kind.DESK], begun, ended)
    waited, waited_in_all = covered(applicants), covered([*applicants, *others])
    return Elapsed(max(ended - begun, timedelta()) - waited_in_all, waited, waited_in_all - waited)


def _clipped(spans: Iterable[Sequence[Any]], begun: datetime, ended: datetime) -> list[Stretch]:
    clipped = ((max(start, begun), min(end or ended, ended)) for start, end in spans)
    return [(start, end) for start, end in clipped if start < end]


def covered(stretches: Iterable[Stretch]) -> timedelta:
    """Give how much time stretches cover together; what overlaps counts once."""
    total, reached = timedelta(), None
    for start, end in sorted(stretches):
        begin = start if reached is None else max(start, reached)
        total += max(end - begin, timedelta())
        reached = end if reached is None else max(end, reached)
    return total
