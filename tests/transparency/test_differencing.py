"""From all that is published together no cell of one to four people follows by adding and subtracting.

A small world of requests is counted into the roll-ups; then a reader takes every file of the service, in every period
and every unit, and puts all numbers into one system of equations, with all that is known without them: that days make
up months, offices a whole, and approved, refused and closed what was decided. What the system solves is 0 or at least
five. The offices' and agencies' pages show these same rows. The public event log tells single requests by decision
0016 and isn't part of it; groups of people (0021) have the same proof of their own in `test_equity.py`.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from services.transparency import automation, queries, sheets, tables
from services.transparency.disclosure import are_told
from services.transparency.lines import figure_lines, lines_of
from services.transparency.models import Bucket, Count, DayCount, Length
from services.transparency.periods import period_of, unit_after
from services.transparency.rules import DECIDED, Known, share_of
from services.transparency.sums import Sums
from tests import worlds
from tests.transparency.linear import Equations

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TODAY = date(2026, 11, 26)
MEASURES = ("received", *DECIDED, "withdrawn", "on_time", "late", "first_time_right", "wrong")
WHOLES = {
    "decided": DECIDED,
    "late": ("late",),
    **{name: (name,) for name in ("received", "withdrawn", "on_time", "first_time_right", *DECIDED)},
}
PARTS = ((DECIDED, ("on_time", "late")), (DECIDED, ("first_time_right", "wrong")))
ROWS_TOLD = ("received", "decided", "on_time", "late", "first_time_right")
PERIODS = ["all", "12m", "12m-before", "2025", "2026", *(f"2026-Q{quarter}" for quarter in (1, 2, 3, 4)), "2025-Q4"]
PERIODS += [
    *(f"2026-{month:02}" for month in range(1, 12)),
    "2025-11",
    "2025-12",
    "2025-11..2026-03",
    "2026-Q1..2026-07",
]
UNITS = ("day", "week", "month", "quarter", "year")
BEGINNING, END = date(2025, 1, 1), date(2027, 1, 1)
SEEDS = range(3)
Line = tuple[Any, ...]


def made_up(seed: int) -> list[Known]:
    """Make up requests of some months: many on some days, few on others, at offices and channels of all sizes."""
    chance = random.Random(seed)
    known = []
    for _ in range(chance.choice([40, 90, 200])):
        day = date(2025, 10, 1) + timedelta(days=int(chance.triangular(0, 415, 380)))
        ended = day + timedelta(days=chance.choice([0, 3, 9, 30]))
        is_ended = ended <= TODAY and chance.random() < 0.93
        outcome = chance.choices([*DECIDED, "withdrawn"], [20, 4, 1, 1])[0] if is_ended else ""
        asked = {"asked:paper": {day.isoformat(): 1}} if chance.random() < 0.2 else {}
        refusal = {f"refused:{chance.choice('aab')}": {ended.isoformat(): 1}} if outcome == "refused" else {}
        known.append(
            Known(
                service="permit",
                version=chance.choice([1, 1, 2]),
                office=chance.choices(["north-hall", "south-hall", "west-hall"], [20, 5, 1])[0],
                channel=chance.choices(["online", "counter", "post"], [20, 4, 1])[0],
                day=day,
                ended_day=ended if is_ended else None,
                outcome=outcome,
                on_time=chance.random() < 0.8 if is_ended else None,
                working_days=(ended - day).days if is_ended else None,
                tallies={**asked, **refusal},
            )
        )
    return known


def count(known: list[Known]) -> None:
    sums = Sums()
    for one in known:
        sums.add(share_of(one))
    automation._write(sums)


def published_lines() -> Iterator[Line]:
    """Give every line of every file of the service: each period once, and the usual one in every unit."""
    for period, unit in [*((period, "month") for period in PERIODS), *(("", unit) for unit in UNITS)]:
        found = queries.service_figures("permit", TODAY, period, unit)
        yield from ((found.period.name, *line) for line in lines_of(found, unit))
    summary = queries.summaries(["permit"], TODAY)["permit"]
    for name, figures in (("12m", summary.lately), ("12m-before", summary.before), ("all", summary.ever)):
        yield from ((name, *line) for line in figure_lines("whole", "", figures))


def span_of(line: Line) -> tuple[date, date]:
    """Give the days of which a line tells."""
    period, table, key = line[:3]
    if table in UNITS:
        first = date.fromisoformat(key)
        return first, unit_after(first, table)
    span = period_of("12m-before" if table == "year before" else period, TODAY)
    return span.first or BEGINNING, span.end or END


class Reader:
    """Who puts all that is published together."""

    def __init__(self, lines: Iterable[Line]) -> None:
        known = set(lines)
        self.lines = sorted(line for line in known if line[1] in ("whole", "year before", *UNITS))
        self.rows = sorted(line for line in known if line[1] in queries.CUTS)
        self.reasons = {(line[2], line[4]) for line in known if line[1] == "refused"}
        self.usual = next((line[0] for line in self.rows), "12m")
        ends = {end for line in self.lines for end in span_of(line)} | {BEGINNING, END}
        self.ends = sorted(end for end in ends if BEGINNING <= end <= END)
        self.knows = Equations()
        self._put_in()

    def span(self, first: date, end: date, measures: Any) -> dict[Any, int]:
        """Give a span as the atoms of time between all ends that are told of."""
        first, end = max(first, BEGINNING), min(end, END)
        atoms = [(one, two) for one, two in pairwise(self.ends) if first <= one and two <= end]
        return {(measure, atom): 1 for measure in measures for atom in atoms}

    def _put_in(self) -> None:
        for atom in pairwise(self.ends):
            for one, other in PARTS:
                parts = {**{(name, atom): 1 for name in one}, **{(name, atom): -1 for name in other}}
                self.knows.add(parts, 0)
        for line in self.lines:
            measure, number = line[3:]
            if measure in WHOLES:
                self.knows.add(self.span(*span_of(line), WHOLES[measure]), number)
            elif measure == "open":
                everything = self.span(BEGINNING, END, ("received",))
                gone = self.span(BEGINNING, END, (*DECIDED, "withdrawn"))
                self.knows.add({**everything, **dict.fromkeys(gone, -1)}, number)
        self._put_in_rows()
        atoms = ({(name, atom): 1 for atom in pairwise(self.ends)} for name in MEASURES)
        self.knows.empty_zeros(atoms)

    def _put_in_rows(self) -> None:
        period = period_of(self.usual, TODAY)
        span = (period.first or BEGINNING, period.end or END)
        for cut, keys in CUT_KEYS.items():
            for measure in ROWS_TOLD:
                cells = {(cut, key, measure): 1 for key in keys}
                whole = self.span(*span, WHOLES[measure])
                self.knows.add({**cells, **dict.fromkeys(whole, -1)}, 0)
                self.knows.sums.append({(cut, key, measure): 1 for key in keys})  # type: ignore[misc]
            for key in keys:
                row = {(cut, key, "decided"): 1, (cut, key, "on_time"): -1, (cut, key, "late"): -1}
                self.knows.add(row, 0)
        shown = {line[1:3] for line in self.rows}
        for _period, cut, key, measure, number in self.rows:
            keys = [key] if key != tables.OTHERS else [one for one in CUT_KEYS[cut] if (cut, one) not in shown]
            if measure in ROWS_TOLD:
                self.knows.add({(cut, one, measure): 1 for one in keys}, number)
        self._put_in_reasons(span)

    def _put_in_reasons(self, span: tuple[date, date]) -> None:
        """Each refusal has one reason: told ones and those that aren't make up all that was refused."""
        told = {key for key, _number in self.reasons} - {tables.OTHERS}
        for key, number in self.reasons:
            keys = [key] if key != tables.OTHERS else [one for one in REASONS if one not in told]
            self.knows.add({("reason", one): 1 for one in keys}, number)
        refused = self.span(*span, ("refused",))
        self.knows.add({**{("reason", one): 1 for one in REASONS}, **dict.fromkeys(refused, -1)}, 0)

    def learned(self) -> Iterator[tuple[Any, int]]:
        """Give every number of people that follows: of any span of time, of any row, and what a row leaves over."""
        for name, measures in SOUGHT.items():
            yield from ((("span", name, *ends), number) for ends, number in self._spans(measures))
        for what, cells in self._sought():
            if (value := self.knows.value(cells)) is not None:
                yield what, int(value)

    def _sought(self) -> Iterator[tuple[Any, dict[Any, int]]]:
        """Give what else is looked for, as sums of cells."""
        for cut, keys in CUT_KEYS.items():
            for key in keys:
                for name, cells in ROWS_SOUGHT.items():
                    yield (cut, key, name), {(cut, key, measure): factor for measure, factor in cells.items()}
        received = self.span(BEGINNING, END, ("received",))
        yield ("ever", "undecided"), {**received, **dict.fromkeys(self.span(BEGINNING, END, DECIDED), -1)}
        yield from ((("reason", reason), {("reason", reason): 1}) for reason in REASONS)

    def _spans(self, measures: Any) -> Iterator[tuple[tuple[date, date], int]]:
        """Find spans whose sum follows: ends up to which the sums differ by nothing but a number."""
        groups: dict[Any, list[tuple[date, int]]] = {}
        for end in self.ends:
            row = self.knows.reduced(self.span(BEGINNING, end, measures))
            number = row.pop("a number", 0)
            groups.setdefault(frozenset(row.items()), []).append((end, int(number)))
        for group in groups.values():
            for place, (first, before) in enumerate(group):
                yield from (((first, end), after - before) for end, after in group[place + 1 :])


SOUGHT = {
    **{name: (name,) for name in MEASURES},
    "decided": DECIDED,
    "approved or closed": ("approved", "closed"),
    "refused or closed": ("refused", "closed"),
}
ROWS_SOUGHT: dict[str, dict[str, int]] = {
    **{name: {name: 1} for name in ROWS_TOLD},
    "not right": {"decided": 1, "first_time_right": -1},
}
CUT_KEYS = {
    "office": ["north-hall", "south-hall", "west-hall"],
    "channel": ["online", "counter", "post"],
    "version": ["1", "2"],
}
REASONS = ["a", "b"]


@pytest.fixture(autouse=True)
def permit() -> None:
    worlds.build_agencies("north", "south", "west")
    worlds.published([worlds.desk("judge")], towns=("north", "south", "west"))


def read(known: list[Known]) -> Reader:
    for model in (Count, Bucket, DayCount, Length):
        model.objects.all().delete()
    count(known)
    return Reader(published_lines())


def small_numbers(seed: int) -> list[tuple[Any, int]]:
    return [(what, number) for what, number in read(made_up(seed)).learned() if not are_told([number])]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_count_of_one_to_four_people_follows(seed: int) -> None:
    learned = list(read(made_up(seed)).learned())

    assert len(learned) > 20  # else the reader is no reader
    assert [(what, number) for what, number in learned if not are_told([number])] == []


def test_what_the_reader_learns_is_true() -> None:
    """The equations are the world's own: else a small number could be missed."""
    known = made_up(1)
    learned = [(what, number) for what, number in read(known).learned() if what[0] == "span"]

    assert len(learned) > 20
    for (_span, name, first, end), number in learned:
        assert number == truth(known, SOUGHT[name], first, end), (name, first, end)


def truth(known: list[Known], measures: Iterable[str], first: date, end: date) -> int:
    """Count what really was in a span."""
    sums: Counter[str] = Counter()
    for one in known:
        for (day, measure), number in share_of(one).numbers.items():
            sums[measure] += number if first <= day < end else 0
    sums["wrong"] = sum(sums[outcome] for outcome in DECIDED) - sums["first_time_right"]
    return sum(sums[measure] for measure in measures)


class TestWithoutAGuard:
    """Each guard is off in one test, and the reader learns what few people did."""

    def test_rows_that_hide_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def small_ones_only(rows: Any, already: Any = ()) -> set[Any]:
            return {key for key, numbers in rows.items() if key in already or not are_told(numbers)}

        monkeypatch.setattr(tables, "told_together", small_ones_only)

        assert any(what[0] in CUT_KEYS for seed in SEEDS for what, _number in small_numbers(seed))

    def test_stretches_of_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def every_end(_units: Any, allowed: Any, _wanted: Any) -> list[int]:
            return sorted(allowed)

        monkeypatch.setattr(sheets, "ends_of_stretches", every_end)

        assert any(what[0] == "span" for seed in SEEDS for what, _number in small_numbers(seed))

    def test_open_requests(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who knows what was received and decided knows how few are open."""
        before_this_month = date(2026, 11, 1)  # else it isn't told how many there were ever
        known = [one for one in made_up(0) if one.day and one.day < before_this_month]
        late = [one for one in known if one.ended_day and one.ended_day >= before_this_month]
        for one in [*late, *[one for one in known if one.outcome not in DECIDED][3:]]:
            one.outcome, one.ended_day, one.on_time, one.working_days = "approved", one.day, True, 0
            one.tallies = {}
        undecided = truth(known, ["received"], BEGINNING, END) - truth(known, DECIDED, BEGINNING, END)
        assert 0 < undecided < 5

        assert ("ever", "undecided") not in dict(read(known).learned())
        monkeypatch.setattr(sheets, "LEFT", {})
        assert dict(read(known).learned())["ever", "undecided"] == undecided
