"""Calendars, offices and desks, read once for a batch of requests."""

from functools import cached_property

from services.agencies.models import Agency, Desk, Office
from services.agencies.rules import WorkingCalendar


class Places:
    """Where requests are worked; every answer after the first comes from memory."""

    def __init__(self) -> None:
        self._calendars: dict[int, WorkingCalendar] = {}

    def calendar(self, agency: Agency) -> WorkingCalendar:
        if agency.calendar_id not in self._calendars:
            self._calendars[agency.calendar_id] = agency.calendar.working
        return self._calendars[agency.calendar_id]

    @cached_property
    def _desks(self) -> dict[tuple[str, str], Desk]:
        desks = Desk.objects.select_related("office__agency__calendar").order_by("-pk")
        places = {(f"office {desk.office.code}", desk.code): desk for desk in desks}
        return places | {(f"agency {desk.office.agency.code}", desk.code): desk for desk in desks}

    def desk(self, office: Office, agency: str | None, code: str) -> Desk:
        """Give the desk of another agency's first office that has it, or of the delivering office."""
        return self._desks[f"agency {agency}" if agency else f"office {office.code}", code]

    @cached_property
    def offices(self) -> dict[str, Office]:
        return {office.code: office for office in Office.objects.select_related("agency__calendar")}
