"""Until when calendars are known."""

from datetime import date

from services.agencies.models import Agency, Calendar

FAR_ENOUGH_DAYS = 365


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
