"""Add what requests contribute into cells of the roll-ups: pure functions without Django."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from services.transparency.rules import BY_DAY, BY_PLACE, DAY_MEASURES, Place, Share, bucket_in
from services.transparency.standing_still import STILL

CountCell = tuple[str, str, str, date, str]
BucketCell = tuple[str, str, str, date, str, int]
DayCell = tuple[str, str, date]
LengthCell = tuple[str, str, date]
SUMMED = frozenset({"handling", "decision", *DAY_MEASURES})


@dataclass
class Sums:
    """Sums by cell; `shrunk` has the cells of lengths from which something was taken away."""

    counts: Counter[CountCell] = field(default_factory=Counter)
    days: Counter[DayCell] = field(default_factory=Counter)
    buckets: Counter[BucketCell] = field(default_factory=Counter)
    lengths: dict[LengthCell, list[int]] = field(default_factory=dict)
    shrunk: set[LengthCell] = field(default_factory=set)

    def change(self, before: Share, after: Share) -> None:
        """Take away what a request added before and add what it adds now; what stays the same is left alone."""
        if before.place == after.place:
            same = before.numbers.items() & after.numbers.items(), before.lengths.items() & after.lengths.items()
            self._add(before.place, before.numbers.items() - same[0], before.lengths.items() - same[1], -1)
            self._add(after.place, after.numbers.items() - same[0], after.lengths.items() - same[1], 1)
        else:
            self._add(before.place, before.numbers.items(), before.lengths.items(), -1)
            self.add(after)

    def add(self, share: Share) -> None:
        """Add what a request contributes."""
        self._add(share.place, share.numbers.items(), share.lengths.items(), 1)

    def _add(
        self,
        place: Place,
        numbers: Iterable[tuple[tuple[date, str], int]],
        lengths: Iterable[tuple[tuple[date, str], int]],
        sign: int,
    ) -> None:
        counts, days = self.counts, self.days
        for (day, measure), number in numbers:
            for cell in cells_of(place, month_of(day), measure):
                counts[cell] += sign * number
            if measure in BY_DAY:
                days[place.service, measure, day] += sign * number
        for (day, measure), length in lengths:
            self._add_length(place, month_of(day), measure, length, sign)

    def _add_length(self, place: Place, month: date, measure: str, length: int, sign: int) -> None:
        bucket = bucket_in(measure, length)
        for cell in cells_of(place, month, measure):
            self.buckets[*cell, bucket] += sign
        if measure not in SUMMED and not measure.startswith(STILL):
            return
        key = (place.service, measure, month)
        sums = self.lengths.setdefault(key, [0, 0, 0, 0])
        sums[0] += sign
        sums[1] += sign * length
        sums[2] += sign * length * length
        if sign > 0:
            sums[3] = max(sums[3], length)
        else:
            self.shrunk.add(key)

    def changed_counts(self) -> Iterator[tuple[CountCell, int]]:
        return ((cell, number) for cell, number in sorted(self.counts.items()) if number)

    def changed_days(self) -> Iterator[tuple[DayCell, int]]:
        return ((cell, number) for cell, number in sorted(self.days.items()) if number)

    def changed_buckets(self) -> Iterator[tuple[BucketCell, int]]:
        return ((cell, number) for cell, number in sorted(self.buckets.items()) if number)


@lru_cache(maxsize=4096)
def month_of(day: date) -> date:
    return day.replace(day=1)


@lru_cache(maxsize=65536)
def cells_of(place: Place, month: date, measure: str) -> tuple[CountCell, ...]:
    """Give the cells in which something counts: of the whole service, and by one thing at a time."""
    whole = (place.service, "", "", month, measure)
    if measure not in BY_PLACE:
        return (whole,)
    keys = (("version", str(place.version)), ("office", place.office), ("channel", place.channel))
    return (whole, *((place.service, cut, key, month, measure) for cut, key in keys))
