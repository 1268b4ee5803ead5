"""Figures as pages, files and the API tell them, read from the roll-ups only.

Receipts, robot steps and minutes belong to the month of the submission, outcomes and times to the month of the end.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.transparency import reading, rules
from services.transparency.periods import (
    EVER,
    LAST_YEAR,
    YEAR_BEFORE,
    Period,
    period_of,
    unit_after,
    unit_of,
)
from services.transparency.reading import Book, Lengths
from services.transparency.rules import ASKED, DECIDED, HELD, REFUSED, STEP
from services.transparency.sheets import Sheet
from services.transparency.standing_still import STOPS
from services.transparency.standstills import Standstill, Sums, standstills
from services.transparency.tables import (
    MAIN_TOLD,
    SECOND_US,
    Bin,
    Buckets,
    Figures,
    Reason,
    Table,
    Took,
    figures_in,
    histogram,
    reasons_of,
    table_of,
    took,
)

CUTS = ("office", "channel", "version")
MOST_UNITS = {"day": 92, "week": 53, "month": 36, "quarter": 20, "year": 10}


@dataclass(frozen=True)
class StepTime:
    """How long a step took in decided requests, with which part of all steps' time it makes up."""

    key: str
    median: Took
    p90: Took
    share: float


@dataclass(frozen=True)
class Handling:
    """How long from the first to the last activity, in seconds; None where fewer than five cases would tell."""

    cases: int
    median: float | None
    mean: float | None
    deviation: float | None
    longest: float | None


@dataclass(frozen=True)
class Point:
    """One unit of time in a chart, from its first day on, with what may be told of it."""

    first: date
    figures: Figures


@dataclass(frozen=True)
class Service:
    """All figures of one service in a period, as they may be told."""

    period: Period
    is_usual: bool
    whole: Figures
    before: Figures | None
    series: list[Point]
    tables: Mapping[str, Table]
    refusals: list[Reason]
    questions: list[Reason]
    steps: list[StepTime]
    holders: list[StepTime]
    histogram: list[Bin]
    open_age: tuple[int | None, int | None]
    standstills: list[Standstill]
    handling: Handling
    years: list[int]

    @property
    def bottleneck(self) -> StepTime | None:
        return self.steps[0] if self.steps else None


def service_figures(service: str, today: date, period: str = "", unit: str = "month") -> Service:
    """Give the figures of a service; four or five queries. Without a period the last year, or ever if that is empty."""
    book = reading.book_of(service, today)
    usual = usual_period(book.sheet, today)
    chosen = period_of(period or usual, today)
    lengths = reading.lengths_of(service, chosen)
    whole = figures_in(book.sheet, chosen, lengths.whole)
    before = period_of(YEAR_BEFORE, today) if chosen.name == LAST_YEAR else None
    ages = reading.open_by_age(service, today) if whole.open else {}
    is_usual = chosen.name == usual
    sums = reading.sums_of_lengths(service, chosen)
    return Service(
        period=chosen,
        is_usual=is_usual,
        whole=whole,
        before=figures_in(book.sheet, before, {"running_days": lengths.of(before)}) if before else None,
        series=series_of(service, book.sheet, lengths, unit, today),
        tables=_tables(book, lengths, chosen) if is_usual else {},
        refusals=_refusals(book, chosen) if is_usual else [],
        questions=reasons_of(book.wrong[ASKED], chosen.name) if is_usual else [],
        steps=step_times(lengths.whole, STEP),
        holders=step_times(lengths.whole, HELD),
        histogram=histogram(lengths.whole["running_days"]) if is_usual and whole.decided else [],
        open_age=(rules.bucket_at(ages, 0.5), rules.bucket_at(ages, 0.9)),
        standstills=standstills(book.wrong[STOPS], chosen.name, lengths.whole, sums) if is_usual else [],
        handling=_handling(lengths, sums.get("handling", (0, 0, 0, 0))),
        years=[*range(book.sheet.units[-1].year, book.sheet.begun.year - 1, -1)],
    )


def period_figures(service: str, today: date, periods: Sequence[Period]) -> list[Figures]:
    """Give the figures of a service in several periods; two queries."""
    sheet = reading.book_of(service, today).sheet
    lengths = reading.lengths_of(service, periods[0])
    return [figures_in(sheet, period, {"running_days": lengths.of(period)}, period.name) for period in periods]


def usual_period(sheet: Sheet, today: date) -> str:
    """Give the last year when something was decided in it, else all time."""
    lately = period_of(LAST_YEAR, today)
    return LAST_YEAR if any(sheet.sum_of(outcome, lately) for outcome in DECIDED) else EVER


def _tables(book: Book, lengths: Lengths, period: Period) -> dict[str, Table]:
    return {cut: table_of(book.sheet, book.rows.get(cut, []), _spans(lengths, cut), period) for cut in CUTS}


def _refusals(book: Book, period: Period) -> list[Reason]:
    """Give the reasons of refusals; not where it isn't told how many were refused, for they add up to it."""
    return reasons_of(book.wrong[REFUSED], period.name) if book.sheet.tells("outcome", period) else []


def _spans(lengths: Lengths, cut: str) -> dict[str, Buckets]:
    return {key: buckets for (of, key), buckets in lengths.by_key.items() if of == cut}


def step_times(whole: Mapping[str, Buckets], start: str) -> list[StepTime]:
    """Give the steps, or the holders, of five requests or more, those with the most time first."""
    found = {name.removeprefix(start): buckets for name, buckets in whole.items() if name.startswith(start)}
    times = {
        key: sum(rules.middle_of(bucket) * cases for bucket, cases in buckets.items()) for key, buckets in found.items()
    }
    total = sum(times.values()) or 1
    told = [
        StepTime(key, took({}, found[key], 0.5), took({}, found[key], 0.9), times[key] / total)
        for key in sorted(times, key=lambda key: (-times[key], key))
    ]
    return [one for one in told if one.median]


def _handling(lengths: Lengths, sums: Sums) -> Handling:
    cases, total, squares, longest = sums
    if cases < rules.FEWEST_CASES:
        return Handling(0, None, None, None, None)
    deviation = rules.sample_deviation(cases, total, squares)
    median = rules.quantile(lengths.whole.get("handling", {}), 0.5)
    seconds = [None if one is None else one / SECOND_US for one in (median, total / cases, deviation, longest)]
    return Handling(cases, *seconds)


def series_of(service: str, sheet: Sheet, lengths: Lengths, unit: str, today: date) -> list[Point]:
    """Give what may be told of each unit of time, the latest of them; by days and weeks one more query."""
    if unit in ("day", "week"):
        return _days(service, sheet, unit, today)
    firsts = list(_units(sheet.begun, sheet.units[-1], unit))[-MOST_UNITS[unit] :]
    if unit_of(sheet.last_counted, unit) < firsts[0]:  # what ended long ago is drawn as it was then
        firsts = list(_units(sheet.begun, sheet.last_counted, unit))[-MOST_UNITS[unit] :]
    periods = [Period(unit, first, unit_after(first, unit)) for first in firsts]
    return [
        Point(first, figures_in(sheet, period, {"running_days": lengths.of(period)}))
        for first, period in zip(firsts, periods, strict=True)
    ]


def _units(first: date, last: date, unit: str) -> Iterator[date]:
    begin = unit_of(first, unit)
    while begin <= last:
        yield begin
        begin = unit_after(begin, unit)


def _days(service: str, sheet: Sheet, unit: str, today: date) -> list[Point]:
    """Part the stretches of months, of which something may be told, into days that may be told."""
    counts = reading.by_day(service, [*DECIDED, "received"])
    known = [day for days in counts.values() for day in days]
    if not known:
        return []
    days = [unit_of(min(known), "month")]
    while days[-1] < max(*known, today):
        days.append(unit_after(days[-1], "day"))
    columns = {name: [numbers.get(day, 0) for day in days] for name, numbers in counts.items()}
    sheets = {name: Sheet(days, columns, ends_told(sheet, name)) for name in ("received", "decided")}
    firsts = list(_units(today - MOST_UNITS[unit] * (unit_after(today, unit) - today), today, unit))
    return [_point(sheets, Period(unit, first, unit_after(first, unit))) for first in firsts[-MOST_UNITS[unit] :]]


def _point(sheets: Mapping[str, Sheet], period: Period) -> Point:
    assert period.first
    decided = sum(sheets["decided"].sum_of(outcome, period) for outcome in DECIDED)
    numbers = {
        "received": sheets["received"].number("received", period),
        "decided": decided if sheets["decided"].tells("decided", period) else None,
    }
    return Point(period.first, Figures("", numbers))


def ends_told(sheet: Sheet, family: str) -> list[date]:
    """Give between which first days of units the numbers of a family are told."""
    return [sheet.units[end] for end in sorted(sheet.ends(family)) if end < len(sheet.units)]


@dataclass(frozen=True)
class Summary:
    """The main figures of one service: ever, in the last year, and in the year before."""

    ever: Figures
    lately: Figures
    before: Figures

    @property
    def usual(self) -> Figures:
        return self.ever if self.usual_period == EVER else self.lately

    @property
    def usual_period(self) -> str:
        return EVER if self.lately.decided == 0 else LAST_YEAR


def summaries(services: Sequence[str], today: date) -> dict[str, Summary]:
    """Give the main figures of services by their codes; three to five queries for all of them."""
    lately, before, ever = (period_of(name, today) for name in (LAST_YEAR, YEAR_BEFORE, EVER))
    sheets = reading.sheets_of(services, today)
    assert lately.first
    assert lately.end
    spans = reading.spans_of(services, lately.first, lately.end)
    idle = [code for code in services if not any(spans[code].values())]
    spans_ever = reading.spans_of(idle, reading.BEGINNING, date.max) if idle else {}
    return {
        code: Summary(
            figures_in(sheet, ever, spans_ever.get(code, {}), code, MAIN_TOLD),
            figures_in(sheet, lately, spans[code], code, MAIN_TOLD),
            figures_in(sheet, before, {}, code, MAIN_TOLD),
        )
        for code, sheet in sheets.items()
    }


def decided_in_all(services: Sequence[str], today: date) -> int:
    """Count the requests that were decided, of all services of which it may be told; one query."""
    ever = period_of(EVER, today)
    sheets = reading.sheets_of(services, today)
    told = (sheet for sheet in sheets.values() if sheet.tells("decided", ever))
    return sum(sheet.sum_of(outcome, ever) for sheet in told for outcome in DECIDED)


def plain_numbers(
    services: Collection[str], today: date, offices: Collection[str] | None = None
) -> dict[str, Counter[str]]:
    """Give counts of services as they are, of all time, for those who work there; of some offices only if given."""
    cut = "" if offices is None else "office"
    sheets = reading.sheets_of(services, today, cut, offices)
    return {
        code: Counter({measure: sum(numbers) for measure, numbers in sheet.counts.items()})
        for code, sheet in sheets.items()
    }
