"""The legal clock against a recount by brute force."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.agencies.rules import Stop, WorkingCalendar, due_after_stop, due_at, end_of_period, running_seconds

BAKU = ZoneInfo("Asia/Baku")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 30), timezones=st.just(UTC))
CALENDARS = st.builds(
    WorkingCalendar,
    st.sampled_from([BAKU, ZoneInfo("Europe/Paris"), ZoneInfo("UTC")]),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=30),
)
KINDS = st.sampled_from(["working", "calendar"])


@st.composite
def starts_and_stops(draw: st.DrawFn) -> tuple[datetime, list[tuple[datetime, datetime]]]:
    """Give a start and some stops after it that don't overlap."""
    start = draw(MOMENTS)
    cuts = sorted(draw(st.lists(st.integers(0, 60 * 24 * 60), max_size=6, unique=True)))
    moments = [start + timedelta(minutes=cut) for cut in cuts]
    return start, list(zip(moments[::2], moments[1::2], strict=False))


def recount(start: datetime, days: int, kind: str, calendar: WorkingCalendar, stops: list[Stop]) -> datetime:
    """Count day by day, in the plainest way."""
    day = start.astimezone(calendar.zone).date()
    while days:
        day += timedelta(days=1)
        end = datetime.combine(day, time.max, calendar.zone)
        works = kind == "calendar" or (day.weekday() in calendar.weekdays and day not in calendar.holidays)
        stands = any(stopped <= end < resumed for stopped, resumed in stops if resumed)
        days -= works and not stands
    return datetime.combine(day, time.max, calendar.zone)


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
    plain = due_at(start, days, kind, calendar)

    assert calendar.counts(calendar.day_of(end), "working")
    assert end >= plain
    between = (calendar.day_of(plain) + timedelta(days=n) for n in range((end - plain).days))
    assert not any(calendar.counts(day, "working") for day in between)
