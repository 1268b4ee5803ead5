"""Take the days off of countries into the calendars, years ahead, so that no limit is counted without them."""

from datetime import date, datetime

import structlog
from django.db import transaction

from services.agencies import country_lists
from services.agencies.models import Calendar, Holiday

log = structlog.get_logger(__name__)
YEARS_AHEAD = 5


def extend_calendars(now: datetime) -> int:
    """Let every calendar of a country have the days of the years to come; give how many calendars changed.

    Nothing is read when the list and the years are those of the last time.
    """
    return sum(extend(calendar, calendar.day_of(now)) for calendar in Calendar.objects.exclude(country=""))


def extend(calendar: Calendar, today: date) -> bool:
    """Take over what a country's list has of this and the coming years; tell whether anything was to be done.

    A year written by hand is whole: the list isn't asked. What is past stays as it was counted with.
    """
    last = today.year + YEARS_AHEAD
    edition = f"{country_lists.EDITION} {calendar.country} {calendar.subdivision} {last}"
    with transaction.atomic():
        calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
        if calendar.taken_from == edition:
            return False
        by_hand = {day.year for day in calendar.holidays.filter(is_from_list=False).values_list("date", flat=True)}
        for year in range(today.year, last + 1):
            if year not in by_hand:
                _take_over(calendar, year, today)
        calendar.taken_from = edition
        calendar.save(update_fields=["taken_from"])
    log.info("calendar_extended", calendar=calendar.code, edition=edition)
    return True


def _take_over(calendar: Calendar, year: int, today: date) -> None:
    """Make a year's days those of the list, as far as they are to come or nothing was known of the year."""
    listed = country_lists.days_of(calendar.country, calendar.subdivision, year)
    known = calendar.holidays.filter(is_from_list=True, date__year=year)
    if known.exists():
        known = known.filter(date__gt=today)
        listed = [day for day in listed if day.date > today]
    known.delete()
    Holiday.objects.bulk_create(
        Holiday(
            calendar=calendar,
            date=day.date,
            kind=Holiday.Kind.OFF if day.is_off else Holiday.Kind.WORKING,
            name=day.name,
            is_from_list=True,
        )
        for day in listed
    )
