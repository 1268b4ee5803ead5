"""Who works in the offices, how long things lie there, and how many are worked at the same time."""

import random
from dataclasses import dataclass, field
from datetime import datetime

from portal.management.simulation.hours import OfficeHours
from services.accounts.models import User
from services.agencies.models import Desk, Office
from services.workflow.models import Step

PACE = {  # hours of work that lie before a new step, in the middle of cases
    "address-change": 5,
    "birth-registration": 4,
    "building-permit": 22,
    "complaint-appeal": 8,
    "housing-benefit": 11,
    "id-card-renewal": 2,
    "kindergarten-place": 24,
    "marriage-registration": 6,
    "parking-permit": 6,
    "pothole-report": 5,
    "property-extract": 2.5,
    "small-business-licence": 13,
}
SLOWER = {"ganja-city-hall": 1.5, "lankaran-city-hall": 1.8, "sheki-city-hall": 0.8, "absheron-heritage": 2.5}
CREW = {"repair": 22.0, "make_safe": 1.5, "dispatch": 2.0}  # steps whose time is told by the work in the street
SPREAD, LONGER = 0.8, 0.35


@dataclass
class Place:
    """A desk: who works there, and when each of them is free again."""

    desk: Desk
    clerks: list[User]
    hours: OfficeHours
    busy_until: list[datetime] = field(default_factory=list)

    def free_at(self, moment: datetime) -> datetime:
        """Give when somebody is free: at the moment, or when the first of the busy ones has finished."""
        self.busy_until = sorted(until for until in self.busy_until if until > moment)
        return moment if len(self.busy_until) < len(self.clerks) else self.busy_until[0]


class Offices:
    """Every desk with its people, read once."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._places: dict[int, Place] = {}
        self._counters: dict[int, list[User]] = {}

    def place(self, desk: Desk) -> Place:
        if desk.pk not in self._places:
            own = User.objects.filter(memberships__desks=desk, memberships__ended_at=None, is_active=True)
            calendar = desk.office.agency.working
            self._places[desk.pk] = Place(desk, list(own.distinct().order_by("email")), OfficeHours(calendar))
        return self._places[desk.pk]

    def lies_until(self, step: Step, service: str, now: datetime) -> datetime:
        """Give when a step that comes to a desk now has its turn."""
        assert step.desk is not None
        usual = CREW.get(step.key, PACE[service]) * SLOWER.get(step.desk.office.code, 1)
        return self.place(step.desk).hours.after(now, usual * self.chance.lognormvariate(0, SPREAD))

    def worked_until(self, place: Place, minutes: int, now: datetime) -> datetime:
        """Give when a clerk who begins now has finished, and keep the clerk busy until then."""
        until = place.hours.after(now, max(minutes, 2) / 60 * self.chance.lognormvariate(0, LONGER))
        place.busy_until.append(until)
        return until

    def at_counter(self, office: Office) -> list[User]:
        """Give who takes money and signatures for an office: its own clerks, or those of a centre."""
        if office.pk not in self._counters:
            clerks = User.objects.filter(memberships__ended_at=None, memberships__role__in=("clerk", "supervisor"))
            own = clerks.filter(memberships__desks__office=office).distinct().order_by("email")
            self._counters[office.pk] = list(own) or list(
                clerks.filter(memberships__desks__office__is_centre=True).distinct().order_by("email")
            )
        return self._counters[office.pk]
