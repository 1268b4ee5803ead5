"""Pages of a queue by where the last one ended: as quick on page 1,000 as on the first."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from services.workflow.models import StepQuerySet

A_PAGE = 25
Key = tuple[datetime, int]


@dataclass(frozen=True)
class Place:
    """Where a page begins: after a step, told by its due date and number."""

    due_at: datetime
    number: int

    def __str__(self) -> str:
        return f"{self.due_at.isoformat()}~{self.number}"

    @classmethod
    def read(cls, written: str) -> "Place | None":
        """Read a place from an address; what can't be read is the beginning."""
        moment, _, number = written.replace(" ", "+").partition("~")
        try:
            due_at = datetime.fromisoformat(moment)
        except ValueError:
            return None
        is_sound = due_at.tzinfo is not None and number.isascii() and number.isdecimal() and len(number) < 19
        return cls(due_at, int(number)) if is_sound else None


@dataclass(frozen=True)
class QueuePage:
    """The numbers of the steps of one page, and where the next one begins; None at the end."""

    numbers: list[int]
    is_first: bool
    following: Place | None


def page_of(steps: StepQuerySet, desks: Sequence[int], after: Place | None, size: int = A_PAGE) -> QueuePage:
    """Give the page of steps after a place, by due date: a few rows of each desk's index, merged."""
    if after is not None:
        steps = steps.filter(due_at__gte=after.due_at).exclude(due_at=after.due_at, pk__lte=after.number)
    heads = [_head(steps.filter(desk=desk), size + 1) for desk in desks]
    found = list(islice(heapq.merge(*heads), size + 1))
    following = Place(*found[size - 1]) if len(found) > size else None
    return QueuePage([number for _, number in found[:size]], after is None, following)


def _head(steps: StepQuerySet, size: int) -> list[Key]:
    """Give where the first steps of one desk stand; steps at desks always have a due date."""
    rows = steps.by_due_date().values_list("due_at", "pk")[:size]
    return [(due_at, number) for due_at, number in rows if due_at is not None]
