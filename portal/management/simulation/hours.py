"""When offices work: hours of a day, on the working days of their calendars. Pure functions without Django."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from services.agencies.rules import WorkingCalendar

OPENS, CLOSES = time(9), time(18)
HOURS_A_DAY = 9.0


@dataclass(frozen=True)
class OfficeHours:
    """The hours of one office."""

    calendar: WorkingCalendar

    def open_at(self, moment: datetime) -> datetime:
        """Give the moment itself while the office works, else when it opens next."""
        local = moment.astimezone(self.calendar.zone)
        if self.calendar.counts(local.date(), "working") and local.time() < CLOSES:
            return max(moment, datetime.combine(local.date(), OPENS, self.calendar.zone))
        following = next(day for day in self.calendar.days_after(moment) if self.calendar.counts(day, "working"))
        return datetime.combine(following, OPENS, self.calendar.zone)

    def after(self, moment: datetime, hours: float) -> datetime:
        """Give the moment after so many hours of work."""
        moment, left = self.open_at(moment), timedelta(hours=hours)
        while True:
            local = moment.astimezone(self.calendar.zone)
            closes = datetime.combine(local.date(), CLOSES, self.calendar.zone)
            if moment + left < closes:
                return moment + left
            left -= closes - moment
            moment = self.open_at(closes)
