"""Working days and texts: pure functions without Django."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LAST_MOMENT = time(23, 59, 59, 999999)
DayKind = Literal["working", "calendar"]
Stop = tuple[datetime, datetime | None]


def in_language(texts: Mapping[Any, str], language: str) -> str:
    """Give the text in a language, else in English, else in any; empty when there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


@dataclass(frozen=True)
class WorkingCalendar:
    """The days on which an agency works, in its time zone."""

    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()

    def counts(self, day: date, kind: DayKind) -> bool:
        """Tell whether a day counts for a span of working or calendar days."""
        return kind == "calendar" or (day.weekday() in self.weekdays and day not in self.holidays)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """Give the last moment of a day in the agency's time zone."""
        return datetime.combine(day, LAST_MOMENT, self.zone)

    def days_after(self, moment: datetime) -> Iterator[date]:
        day = self.day_of(moment)
        while True:
            day += DAY
            yield day


def due_at(
    start: datetime, days: int, kind: DayKind, calendar: WorkingCalendar, stops: Sequence[Stop] = ()
) -> datetime:
    """Give the last moment of a legal limit of `days` after `start`.

    The day of `start` doesn't count. A day on whose last moment the clock stood still doesn't count either. While a
    stop is open-ended the limit is computed as if the clock went on at the end of that stop's own day.
    """
    if days == 0:
        return calendar.end_of(calendar.day_of(start))
    counted = 0
    for day in calendar.days_after(start):
        if calendar.counts(day, kind) and not _is_stopped(calendar.end_of(day), stops):
            counted += 1
        if counted == days:
            return calendar.end_of(day)
    raise AssertionError("days never end")


def end_of_period(start: datetime, days: int, kind: DayKind, calendar: WorkingCalendar) -> datetime:
    """Give the last moment to hand something in; a period that would end on a day off ends on the next working day."""
    end = due_at(start, days, kind, calendar)
    return end if calendar.counts(calendar.day_of(end), "working") else due_at(end, 1, "working", calendar)


def due_after_stop(
    due: datetime, start: datetime, stop: tuple[datetime, datetime], kind: DayKind, calendar: WorkingCalendar
) -> datetime:
    """Give the limit after one more stop of the clock has ended: as many counted days later as the stop took away.

    The same as counting again from `start` with all stops, and right also for a limit that was set by hand: the time
    of day stays.
    """
    lost = 0
    for day in calendar.days_after(start):
        if day > calendar.day_of(due):
            break
        lost += calendar.counts(day, kind) and _is_stopped(calendar.end_of(day), [stop])
    if not lost:
        return due
    for day in calendar.days_after(due):
        lost -= calendar.counts(day, kind) and not _is_stopped(calendar.end_of(day), [stop])
        if not lost:
            return datetime.combine(day, due.astimezone(calendar.zone).time(), calendar.zone)
    raise AssertionError("days never end")


def _is_stopped(moment: datetime, stops: Sequence[Stop]) -> bool:
    return any(stopped <= moment and resumed is not None and moment < resumed for stopped, resumed in stops)


def working_days(start: datetime, end: datetime, calendar: WorkingCalendar) -> int:
    """Count the working days after the day of `start`, up to and with the day of `end`: 0 on the same day."""
    first, last = calendar.day_of(start) + DAY, calendar.day_of(end)
    return sum(calendar.counts(day, "working") for day in _days(first, last))


def lost_days(start: datetime, stop: tuple[datetime, datetime], calendar: WorkingCalendar) -> int:
    """Count the working days after the day of `start` at whose end the clock stood still."""
    first = max(calendar.day_of(start) + DAY, calendar.day_of(stop[0]))
    days = (day for day in _days(first, calendar.day_of(stop[1])) if calendar.counts(day, "working"))
    return sum(_is_stopped(calendar.end_of(day), [stop]) for day in days)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + DAY * number for number in range((last - first).days + 1))


def running_seconds(start: datetime, end: datetime, stops: Sequence[Stop]) -> float:
    """Give the seconds between two moments in which the clock ran."""
    stopped = sum(
        (max(min(resumed or end, end) - max(stopped, start), timedelta(0)) for stopped, resumed in stops), timedelta(0)
    )
    return (end - start - stopped).total_seconds()
