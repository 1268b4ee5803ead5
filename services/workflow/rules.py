"""How steps follow each other and when robots try again: pure functions without Django."""

import hashlib
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from services.agencies.rules import WorkingCalendar, due_at
from services.catalogue.definition import AnyStep, ApplicantStep, Branch, DeskStep, Move, Span, WaitStep

JITTER = 0.25
QUESTION, OTHER_BODY = "question", "other_body"  # why a clock stands still, beside what an applicant's step waits for


def chosen(moves: Sequence[Move], holds: Callable[[str], bool]) -> str:
    """Give the target of the first move whose condition holds; the last move of a sound definition always does."""
    return next(move.to for move in moves if move.when is None or holds(move.when))


def started(branches: Sequence[Branch], holds: Callable[[str], bool]) -> list[Branch]:
    """Give the branches that are walked: those without condition and those whose condition holds."""
    return [branch for branch in branches if branch.when is None or holds(branch.when)]


def awaited(branches: int, quorum: int | None) -> int:
    """Give how many of so many started branches must come back."""
    return branches if quorum is None else min(quorum, branches)


def is_joined(awaits: int, returned: Sequence[str]) -> bool:
    """Tell whether enough branches came back; the order in which they came makes no difference."""
    return len(set(returned)) >= awaits


def pause(attempt: int, pauses: Sequence[float], chance: Callable[[], float] = random.random) -> timedelta | None:
    """Give the pause after the failed attempt number `attempt` (from 1), with jitter; None after the last."""
    if attempt > len(pauses):
        return None
    return timedelta(seconds=pauses[attempt - 1] * (1 + JITTER * chance()))


def drawn(seed: str, count: int) -> int:
    """Give the number from 0 below `count` that a seed stands for; whoever knows the seed can draw again."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()) % count


def extended(due: datetime, extension: Span, calendar: WorkingCalendar) -> datetime:
    """Give until when a deadline may be extended at most: counted from the end of the day on which it would end."""
    begin = min(due, calendar.end_of(calendar.day_of(due), extension.kind))
    return due_at(begin, extension.days, extension.kind, calendar)


def why_stopped(definition: AnyStep, *, asks: bool) -> str:
    """Name why the clock stands still while a step is open, "" when it doesn't; `asks`: its official asks something.

    The reasons: a question, what an applicant's step waits for, or a time that has to pass.
    """
    match definition:
        case DeskStep():
            return QUESTION if asks else ""
        case ApplicantStep(stops_clock=True):
            return definition.waits_for
        case WaitStep(stops_clock=True):
            return OTHER_BODY
    return ""
