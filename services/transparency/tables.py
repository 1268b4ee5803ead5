"""Rows of figures as they may be told: pure functions without Django.

A number that is None may not be told: it, or what follows from it, would be a count of one to four people.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.transparency import rules
from services.transparency.disclosure import is_told, told_together
from services.transparency.periods import EVER, Period
from services.transparency.rules import DECIDED, FEWEST_CASES
from services.transparency.sheets import FAMILIES, Row, Sheet, decided_in
from services.transparency.statistics import Interval, wilson

SECOND_US = 1_000_000
OTHERS = "*"
Buckets = Mapping[int, int]


class Took(NamedTuple):
    """How long something took: in working days where they are known, else in seconds."""

    days: int | None = None
    seconds: float | None = None

    def __bool__(self) -> bool:
        return self.days is not None or self.seconds is not None


UNKNOWN = Took()


@dataclass(frozen=True)
class Figures:
    """Figures of one service, office, channel, version or period (`key`), as they may be told."""

    key: str
    numbers: Mapping[str, int | None] = field(default_factory=dict)
    median: Took = UNKNOWN
    p90: Took = UNKNOWN

    def __getattr__(self, name: str) -> int | None:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.numbers.get(name)

    @property
    def share_on_time(self) -> float | None:
        return share(self.numbers.get("on_time"), self.numbers.get("late"))

    @property
    def interval(self) -> Interval | None:
        on_time, late = self.numbers.get("on_time"), self.numbers.get("late")
        return None if on_time is None or (not late and not on_time) else wilson(on_time, on_time + (late or 0))

    @property
    def hours_saved(self) -> float | None:
        minutes = self.numbers.get("saved_minutes")
        return None if minutes is None else minutes / 60

    @property
    def share_robots(self) -> float | None:
        return share(self.numbers.get("robot_steps"), self.numbers.get("clerk_steps"))

    @property
    def share_right(self) -> float | None:
        right, decided = self.numbers.get("first_time_right"), self.numbers.get("decided")
        return None if right is None or not decided else right / decided

    @property
    def share_refused(self) -> float | None:
        refused, decided = self.numbers.get("refused"), self.numbers.get("decided")
        return None if refused is None or not decided else refused / decided

    @property
    def share_satisfied(self) -> float | None:
        satisfied, rated = self.numbers.get("satisfied"), self.numbers.get("rated")
        return None if satisfied is None or not rated else satisfied / rated

    @property
    def share_overturned(self) -> float | None:
        overturned, objections = self.numbers.get("overturned"), self.numbers.get("objections")
        return None if overturned is None or not objections else overturned / objections


def share(part: int | None, rest: int | None) -> float | None:
    """Give a part of a whole that is told by its part and its rest."""
    return None if part is None or rest is None or not part + rest else part / (part + rest)


TOLD = [*FAMILIES, "late", "refused", "approved", "closed", "satisfied", "robot_steps", "clerk_steps",
        "saved_minutes", "clerk_minutes", "stopped_days"]  # fmt: skip


MAIN_TOLD = ["received", "withdrawn", "on_time", "late", "first_time_right", "rated", "satisfied", "robot_steps",
             "clerk_steps"]  # fmt: skip


def figures_in(
    sheet: Sheet, period: Period, spans: Mapping[str, Buckets], key: str = "", names: Sequence[str] = ()
) -> Figures:
    """Give what may be told of a period of a service; `spans` has the lengths of its decisions."""
    numbers = {name: sheet.number(name, period) for name in names or TOLD if name not in COMPOSED}
    decided = [sheet.sum_of(outcome, period) for outcome in DECIDED]
    numbers["decided"] = sum(decided) if sheet.tells("decided", period) else None
    overturned = sheet.sum_of("annulled", period) + sheet.sum_of("sent_back", period)
    numbers["overturned"] = overturned if sheet.tells("overturned", period) else None
    if period.name == EVER:
        numbers["open"] = sheet.open
    if not sheet.tells("decided", period):
        return Figures(key, numbers)
    return Figures(key, numbers, *times_of(spans))


COMPOSED = {"decided", "overturned", "outcome", "work"}


def times_of(spans: Mapping[str, Buckets]) -> tuple[Took, Took]:
    """Give the median and the 90th percentile of decisions."""
    days, elapsed = spans.get("running_days", {}), spans.get("decision", {})
    return took(days, elapsed, 0.5), took(days, elapsed, 0.9)


def took(days: Buckets, elapsed: Buckets, part: float) -> Took:
    """Give within how many working days a part was decided, and within how much time as the calendar runs."""
    seconds = rules.quantile(elapsed, part)
    return Took(rules.bucket_at(days, part), None if seconds is None else seconds / SECOND_US)


@dataclass(frozen=True)
class Table:
    """A service's figures by one cut; `others` tells how many rows its last row stands for."""

    rows: list[Figures]
    others: int = 0


def table_of(sheet: Sheet, rows: Sequence[Row], spans: Mapping[str, Buckets], period: Period) -> Table:
    """Give the rows of a cut as they may be told of the one period of which cuts are told at all."""
    if not sheet.tells("received", period):
        return Table([])
    counted = {row.key: row.counts(period.name) for row in rows}
    together = told_together({key: [counts.get("received", 0)] for key, counts in counted.items()})
    shown = {key: counts for key, counts in counted.items() if key not in together}
    if together:
        shown[OTHERS] = _summed(counted[key] for key in together)
    told = {key: {"received": counts.get("received", 0)} for key, counts in shown.items()}
    kept_back: set[str] = set()
    for part in PARTS:
        hidden = _kept_back(sheet, shown, period, part, kept_back)
        kept_back = hidden if part.family == "decided" else kept_back
        for key in shown.keys() - hidden:
            told[key] |= part.told(shown[key])
    figures = [Figures(key, numbers, *times_of({"running_days": spans.get(key, {})})) for key, numbers in told.items()]
    return Table(figures, len(together))


class Part(NamedTuple):
    """Numbers of a row that are told or kept back by themselves, by a family; those of the first base the others."""

    family: str
    told: Callable[[Mapping[str, int]], dict[str, int]]


PARTS = (
    Part("decided", lambda counts: {"decided": decided_in(counts)}),
    Part("on_time", lambda counts: {name: counts.get(name, 0) for name in ("on_time", "late")}),
    Part("first_time_right", lambda counts: {"first_time_right": counts.get("first_time_right", 0)}),
)


def _kept_back(
    sheet: Sheet, shown: Mapping[str, Mapping[str, int]], period: Period, part: Part, already: Collection[str]
) -> set[str]:
    """Give the rows of which a part isn't told; all of them when it isn't even of the whole."""
    if not sheet.tells(part.family, period):
        return set(shown)
    looked_at = {key: list(FAMILIES[part.family].numbers(counts)) for key, counts in shown.items()}
    if part.family == "decided" and period.name == EVER:  # else it would follow how few of a row are undecided
        for key, counts in shown.items():
            looked_at[key].append(counts.get("received", 0) - decided_in(counts))
    return told_together(looked_at, already)


def _summed(rows: Iterable[Mapping[str, int]]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for counts in rows:
        sums.update(counts)
    return dict(sums)


class Reason(NamedTuple):
    """How many requests something befell; what befell few is told together (`*`)."""

    key: str
    number: int


def reasons_of(rows: Sequence[Row], period: str) -> list[Reason]:
    """Give what went wrong, most frequent first, and what befell few as one."""
    numbers = {row.key: row.counts(period)["times"] for row in rows}
    together = told_together({key: [number] for key, number in numbers.items()})
    told = [Reason(key, number) for key, number in numbers.items() if key not in together]
    told.sort(key=lambda reason: (-reason.number, reason.key))
    rest = sum(numbers[key] for key in together)
    if is_told(rest):
        told.append(Reason(OTHERS, rest))
    return [reason for reason in told if reason.number]


class Bin(NamedTuple):
    """How many decisions took from `first` to `last` working days; `last` None means or more."""

    first: int
    last: int
    number: int


def histogram(days: Buckets, most: int = 24) -> list[Bin]:
    """Part decisions by their working days so that each part has five or more; equally wide parts first."""
    total = sum(days.values())
    if total < FEWEST_CASES:
        return []
    nine_of_ten = rules.bucket_at(days, 0.95) or 0
    width = max(1, -(-(nine_of_ten + 1) // most))
    bins: list[Bin] = []
    first, number, longest = 0, 0, max(days)
    for begin in range(0, min(longest, width * most) + 1, width):
        last = begin + width - 1
        number += sum(days.get(day, 0) for day in range(begin, last + 1))
        if number == 0 or number >= FEWEST_CASES:
            bins.append(Bin(first, last, number))
            first, number = last + 1, 0
    number = total - sum(one.number for one in bins)
    while number and number < FEWEST_CASES:
        joined = bins.pop()
        first, number = joined.first, number + joined.number
    return [*bins, Bin(first, longest, number)] if number else bins
