"""Pages of a queue by where the last one ended: as quick on page 1,000 as on the first."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

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


BEGINNING = Place(datetime(1, 1, 1, tzinfo=UTC), 0)


@dataclass(frozen=True)
class QueuePage:
    """The numbers of the steps of one page, and where the next one begins; None at the end."""

    numbers: list[int]
    is_first: bool
    following: Place | None


def page_of(heads: Iterable[Sequence[Key]], after: Place | None) -> QueuePage:
    """Give the page after a place from where the next steps of each desk stand: one more of each than a page has."""
    found = list(islice(heapq.merge(*heads), A_PAGE + 1))
    following = Place(*found[A_PAGE - 1]) if len(found) > A_PAGE else None
    return QueuePage([number for _, number in found[:A_PAGE]], after is None, following)
