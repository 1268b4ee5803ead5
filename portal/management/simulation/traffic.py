"""When people apply, and when registers are away: seeded, as real portals see it."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.management.simulation.registers import Registers
from portal.management.simulation.stories import Kind, Story, dealt

DAYS_A_MONTH = 30.4
WEEK = (1.2, 1.15, 1.1, 1.05, 0.95, 0.5, 0.4)
NIGHT, MORNING = [0.5, 0.3, 0.2, 0.1, 0.1, 0.3], [0.8, 1.8, 3.5, 6.0, 7.0, 6.8]
DAY = [*NIGHT, *MORNING, 5.5, 5.2, 6.0, 6.0, 5.5, 4.8, 4.2, 4.0, 4.4, 4.6, 3.2, 1.4]  # parts, hour by hour
COUNTER = range(9, 18)
OUTAGES_A_WEEK = 1.0
MOST_OUTAGE_HOURS = 9.0


@dataclass(frozen=True)
class Outage:
    """A register that doesn't answer for hours."""

    register: str
    begins: datetime
    ends: datetime


class Traffic:
    """What happens between two moments, from outside of the offices."""

    def __init__(self, kinds: Iterable[Kind], start: datetime, end: datetime, zone: ZoneInfo, seed: int) -> None:
        self.start, self.end, self.zone = start, end, zone
        self.chance = random.Random(seed)  # noqa: S311
        self.registers = Registers(self.chance, end.astimezone(zone).date())
        self.kinds = list(kinds)

    def stories(self, scale: float) -> list[Story]:
        """Give everything that people ask for, in the order of time, at a scale of the real numbers."""
        told = [story for kind in self.kinds for story in self._of(kind, scale)]
        return sorted(told, key=lambda story: story.at)

    def _of(self, kind: Kind, scale: float) -> Iterable[Story]:
        first = self.start.astimezone(self.zone).date()
        days = [first + timedelta(days=number) for number in range((self.end - self.start).days)]
        weights = [kind.a_month(day) / DAYS_A_MONTH * WEEK[day.weekday()] * 7 / sum(WEEK) for day in days]
        cases = dealt(kind.cases, round(sum(weights) * scale), self.chance)
        for case, day in zip(cases, self.chance.choices(days, weights, k=len(cases)), strict=True):
            yield self.story(kind, case, day)

    def story(self, kind: Kind, case: str, day: date) -> Story:
        """Invent one application of a day."""
        channel = self.chance.choices(list(kind.channels), list(kind.channels.values()))[0]
        office = self.chance.choices(list(kind.offices), list(kind.offices.values()))[0]
        story = Story(kind.service, case, office, channel, self._moment(day, channel), day)
        kind.tell(story, case, self.registers)
        return story

    def _moment(self, day: date, channel: str) -> datetime:
        at_counter = channel == "counter" and day.weekday() < 5
        hours = [number for number in range(24) if not at_counter or number in COUNTER]
        hour = self.chance.choices(hours, [DAY[number] for number in hours])[0]
        at = datetime.combine(day, time(hour, self.chance.randrange(60), self.chance.randrange(60)), self.zone)
        return min(max(at, self.start), self.end - timedelta(minutes=1))

    def outages(self) -> list[Outage]:
        """Give when which register is away."""
        count = round((self.end - self.start).days / 7 * OUTAGES_A_WEEK)
        known = sorted(self.registers.records)
        return [self._outage(known) for _ in range(count)] if known else []

    def _outage(self, registers: list[str]) -> Outage:
        begins = self.start + (self.end - self.start) * self.chance.random()
        hours = min(self.chance.lognormvariate(0.7, 0.8), MOST_OUTAGE_HOURS)
        return Outage(self.chance.choice(registers), begins, begins + timedelta(hours=hours))
