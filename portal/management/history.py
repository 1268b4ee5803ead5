"""Invent a year of reports about streets, as sample data: seeded, so that every demonstration shows the same."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

PLACES = {
    "sumgait-city-hall": (40.585, 49.66),
    "ganja-city-hall": (40.68, 46.36),
    "sheki-city-hall": (41.195, 47.17),
    "lankaran-city-hall": (38.75, 48.85),
}
SHARES = {"sumgait-city-hall": 9, "ganja-city-hall": 7, "sheki-city-hall": 2, "lankaran-city-hall": 3}
HOURS = {"sumgait-city-hall": 45, "ganja-city-hall": 130, "sheki-city-hall": 22, "lankaran-city-hall": 160}
WORDS = {
    "pothole": "A deep hole in the right lane, just behind the crossing.",
    "lamp": "The lamp has been dark for several evenings.",
    "tree": "A large branch lies across the pavement.",
    "waste": "Rubble was dumped beside the road.",
}
OUTCOMES = {
    "dispatch": ("repair",) + ("inspect",) * 5,
    "make_safe": ("repaired", "repaired", "made_safe"),
    "inspect": ("repair", "repair", "known") + ("refuse",) * 4,
    "repair": ("done",) * 9 + ("look_again",),
    "triage": ("ours", "not_ours"),
    "tell_by_hand": ("done",),
}
REASONS = ("too_small",) * 6 + ("already_planned", "not_public")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Report:
    """One report: at which office, when, by which channel, saying what."""

    office: str
    at: datetime
    channel: str
    answers: dict[str, Any]


def reports(count: int, now: datetime, chance: random.Random) -> Iterator[Report]:
    """Give reports of the twelve months before `now`, in order of time.

    One in eight of them is of the last two days, so that desks have work, and a third of the last seven weeks, so that
    enough was decided lately to foretell when the next ones are.
    """
    fresh, late = count // 8, count // 3
    spread = count - fresh - late
    days = [364 * (number + chance.random()) / spread for number in range(spread)]
    days += [chance.uniform(0, 2) for _ in range(fresh)] + [chance.uniform(2, 50) for _ in range(late)]
    for day in sorted(days, reverse=True):
        office = chance.choices(list(SHARES), list(SHARES.values()))[0]
        at = now - timedelta(days=day + 0.05)
        channel = chance.choices(["online", "counter", "phone", "email"], [14, 2, 3, 1])[0]
        yield Report(office, at, channel, _answers(office, chance))


def _answers(office: str, chance: random.Random) -> dict[str, Any]:
    latitude, longitude = PLACES[office]
    category = chance.choices(list(WORDS), [6, 5, 2, 3])[0]
    answers: dict[str, Any] = {
        "category": category,
        "danger": chance.random() < 0.12,
        "description": WORDS[category],
        "place": {
            "lat": f"{latitude + chance.uniform(-0.03, 0.03):.6f}",
            "lon": f"{longitude + chance.uniform(-0.04, 0.04):.6f}",
        },
    }
    if category == "pothole":
        answers["size"] = chance.choices(["small", "medium", "large"], [3, 2, 1])[0]
    return answers


def pause(office: str, chance: random.Random) -> timedelta:
    """Give how long a step lies at an office's desk: mostly short, sometimes very long."""
    return HOUR * (1 + chance.lognormvariate(0, 0.9) * HOURS[office])
