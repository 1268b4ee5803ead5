"""On which days agencies work otherwise than usual, and until when that is known."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.agencies.models import Agency, Calendar, Holiday, OwnDay

FAR_ENOUGH_DAYS = 365
AHEAD = timedelta(days=366)


def special_days(agency: Agency, today: date) -> Sequence[Holiday | OwnDay]:
    """Give the special days from today on for a year, each once: the agency's own before the calendar's."""
    span = {"date__gte": today, "date__lte": today + AHEAD}
    by_date: dict[date, Holiday | OwnDay] = {day.date: day for day in agency.calendar.holidays.filter(**span)}
    by_date |= {day.date: day for day in agency.own_days.filter(removed_at=None, **span).select_related("added_by")}
    return [by_date[day] for day in sorted(by_date)]


def known_until(calendar: Calendar, today: date) -> date | None:
    """Give the last day of the years, from this one on, of which the days off are known; None when this one isn't."""
    years = {day.year for day in calendar.holidays.dates("date", "year")}
    year = today.year
    while year in years:
        year += 1
    return date(year - 1, 12, 31) if year > today.year else None


def running_out(today: date) -> list[Calendar]:
    """Give the calendars of agencies whose days off aren't known for a year to come."""
    used = Calendar.objects.filter(pk__in=Agency.objects.values("calendar")).order_by("code")
    return [calendar for calendar in used if _is_running_out(calendar, today)]


def _is_running_out(calendar: Calendar, today: date) -> bool:
    until = known_until(calendar, today)
    return until is None or (until - today).days < FAR_ENOUGH_DAYS
