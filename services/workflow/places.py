"""Calendars, offices and desks: they change rarely and are asked for always, so each process keeps them for a while."""

from functools import cached_property
from time import monotonic

from services.agencies.models import Agency, Desk, Office
from services.agencies.rules import WorkingCalendar

KEPT_S = 30.0


class Places:
    """Where requests are worked; every answer after the first comes from memory."""

    def __init__(self) -> None:
        self.read_at = monotonic()
        self._calendars: dict[int, WorkingCalendar] = {}

    def calendar(self, agency: Agency) -> WorkingCalendar:
        if agency.pk not in self._calendars:
            self._calendars[agency.pk] = agency.working
        return self._calendars[agency.pk]

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


_kept: list[Places] = []


def places() -> Places:
    """Give the places as they are, or were half a minute ago."""
    if not _kept or monotonic() - _kept[0].read_at > KEPT_S:
        _kept[:] = [Places()]
    return _kept[0]


def forget() -> None:
    """Read places afresh when they are asked for next."""
    _kept.clear()
