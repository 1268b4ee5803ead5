"""Working days and texts: pure functions without Django."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
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
class SpecialDay:
    """A day on which an office doesn't work as on others: off, worked though others rest, or worked until an hour."""

    date: date
    kind: Literal["off", "working", "half"]
    closes_at: time | None = None


@dataclass(frozen=True)
class WorkingCalendar:
    """The days on which an agency works, in its time zone; half days with the hour at which they end."""

    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()
    closings: Mapping[date, time] = field(default_factory=dict)

    @classmethod
    def of(cls, zone: ZoneInfo, weekdays: Iterable[int], days: Iterable[SpecialDay]) -> "WorkingCalendar":
        """Put a calendar together; of two special days on one date the later given counts."""
        by_date = {day.date: day for day in days}
        return cls(
            zone,
            frozenset(weekdays),
            frozenset(day.date for day in by_date.values() if day.kind == "off"),
            frozenset(day.date for day in by_date.values() if day.kind == "working"),
            {day.date: day.closes_at for day in by_date.values() if day.kind == "half" and day.closes_at},
        )

    @property
    def until_midnight(self) -> "WorkingCalendar":
        """Give the same days without closing hours: for applicants, who may hand in until the day ends."""
        return replace(self, extra_days=self.extra_days | self.closings.keys(), closings={})

    def counts(self, day: date, kind: DayKind) -> bool:
        """Tell whether a day counts for a span of working or calendar days; a half day is a working day."""
        if kind == "calendar" or day in self.extra_days or day in self.closings:
            return True
        return day.weekday() in self.weekdays and day not in self.holidays

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def day_received(self, moment: datetime, kind: DayKind) -> date:
        """Give the day on which something counts as received; for working days, after closing, the next."""
        day = self.day_of(moment)
        return day + DAY if moment > self.end_of(day, kind) else day

    def end_of(self, day: date, kind: DayKind = "calendar") -> datetime:
        """Give the last moment of a day in the agency's time zone, in UTC; in working days a half day ends at closing.

        Of a moment that comes twice because clocks are turned back, it is the later one.
        """
        last = self.closings.get(day, LAST_MOMENT) if kind == "working" else LAST_MOMENT
        return datetime.combine(day, last.replace(fold=1), self.zone).astimezone(UTC)

    def days_after(self, moment: datetime) -> Iterator[date]:
        return days_from(self.day_of(moment))


def days_from(day: date) -> Iterator[date]:
    """Give the days after a day, for ever."""
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
    received = calendar.day_received(start, kind)
    if days == 0:
        return calendar.end_of(received, kind)
    counted = 0
    for day in days_from(received):
        if calendar.counts(day, kind) and not _is_stopped(calendar.end_of(day, kind), stops):
            counted += 1
        if counted == days:
            return calendar.end_of(day, kind)
    raise AssertionError("days never end")


def end_of_period(start: datetime, days: int, kind: DayKind, calendar: WorkingCalendar) -> datetime:
    """Give the last moment to hand something in; a period that would end on a day off ends on the next working day.

    Closing hours don't shorten it.
    """
    calendar = calendar.until_midnight
    end = due_at(start, days, kind, calendar)
    return end if calendar.counts(calendar.day_of(end), "working") else due_at(end, 1, "working", calendar)


def due_after_stop(
    due: datetime, start: datetime, stop: tuple[datetime, datetime], kind: DayKind, calendar: WorkingCalendar
) -> datetime:
    """Give the limit after one more stop of the clock has ended: as many counted days later as the stop took away.

    The same as counting again from `start` with all stops, and right also for a limit that was set by hand: the time
    of day stays.
    """
    due_day, lost = calendar.day_of(due), 0
    for day in days_from(calendar.day_received(start, kind)):
        if day > due_day:
            break
        lost += calendar.counts(day, kind) and _is_stopped(calendar.end_of(day, kind), [stop])
    if not lost:
        return due
    for day in days_from(due_day):
        lost -= calendar.counts(day, kind) and not _is_stopped(calendar.end_of(day, kind), [stop])
        if not lost:
            return _same_time(due, day, kind, calendar)
    raise AssertionError("days never end")


def _same_time(due: datetime, day: date, kind: DayKind, calendar: WorkingCalendar) -> datetime:
    """Give the moment on another day at which a limit ends: the end of the day, or the time that was set by hand."""
    end = calendar.end_of(day, kind)
    if due >= calendar.end_of(calendar.day_of(due), kind):
        return end
    by_hand = datetime.combine(day, due.astimezone(calendar.zone).time(), calendar.zone)
    return min(by_hand.astimezone(UTC), end)


def _is_stopped(moment: datetime, stops: Sequence[Stop]) -> bool:
    return any(stopped <= moment and resumed is not None and moment < resumed for stopped, resumed in stops)


def working_days(start: datetime, end: datetime, calendar: WorkingCalendar) -> int:
    """Count the working days after the day of `start`, up to and with the day of `end`: 0 on the same day.

    As legal limits count them: what comes after a half day's closing came on the next working day.
    """
    first, last = calendar.day_received(start, "working") + DAY, calendar.day_of(end)
    came_late = first <= last and end > calendar.end_of(last, "working")
    return sum(calendar.counts(day, "working") for day in _days(first, last)) + came_late


def lost_days(start: datetime, stop: tuple[datetime, datetime], calendar: WorkingCalendar) -> int:
    """Count the working days after the day of `start` at whose end the clock stood still, a half day’s its closing."""
    first = max(calendar.day_received(start, "working") + DAY, calendar.day_of(stop[0]))
    days = (day for day in _days(first, calendar.day_of(stop[1])) if calendar.counts(day, "working"))
    return sum(_is_stopped(calendar.end_of(day, "working"), [stop]) for day in days)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + DAY * number for number in range((last - first).days + 1))


def running_seconds(start: datetime, end: datetime, stops: Sequence[Stop]) -> float:
    """Give the seconds between two moments in which the clock ran."""
    stopped = sum(
        (max(min(resumed or end, end) - max(stopped, start), timedelta(0)) for stopped, resumed in stops), timedelta(0)
    )
    return (end - start - stopped).total_seconds()
