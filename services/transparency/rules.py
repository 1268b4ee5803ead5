"""What one request adds to the figures, and quantiles from buckets: pure functions without Django."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from services.ledger.public_events import WIDTH, bucket_of
from services.transparency import standing_still
from services.transparency.standing_still import STILL, STOPS

MICROSECOND = timedelta(microseconds=1)
FEWEST_CASES = 5
DECIDED = ("approved", "refused", "closed")
TALLIED = {
    "complained": "complaints",
    "complaint_answered": "complaints_answered",
    "objected": "objections",
    "decision_annulled": "annulled",
    "decision_sent_back": "sent_back",
    "reopened": "reopened",
}
REFUSED, ASKED = "refused:", "asked:"
SATISFIED = 4
Cell = tuple[Any, ...]


@dataclass
class Known:
    """What the events tell of one request. Events may arrive in any order: `*_seq` says how new a fact is."""

    service: str = ""
    version: int = 0
    office: str = ""
    office_seq: int = 0
    channel: str = ""
    day: date | None = None
    submitted_at: datetime | None = None
    ended_at: datetime | None = None
    ended_day: date | None = None
    ended_seq: int = 0
    outcome: str = ""
    on_time: bool | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    robot_steps: int = 0
    clerk_steps: int = 0
    saved_minutes: int = 0
    clerk_minutes: int = 0
    rating: int = 0
    rating_seq: int = 0
    rated_day: date | None = None
    tallies: dict[str, dict[str, int]] = field(default_factory=dict)
    stops: standing_still.Marks = field(default_factory=dict)


def learn(known: Known, *, kind: str, seq: int, at: datetime, facts: Mapping[str, Any]) -> None:
    """Add one event to what is known of its request."""
    if kind in ("activity_completed", "after_care"):
        known.first_at = min(known.first_at or at, at)
        known.last_at = max(known.last_at or at, at)
    if kind == "submitted":
        known.service, known.version, known.channel = facts["service"], facts["version"], facts["channel"]
        known.day, known.submitted_at = date.fromisoformat(facts["day"]), at
    elif kind in ("ended", "reopened") and seq > known.ended_seq:
        _learn_end(known, kind, seq, at, facts)
    elif kind == "rated" and seq > known.rating_seq:
        known.rating, known.rating_seq = facts["score"], seq
        known.rated_day = date.fromisoformat(facts["day"])
    elif kind == "step_done":
        known.robot_steps += facts["kind"] == "robot"
        known.clerk_steps += facts["kind"] == "desk"
        known.saved_minutes += facts.get("saves_minutes") or 0
        known.clerk_minutes += facts.get("minutes") or 0
    standing_still.mark(known.stops, kind=kind, seq=seq, at=at, facts=facts)
    if measure := _tallied(kind, facts):
        days, day = known.tallies.setdefault(measure, {}), facts.get("day") or at.date().isoformat()
        days[day] = days.get(day, 0) + 1
    if kind in ("submitted", "routed") and seq > known.office_seq:
        known.office, known.office_seq = facts["office"], seq


def _tallied(kind: str, facts: Mapping[str, Any]) -> str:
    """Give the measure that counts an event by itself, what went wrong with its reason or paper; '' when none does."""
    if kind == "decided" and facts.get("refusal") and facts.get("reason"):
        return f"{REFUSED}{facts['reason']}"
    if kind == "applicant_asked":
        return f"{ASKED}{facts.get('evidence') or facts.get('field') or ''}"
    return TALLIED.get(kind, "")


def _learn_end(known: Known, kind: str, seq: int, at: datetime, facts: Mapping[str, Any]) -> None:
    """The last end counts: a request that was opened again is open until it ends anew."""
    known.ended_seq = seq
    if kind == "ended":
        known.ended_at, known.ended_day = at, date.fromisoformat(facts["day"])
        known.outcome, known.on_time = facts["outcome"], facts["on_time"]
    else:
        known.ended_at, known.ended_day, known.outcome, known.on_time = None, None, "", None


class Share(NamedTuple):
    """What requests add to the roll-ups: counts by day, buckets by month, and lengths in microseconds by month."""

    counts: Counter[Cell]
    buckets: Counter[Cell]
    lengths: dict[Cell, int]


def share_of(known: Known) -> Share:
    """Give what one request adds. Nothing until its submission is known."""
    if known.day is None:
        return Share(Counter(), Counter(), {})
    place = (known.service, known.version, known.office, known.channel)
    counts: Counter[Cell] = Counter()
    for day, measure, number in _numbers(known):
        if number:
            counts[*place, day, measure] += number
    lengths = {(*place, day.replace(day=1), measure): length for day, measure, length in _lengths(known)}
    return Share(counts, Counter((*cell, bucket_of(length)) for cell, length in lengths.items()), lengths)


def _numbers(known: Known) -> Iterator[tuple[date, str, int]]:
    assert known.day is not None
    yield known.day, "received", 1
    yield known.day, "robot_steps", known.robot_steps
    yield known.day, "clerk_steps", known.clerk_steps
    yield known.day, "saved_minutes", known.saved_minutes
    yield known.day, "clerk_minutes", known.clerk_minutes
    if known.ended_day:
        yield known.ended_day, known.outcome, 1
    if known.ended_day and known.outcome in DECIDED:
        yield known.ended_day, "on_time" if known.on_time else "late", 1
    if known.rated_day:
        yield known.rated_day, "rated", 1
        yield known.rated_day, "satisfied", int(known.rating >= SATISFIED)
    yield from ((day, f"{STOPS}{reason}", 1) for day, reason in standing_still.stops(known.stops))
    for measure, days in known.tallies.items():
        if measure.startswith((REFUSED, ASKED)):  # a request counts once however often it went wrong that way
            yield date.fromisoformat(min(days)), measure, 1
        else:
            yield from ((date.fromisoformat(day), measure, number) for day, number in days.items())


def _lengths(known: Known) -> Iterator[tuple[date, str, int]]:
    assert known.day is not None
    if known.first_at and known.last_at:
        yield known.day, "handling", (known.last_at - known.first_at) // MICROSECOND
    if known.ended_at and known.ended_day and known.submitted_at and known.outcome in DECIDED:
        yield known.ended_day, "decision", (known.ended_at - known.submitted_at) // MICROSECOND
    yield from ((day, f"{STILL}{reason}", length) for day, reason, length in standing_still.lengths(known.stops))


def middle_of(bucket: int) -> float:
    """Give the length that stands for a bucket, at most 1 % from any length in it."""
    return 2 * WIDTH**bucket / (WIDTH + 1)


def quantile(buckets: Mapping[int, int], part: float) -> float | None:
    """Give the length below which `part` of the cases lie; None when there are fewer than five cases."""
    total = sum(buckets.values())
    if total < FEWEST_CASES:
        return None
    rank, seen = max(1, math.ceil(part * total)), 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= rank:
            return middle_of(bucket)
    raise AssertionError("a rank lies within its total")


def sample_deviation(count: int, total: int, squares: int) -> float | None:
    """Give the sample's standard deviation from exact sums; None for fewer than five cases."""
    if count < FEWEST_CASES:
        return None
    return math.sqrt((squares * count - total * total) / (count * (count - 1)))
