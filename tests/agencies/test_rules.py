"""The legal clock against a recount by brute force."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agencies.rules import (
    SpecialDay,
    Stop,
    WorkingCalendar,
    due_after_stop,
    due_at,
    end_of_period,
    lost_days,
    running_seconds,
    working_days,
)

BAKU = ZoneInfo("Asia/Baku")
PLACES = ("Asia/Baku", "Europe/Paris", "UTC", "America/Santiago", "Africa/Cairo", "Pacific/Auckland", "America/Havana")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 30), timezones=st.just(UTC))
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
CALENDARS = st.builds(
    WorkingCalendar,
    # Santiago and Cairo turn their clocks at midnight: an hour that doesn't exist, or a last hour that comes twice.
    st.sampled_from([ZoneInfo(f"{place}") for place in PLACES]),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(DAYS, max_size=30),
    st.frozensets(DAYS, max_size=10),
    st.dictionaries(DAYS, st.times(time(9), time(16)), max_size=20),
)
KINDS = st.sampled_from(["working", "calendar"])


@st.composite
def starts_and_stops(draw: st.DrawFn) -> tuple[datetime, list[tuple[datetime, datetime]]]:
    """Give a start and some stops after it that don't overlap."""
    start = draw(MOMENTS)
    cuts = sorted(draw(st.lists(st.integers(0, 60 * 24 * 60), max_size=6, unique=True)))
    moments = [start + timedelta(minutes=cut) for cut in cuts]
    return start, list(zip(moments[::2], moments[1::2], strict=False))


def last_moment(day: date, kind: str, calendar: WorkingCalendar) -> datetime:
    """Look for the last minute of a day by trying, from its closing on a half day."""
    if kind == "working" and day in calendar.closings:
        return datetime.combine(day, calendar.closings[day], calendar.zone).astimezone(UTC)
    moment = datetime.combine(day + timedelta(days=1), time(3), calendar.zone).astimezone(UTC)
    while moment.astimezone(calendar.zone).date() > day:
        moment -= timedelta(minutes=1)
    return moment + timedelta(minutes=1, microseconds=-1)


def works(day: date, kind: str, calendar: WorkingCalendar) -> bool:
    opens = day in calendar.extra_days or day in calendar.closings
    return kind == "calendar" or opens or (day.weekday() in calendar.weekdays and day not in calendar.holidays)


def recount(start: datetime, days: int, kind: str, calendar: WorkingCalendar, stops: list[Stop]) -> datetime:
    """Count day by day, in the plainest way."""
    day = start.astimezone(calendar.zone).date()
    if start > last_moment(day, kind, calendar):
        day += timedelta(days=1)
    while days:
        day += timedelta(days=1)
        end = last_moment(day, kind, calendar)
        stands = any(stopped <= end < resumed for stopped, resumed in stops if resumed)
        days -= works(day, kind, calendar) and not stands
    return last_moment(day, kind, calendar)


@given(starts_and_stops(), st.integers(0, 40), KINDS, CALENDARS)
def test_the_limit_is_that_of_a_recount(case, days, kind, calendar) -> None:
    start, stops = case
    assert due_at(start, days, kind, calendar, stops) == recount(start, days, kind, calendar, stops)


@given(starts_and_stops(), st.integers(0, 40), KINDS, CALENDARS)
def test_stop_after_stop_gives_the_same_as_all_at_once(case, days, kind, calendar) -> None:
    start, stops = case
    due = due_at(start, days, kind, calendar)
    for stop in stops:
        due = due_after_stop(due, start, stop, kind, calendar)
    assert due == due_at(start, days, kind, calendar, stops)


@given(MOMENTS, st.integers(0, 60 * 24 * 20), st.integers(1, 40), KINDS, CALENDARS)
def test_who_comes_later_is_never_served_earlier(start, minutes, days, kind, calendar) -> None:
    assert due_at(start, days, kind, calendar) <= due_at(start + timedelta(minutes=minutes), days, kind, calendar)


@given(MOMENTS, st.integers(1, 40), KINDS, CALENDARS)
def test_closing_hours_shorten_nothing_for_applicants(start, days, kind, calendar) -> None:
    free = calendar.until_midnight

    assert all(free.counts(day, kind) == calendar.counts(day, kind) for day in calendar.closings)
    day = free.day_of(due_at(start, days, kind, free))
    assert due_at(start, days, kind, free) == last_moment(day, "calendar", calendar)


@given(MOMENTS, st.integers(0, 60 * 24 * 40), st.integers(1, 40), CALENDARS)
def test_measured_working_days_are_those_of_the_limit(start, minutes, days, calendar) -> None:
    """On a working day: decided by the limit of so many days is the same as measured in at most so many."""
    end = start + timedelta(minutes=minutes)
    if calendar.counts(calendar.day_of(end), "working"):
        in_time = end <= due_at(start, days, "working", calendar)
        assert in_time == (working_days(start, end, calendar) <= days)


@given(MOMENTS, st.integers(0, 60 * 24 * 20), st.integers(1, 60 * 24 * 20), CALENDARS)
def test_measured_lost_days_are_those_at_whose_end_the_limit_stands_still(start, before, length, calendar) -> None:
    stop = (start + timedelta(minutes=before), start + timedelta(minutes=before + length))

    lost = [
        day for day in counted(start, stop[1], calendar) if stop[0] <= last_moment(day, "working", calendar) < stop[1]
    ]

    assert lost_days(start, stop, calendar) == len(lost)


def counted(start: datetime, end: datetime, calendar: WorkingCalendar) -> list[date]:
    """Give the working days after a start, by looking at each."""
    first, last = calendar.day_received(start, "working"), calendar.day_of(end)
    days = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]
    return [day for day in days if works(day, "working", calendar)]


class TestHalfDay:
    """Friday, the last of the year, until one o'clock; the week after, Monday is worked."""

    friday = date(2027, 12, 31)
    calendar = WorkingCalendar(BAKU, closings={friday: time(13)})

    def test_is_a_working_day_that_ends_at_its_closing(self) -> None:
        thursday = datetime(2027, 12, 30, 16, tzinfo=BAKU)
        assert due_at(thursday, 1, "working", self.calendar) == datetime(2027, 12, 31, 13, tzinfo=BAKU)
        assert due_at(thursday, 1, "calendar", self.calendar) == datetime.combine(self.friday, time.max, BAKU)

    def test_what_comes_after_its_closing_comes_the_next_day(self) -> None:
        closing = WorkingCalendar(BAKU, closings={date(2027, 12, 30): time(13)})
        before, after = (datetime(2027, 12, 30, hour, tzinfo=BAKU) for hour in (13, 14))
        assert due_at(before, 1, "working", closing) == datetime.combine(self.friday, time.max, BAKU)
        assert due_at(after, 1, "working", closing) == datetime.combine(date(2028, 1, 3), time.max, BAKU)

    def test_is_measured_as_the_limit_counts_it(self) -> None:
        """One day until its closing, two after it; and what came after a closing came the next day."""
        thursday = datetime(2027, 12, 30, 16, tzinfo=BAKU)
        in_time, late = (datetime(2027, 12, 31, hour, tzinfo=BAKU) for hour in (13, 14))
        assert [working_days(thursday, end, self.calendar) for end in (thursday, in_time, late)] == [0, 1, 2]
        closing = WorkingCalendar(BAKU, closings={date(2027, 12, 30): time(13)})
        assert working_days(thursday, in_time, closing) == 0

    def test_is_lost_when_the_clock_stood_still_at_its_closing(self) -> None:
        thursday = datetime(2027, 12, 30, 16, tzinfo=BAKU)
        noon, two, ten = (datetime(2027, 12, 31, hour, tzinfo=BAKU) for hour in (12, 14, 22))
        assert lost_days(thursday, (noon, two), self.calendar) == 1
        assert lost_days(thursday, (two, ten), self.calendar) == 0
        assert lost_days(thursday, (two, datetime(2028, 1, 1, 1, tzinfo=BAKU)), self.calendar) == 0

    def test_may_be_a_saturday(self) -> None:
        saturday = WorkingCalendar(BAKU, closings={date(2028, 1, 1): time(12)})
        friday = datetime(2027, 12, 31, 10, tzinfo=BAKU)
        assert due_at(friday, 1, "working", saturday) == datetime(2028, 1, 1, 12, tzinfo=BAKU)

    def test_a_limit_that_moves_onto_it_ends_at_its_closing_and_one_that_leaves_it_at_midnight(self) -> None:
        start = datetime(2027, 12, 27, 8, tzinfo=BAKU)
        stop = (datetime(2027, 12, 28, 8, tzinfo=BAKU), datetime(2027, 12, 29, 8, tzinfo=BAKU))
        for days, ends in (
            (3, datetime(2027, 12, 31, 13, tzinfo=BAKU)),
            (4, datetime(2028, 1, 3, 23, 59, tzinfo=BAKU)),
        ):
            due = due_at(start, days, "working", self.calendar)
            moved = due_after_stop(due, start, stop, "working", self.calendar)
            assert moved.replace(second=0, microsecond=0) == ends


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("Africa/Cairo", date(2026, 4, 23), datetime(2026, 4, 23, 21, 59, 59, 999999, UTC)),  # then comes one o'clock
        ("Africa/Cairo", date(2026, 10, 29), datetime(2026, 10, 29, 21, 59, 59, 999999, UTC)),  # its last hour, twice
        ("Asia/Baku", date(2026, 3, 2), datetime(2026, 3, 2, 19, 59, 59, 999999, UTC)),
    ],
)
def test_a_day_ends_when_the_next_begins(zone: str, day: date, utc: datetime) -> None:
    end = WorkingCalendar(ZoneInfo(zone)).end_of(day)

    assert end == utc
    assert (end + timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() == day + timedelta(days=1)


def test_of_two_special_days_on_one_date_the_later_given_counts() -> None:
    saturday = date(2026, 3, 7)
    law = SpecialDay(saturday, "off")
    assert not WorkingCalendar.of(BAKU, range(6), [SpecialDay(saturday, "working"), law]).counts(saturday, "working")
    own = WorkingCalendar.of(BAKU, range(6), [law, SpecialDay(saturday, "half", time(13))])
    assert own.counts(saturday, "working")
    assert own.end_of(saturday, "working") == datetime(2026, 3, 7, 13, tzinfo=BAKU)


@given(starts_and_stops(), st.integers(0, 60 * 24 * 90))
def test_running_time_is_that_of_a_recount_by_minutes(case, minutes) -> None:
    start, stops = case
    end = start + timedelta(minutes=minutes)
    running = sum(
        not any(stopped <= start + timedelta(minutes=minute) < resumed for stopped, resumed in stops)
        for minute in range(minutes)
    )
    assert running_seconds(start, end, stops) == running * 60


def test_a_limit_set_by_hand_keeps_its_time_of_day() -> None:
    calendar = WorkingCalendar(BAKU)
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    due = datetime(2026, 3, 10, 13, 41, 31, tzinfo=BAKU)
    stop = (datetime(2026, 3, 3, 8, tzinfo=UTC), datetime(2026, 3, 5, 8, tzinfo=UTC))
    assert due_after_stop(due, start, stop, "working", calendar) == datetime(2026, 3, 12, 13, 41, 31, tzinfo=BAKU)


@given(MOMENTS, st.integers(1, 90), KINDS, CALENDARS)
def test_a_period_ends_on_a_working_day_and_never_early(
    start: datetime, days: int, kind: str, calendar: WorkingCalendar
) -> None:
    end = end_of_period(start, days, kind, calendar)
    plain = due_at(start, days, kind, calendar.until_midnight)

    assert calendar.counts(calendar.day_of(end), "working")
    assert end >= plain
    between = (calendar.day_of(plain) + timedelta(days=n) for n in range((end - plain).days))
    assert not any(calendar.counts(day, "working") for day in between)
