"""Periods of figures, by their names in addresses: pure functions without Django."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

WRITTEN = re.compile(r"(?P<year>20\d\d)(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")
EVER, YEAR_BEFORE, LAST_YEAR = "all", "12m-before", "12m"
UNITS = ("day", "week", "month", "quarter", "year")


class UnknownPeriod(ValueError):
    """The name of a period isn't one."""


class ReversedPeriod(UnknownPeriod):
    """A period would end before it begins."""


@dataclass(frozen=True)
class Period:
    """Whole months from the month of `first` on, before the month of `end`; None means from or up to whenever."""

    name: str
    first: date | None
    end: date | None

    def has(self, month: date) -> bool:
        return (self.first is None or month >= self.first) and (self.end is None or month < self.end)


def period_of(name: str, today: date) -> Period:
    """Read `all`, `12m` (the last whole months), `12m-before`, `2026`, `2026-Q1`, `2026-03`, `2025-04..2026-Q1`."""
    if name == EVER:
        return Period(name, None, None)
    this = today.replace(day=1)
    if name in (LAST_YEAR, YEAR_BEFORE):
        end = this if name == LAST_YEAR else months_after(this, -12)
        return Period(name, months_after(end, -12), end)
    if ".." in name:
        return _span(name, today)
    found = WRITTEN.fullmatch(name)
    if not found:
        raise UnknownPeriod(name)
    year, quarter, month = (int(part) if part else None for part in found.group("year", "quarter", "month"))
    assert year is not None
    first = date(year, month or (3 * quarter - 2 if quarter else 1), 1)
    if first > today:
        raise UnknownPeriod(name)
    return Period(name, first, months_after(first, 1 if month else 3 if quarter else 12))


def _span(name: str, today: date) -> Period:
    """Read `2025-04..2026-03`: from the beginning of one named period to the end of another."""
    first, _dots, last = name.partition("..")
    if not (WRITTEN.fullmatch(first) and WRITTEN.fullmatch(last)):
        raise UnknownPeriod(name)
    begin, end = period_of(first, today), period_of(last, today)
    assert begin.first
    assert end.end
    if begin.first >= end.end:
        raise ReversedPeriod(name)
    return Period(name, begin.first, end.end)


def months_after(month: date, count: int) -> date:
    """Give the month that is so many months after another; before it when the count is negative."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def months_between(first: date, end: date) -> Iterator[date]:
    """Give every month from one on, before another."""
    while first < end:
        yield first
        first = months_after(first, 1)


def unit_of(day: date, unit: str) -> date:
    """Give the first day of the day's week, month, quarter or year; the day itself for a day."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return day if unit == "day" else date(day.year, 1, 1)


def unit_after(first: date, unit: str) -> date:
    """Give the first day of the next unit."""
    if unit in ("day", "week"):
        return first + timedelta(days=1 if unit == "day" else 7)
    return months_after(first, {"month": 1, "quarter": 3, "year": 12}[unit])
