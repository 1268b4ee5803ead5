"""Counts of several services by month, added up: only of services of which the same months may be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.transparency import reading
from services.transparency.periods import Period, months_after, months_between, unit_after
from services.transparency.tables import Figures, figures_in

MOST_MONTHS = 24
Numbers = tuple[int, ...]


@dataclass(frozen=True)
class Sums:
    """Numbers of some services by month, `of` all that had any; None in months of which they may not be told."""

    services: int
    of: int
    numbers: list[Numbers | None]


def monthly(services: Sequence[str], today: date) -> tuple[list[date], dict[str, list[Figures]]]:
    """Give whole months, from the first in which anything was counted, and each service's counts in them; one query."""
    sheets = reading.month_sheets(services, today)
    end = today.replace(day=1)
    begin = max([months_after(end, -MOST_MONTHS), min((sheet.begun for sheet in sheets.values()), default=end)])
    months = list(months_between(begin, end))
    periods = [Period("month", month, unit_after(month, "month")) for month in months]
    names = ["received", "on_time", "late"]
    return months, {
        code: [figures_in(sheet, period, {}, code, names) for period in periods] for code, sheet in sheets.items()
    }


def added_up(told: Mapping[str, Sequence[Figures]], *names: str) -> Sums:
    """Add up numbers of the services of which the same months may be told.

    First is the service of which most is told; each other is added when it is told in all of its months. So the sums
    are always of the same services, and whatever is told has been told of each of them.
    """
    every = {code: [_numbers(figures, names) for figures in row] for code, row in told.items()}
    columns = {code: column for code, column in every.items() if any(one is None or any(one) for one in column)}
    ordered = sorted(columns, key=lambda code: (-sum(sum(numbers or ()) for numbers in columns[code]), code))
    if not ordered:
        return Sums(0, 0, [])
    months = _told(columns[ordered[0]])
    chosen = [columns[code] for code in ordered if months <= _told(columns[code])]
    sums = [_added(column) if at in months else None for at, column in enumerate(zip(*chosen, strict=True))]
    return Sums(len(chosen), len(columns), sums)


def _numbers(figures: Figures, names: Sequence[str]) -> Numbers | None:
    numbers = [figures.numbers.get(name) for name in names]
    known = tuple(number for number in numbers if number is not None)
    return known if len(known) == len(names) else None


def _told(column: Sequence[Numbers | None]) -> set[int]:
    return {at for at, numbers in enumerate(column) if numbers is not None}


def _added(column: Sequence[Numbers | None]) -> Numbers:
    return tuple(sum(numbers) for numbers in zip(*(told for told in column if told is not None), strict=True))
