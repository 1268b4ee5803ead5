"""A story: one application as it will go, known to the simulation and hidden from the portal."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from portal.management.simulation.registers import CITY_OF, Person, Registers

Days = float | list[float] | None
NEVER = None
ASK = "ask"


@dataclass
class Story:
    """Who asks for what, with which papers, what officials will find, and what the applicant does about it.

    `says` gives what officials say at a step, one visit after another: an outcome, `outcome:reason`, or `ask:field`
    and `ask` for a question to the applicant. Where it says nothing, the definition's first outcome is chosen.
    Days are those that the applicant takes, in a list those of one time after another; None is never.
    """

    service: str
    case: str
    office: str
    channel: str
    at: datetime
    day: date
    person: Person | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    papers: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    says: dict[str, list[str]] = field(default_factory=dict)
    corrects: dict[str, Any] = field(default_factory=dict)
    pays: Days = 1.0
    comes: Days = 4.0
    confirms: Days = 2.0
    replies: Days = 2.0
    adds: Days = 3.0
    withdraws: float | None = NEVER
    ends: str = "approved"

    @property
    def city(self) -> str:
        """Give the city of the office, as the registers write it."""
        return CITY_OF[self.office]

    def before(self, days: int) -> str:
        """Give a day before the application, as forms take it."""
        return (self.day - timedelta(days=days)).isoformat()

    def after(self, days: int) -> str:
        return self.before(-days)

    def is_refused(self, step: str, reason: str, outcome: str = "refuse") -> None:
        """Let an official refuse it at a step."""
        self.says[step] = [f"{outcome}:{reason}"]
        self.ends = f"refused:{reason}"

    def is_closed(self, **never: None) -> None:
        """Let the applicant not do something, so that it is closed."""
        for name, value in never.items():
            setattr(self, name, value)
        self.ends = "closed"

    def days_for(self, waits_for: str) -> float | None:
        """Give how many days the applicant takes, this time, for what a request waits for."""
        own = {"payment": self.pays, "visit": self.comes, "papers": self.adds, "question": self.replies}
        days = own.get(waits_for, self.confirms)
        return days.pop(0) if isinstance(days, list) else days

    def withdraws_after(self, days: float) -> None:
        self.withdraws, self.ends = days, "withdrawn"


Teller = Callable[[Story, str, Registers], None]


@dataclass(frozen=True)
class Kind:
    """The applications for one service: how many a month, where, and which cases among them, in parts of a hundred."""

    service: str
    a_month: Callable[[date], float]
    offices: Mapping[str, float]
    cases: Mapping[str, float]
    tell: Teller
    channels: Mapping[str, float] = field(default_factory=lambda: {"online": 78, "counter": 22})


CITY_HALLS = {"sumgait-city-hall": 9, "ganja-city-hall": 7, "sheki-city-hall": 2, "lankaran-city-hall": 3}


def always(number: float) -> Callable[[date], float]:
    return lambda _day: number


def dealt(cases: Mapping[str, float], count: int, chance: random.Random) -> list[str]:
    """Give `count` cases in the given shares, as exact as whole numbers allow, in a random order."""
    whole = sum(cases.values())
    exact = {name: share * count / whole for name, share in cases.items()}
    hand = [name for name, number in exact.items() for _ in range(int(number))]
    rest = sorted(exact, key=lambda name: (int(exact[name]) - exact[name], chance.random()))
    hand += rest[: count - len(hand)]
    chance.shuffle(hand)
    return hand


def spread(chance: random.Random, usual: float) -> float:
    """Give a number of days around the usual one: mostly a little, sometimes much."""
    return usual * chance.lognormvariate(0, 0.6)


def chosen(chance: random.Random, options: Sequence[str]) -> str:
    return chance.choice(options)
