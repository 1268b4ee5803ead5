"""What a simulation has come to: the share of handling that robots did, and what is still open and waits for whom."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from services.requests.models import ServiceRequest
from services.transparency.savings import Handling, altogether, handling
from services.workflow.models import Step

State, Kind = Step.State, Step.Kind
ENDS = ("approved", "refused", "closed", "withdrawn", "in_progress")
HEAD = ("service", "requests", *ENDS[:-1], "open", "robots' minutes", "clerks' minutes", "done by robots")
AT_A_DESK = Q(kind=Kind.DESK, state=State.OPEN, desk__memberships__ended_at=None, desk__memberships__isnull=False)
FOR_THE_APPLICANT = Q(kind=Kind.APPLICANT, state=State.OPEN)
UNTIL_A_MOMENT = Q(kind__in=[Kind.WAIT, Kind.ROBOT], state__in=[State.OPEN, State.DUE], run_at__isnull=False)


@dataclass(frozen=True)
class Row:
    """One service: how many requests ended how, and how their handling minutes are spread."""

    handling: Handling
    ends: dict[str, int]

    def cells(self) -> Iterator[str]:
        share = self.handling.robots_share
        yield self.handling.service or "**all**"
        yield f"{self.handling.requests:,}"
        yield from (f"{self.ends.get(end, 0):,}" for end in ENDS)
        yield f"{self.handling.robot_minutes:,}"
        yield f"{self.handling.clerk_minutes:,}"
        yield "–" if share is None else f"{share:.1%}"


def rows() -> list[Row]:
    """Give a row for each service that has requests, and one for all of them."""
    ends: dict[str, dict[str, int]] = {}
    numbers = ServiceRequest.objects.values_list("service__code", "status").annotate(number=Count("pk"))
    for service, status, number in numbers:
        ends.setdefault(service, {})[status] = number
    parts = [Row(part, ends[part.service]) for part in handling() if part.service in ends]
    whole = {end: sum(part.ends.get(end, 0) for part in parts) for end in ENDS}
    return [*parts, Row(altogether([part.handling for part in parts]), whole)]


def table(parts: list[Row]) -> str:
    """Write the rows as a table in Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *(tuple(part.cells()) for part in parts)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def stuck() -> QuerySet[ServiceRequest]:
    """Give the requests in progress that wait for nobody at a desk, for no applicant and for no moment."""
    waiting = Step.objects.filter(AT_A_DESK | FOR_THE_APPLICANT | UNTIL_A_MOMENT)
    return ServiceRequest.objects.filter(status="in_progress").exclude(pk__in=waiting.values("service_request"))


def waits() -> str:
    """Tell for whom open requests wait."""
    steps = Step.objects.filter(service_request__status="in_progress")
    counts = [
        steps.filter(which).values("service_request").distinct().count()
        for which in (AT_A_DESK, FOR_THE_APPLICANT, UNTIL_A_MOMENT)
    ]
    return "Open requests wait for officials: {}, for applicants: {}, for a date: {}; stuck: {}.".format(
        *counts, stuck().count()
    )
