"""How often and how long a request's clock stood still, and for which reason: pure functions without Django."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

REASONS = ("question", "papers", "confirmation", "payment", "visit", "other_body", "unknown")
STOPS, STILL = "stops_", "still_"
MICROSECOND = timedelta(microseconds=1)
Marks = dict[str, list[str]]  # by number in the chain: the reason ('' when the clock went on), the moment, the day


def mark(marks: Marks, *, kind: str, seq: int, at: datetime, facts: Mapping[str, Any]) -> None:
    """Add an event that a clock stopped or went on. They may come in any order."""
    if kind not in ("clock_stopped", "clock_resumed"):
        return
    day = facts.get("day") or at.date().isoformat()
    reason = facts.get("reason")
    known = reason if reason in REASONS else "unknown"
    marks[str(seq)] = [known if kind == "clock_stopped" else "", at.isoformat(), day]


def stops(marks: Marks) -> Iterator[tuple[date, str]]:
    """Give each stop of the clock: its day and its reason."""
    yield from ((date.fromisoformat(day), reason) for reason, _at, day in marks.values() if reason)


def lengths(marks: Marks) -> Iterator[tuple[date, str, int]]:
    """Give for each reason how long the clock stood still in all, in microseconds, and on which day it last went on."""
    sums: dict[str, tuple[date, int]] = {}
    since = ("", "")
    for seq in sorted(marks, key=int):
        reason, at, day = marks[seq]
        if reason:
            since = (reason, at)
        elif since[0]:
            length = (datetime.fromisoformat(at) - datetime.fromisoformat(since[1])) // MICROSECOND
            sums[since[0]] = (date.fromisoformat(day), sums.get(since[0], (None, 0))[1] + length)
            since = ("", "")
    yield from ((day, reason, length) for reason, (day, length) in sums.items())
