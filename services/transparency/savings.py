"""Minutes of handling that robots did and that clerks did, from the roll-ups: they belong to the day of submission."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from services.transparency.models import Count


@dataclass(frozen=True)
class Saved:
    """Minutes saved in one service: since the first of a month, and since ever."""

    service: str
    lately: int
    ever: int


def saved_minutes(offices: Collection[str], since: date) -> list[Saved]:
    """Give the minutes saved in each service at some offices, since the month of a day and ever, most first."""
    counts = Count.objects.filter(cut="office", key__in=offices, measure="saved_minutes").values_list("service")
    lately = Coalesce(Sum("number", filter=Q(month__gte=since.replace(day=1))), 0)
    return [Saved(*row) for row in counts.annotate(lately=lately, ever=Sum("number")).order_by("-ever", "service")]


@dataclass(frozen=True)
class Handling:
    """How the minutes of handling that the definitions state for what was done are spread over robots and clerks."""

    service: str
    requests: int
    robot_minutes: int
    clerk_minutes: int

    @property
    def robots_share(self) -> float | None:
        """Give the part that robots did, from 0 to 1; None when nothing was done."""
        whole = self.robot_minutes + self.clerk_minutes
        return self.robot_minutes / whole if whole else None


def handling(counts: QuerySet[Count] | None = None) -> list[Handling]:
    """Give the handling minutes of each service by code; of the counts of whole services unless others are given.

    A robot's step counts when it succeeded. A step that a robot gave up counts with the clerk who did it instead.
    """
    measures = ("received", "saved_minutes", "clerk_minutes")
    sums = [Coalesce(Sum("number", filter=Q(measure=measure)), 0) for measure in measures]
    rows = (
        (Count.objects.filter(cut="") if counts is None else counts).filter(measure__in=measures).values_list("service")
    )
    return [
        Handling(*row) for row in rows.annotate(requests=sums[0], robots=sums[1], clerks=sums[2]).order_by("service")
    ]


def altogether(parts: Collection[Handling]) -> Handling:
    """Give the handling of several services as one."""
    return Handling(
        "",
        sum(part.requests for part in parts),
        sum(part.robot_minutes for part in parts),
        sum(part.clerk_minutes for part in parts),
    )
