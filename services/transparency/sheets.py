"""The counts of one service by units of time, and which of them may be told: pure functions without Django."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from services.transparency.disclosure import ends_of_stretches, is_told
from services.transparency.periods import EVER, LAST_YEAR, Period
from services.transparency.rules import DECIDED

Counts = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Family:
    """Numbers that are told together: how they come from a unit's counts, and the family whose ends they keep to."""

    numbers: Callable[[Mapping[str, int]], Sequence[int]]
    base: str = ""


def decided_in(counts: Mapping[str, int]) -> int:
    return sum(counts.get(outcome, 0) for outcome in DECIDED)


def _alone(*measures: str, base: str = "") -> Family:
    return Family(lambda counts: [sum(counts.get(measure, 0) for measure in measures)], base)


def _part_of(whole: str, *measures: str) -> Family:
    """Give what is told together with what it leaves of a whole, which is told too."""

    def numbers(counts: Mapping[str, int]) -> list[int]:
        part = sum(counts.get(measure, 0) for measure in measures)
        return [part, counts.get(whole, 0) - part]

    return Family(numbers, whole)


FAMILIES: dict[str, Family] = {
    "received": _alone("received"),
    "decided": Family(lambda counts: [decided_in(counts)]),
    "withdrawn": _alone("withdrawn", base="decided"),
    "on_time": Family(lambda counts: [counts.get("on_time", 0), counts.get("late", 0)], "decided"),
    "outcome": Family(lambda counts: [counts.get(outcome, 0) for outcome in DECIDED], "decided"),
    "first_time_right": Family(
        lambda counts: [counts.get("first_time_right", 0), decided_in(counts) - counts.get("first_time_right", 0)],
        "decided",
    ),
    "rated": Family(lambda counts: [counts.get("satisfied", 0), counts.get("rated", 0) - counts.get("satisfied", 0)]),
    "asked": _alone("asked"),
    "objections": _alone("objections"),
    "overturned": _part_of("objections", "annulled", "sent_back"),
    "complaints": _alone("complaints"),
    "complaints_answered": _part_of("complaints", "complaints_answered"),
    "silent_approvals": _alone("silent_approvals"),
    "silent_refusals": _alone("silent_refusals"),
    "silent_opinions": _alone("silent_opinions"),
    "file_reads": _alone("file_reads"),
    "work": Family(lambda counts: [counts.get("robot_steps", 0), counts.get("clerk_steps", 0)], "received"),
}
FAMILY_OF = {
    **{name: name for name in FAMILIES},
    **dict.fromkeys(("late",), "on_time"),
    **dict.fromkeys(DECIDED, "outcome"),
    "satisfied": "rated",
    "annulled": "overturned",
    "sent_back": "overturned",
    **dict.fromkeys(("robot_steps", "clerk_steps", "saved_minutes", "clerk_minutes"), "work"),
    "stopped_days": "decided",
}


@dataclass(frozen=True)
class Sheet:
    """A service's counts in units of time, each given by its first day; `wanted` ends are kept as long as possible."""

    units: Sequence[date]
    counts: Counts
    wanted: Sequence[date]

    def number(self, measure: str, period: Period) -> int | None:
        """Give a count of a period; None when it may not be told."""
        return self.sum_of(measure, period) if self.tells(FAMILY_OF[measure], period) else None

    def sum_of(self, measure: str, period: Period) -> int:
        """Give a count of a period, to compute with: not to be told."""
        begin, end = self.span(period)
        return sum(self.counts.get(measure, ())[begin:end])

    def tells(self, family: str, period: Period) -> bool:
        """Tell whether the numbers of a family may be told of a period."""
        begin, end = self.span(period)
        return begin == end or {begin, end} <= self.ends(family)

    @property
    def open(self) -> int | None:
        """Give how many are open now; None when it may not be told."""
        everything = Period(EVER, None, None)
        told = all(self.tells(family, everything) for family in ("received", "decided", "withdrawn"))
        return self.open_at(len(self.units)) if told else None

    def open_at(self, end: int) -> int:
        """Give how many were undecided and not withdrawn after so many units."""
        return self.undecided_at(end) - self._before("withdrawn")[end]

    def undecided_at(self, end: int) -> int:
        return self._before("received")[end] - sum(self._before(outcome)[end] for outcome in DECIDED)

    @property
    def begun(self) -> date:
        """Give the first unit in which anything was counted; the last where nothing was."""
        counted = (at for at, _ in enumerate(self.units) if any(column[at] for column in self.counts.values()))
        return self.units[next(counted, -1)]

    @property
    def last_counted(self) -> date:
        """Give the last unit in which anything was counted; the last of all where nothing was."""
        backwards = range(len(self.units) - 1, -1, -1)
        counted = (at for at in backwards if any(column[at] for column in self.counts.values()))
        return self.units[next(counted, -1)]

    def span(self, period: Period) -> tuple[int, int]:
        """Give from which unit to which a period goes, as far as there are units."""
        first = 0 if period.first is None else bisect_left(self.units, period.first)
        end = len(self.units) if period.end is None else bisect_left(self.units, period.end)
        return first, max(first, end)

    def ends(self, family: str) -> set[int]:
        """Give between which ends the numbers of a family may be told."""
        if family not in self._ends:
            self._ends[family] = set(self._find_ends(family))
        return self._ends[family]

    @cached_property
    def _ends(self) -> dict[str, set[int]]:
        return {}

    def _find_ends(self, name: str) -> list[int]:
        family = FAMILIES[name]
        allowed = self.ends(family.base) if family.base else set(range(len(self.units) + 1))
        left, now = LEFT.get(name), len(self.units)
        if left and not is_told(left(self, now)):
            allowed = allowed - {now}  # else it would follow how few are open now
        wanted = {number for number, unit in enumerate(self.units) if unit in self.wanted} | {len(self.units)}
        return ends_of_stretches([family.numbers(unit) for unit in self._rows], allowed, wanted)

    @cached_property
    def _rows(self) -> list[dict[str, int]]:
        return [
            {measure: column[number] for measure, column in self.counts.items()} for number in range(len(self.units))
        ]

    def _before(self, measure: str) -> list[int]:
        if measure not in self._sums:
            sums = [0]
            for number in self.counts.get(measure) or [0] * len(self.units):
                sums.append(sums[-1] + number)
            self._sums[measure] = sums
        return self._sums[measure]

    @cached_property
    def _sums(self) -> dict[str, list[int]]:
        return {}


LEFT: dict[str, Callable[[Sheet, int], int]] = {"decided": Sheet.undecided_at, "withdrawn": Sheet.open_at}


@dataclass(frozen=True)
class Row:
    """One office, channel, version or reason of a service: its counts of the last year and of all time."""

    key: str
    lately: Mapping[str, int]
    ever: Mapping[str, int]

    def counts(self, period: str) -> Mapping[str, int]:
        return self.lately if period == LAST_YEAR else self.ever
