"""What the events of one request add to the figures, and quantiles from buckets: pure functions without Django."""

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
BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
FEWEST_CASES = 5
MOST_DAYS = 100_000
DECIDED = ("approved", "refused", "closed")
TALLIED = {
    "complained": "complaints",
    "complaint_answered": "complaints_answered",
    "objected": "objections",
    "decision_annulled": "annulled",
    "decision_sent_back": "sent_back",
    "reopened": "reopened",
    "file_read": "file_reads",
    "opinions_silent": "silent_opinions",
}
REFUSED, ASKED, STEP, HELD = "refused:", "asked:", "step:", "held:"
SATISFIED = 4
DAY_MEASURES = frozenset({"running_days", "working_days"})
BY_DAY = frozenset({"received", *DECIDED, "withdrawn", "on_time", "late", "open"})
BY_PLACE = frozenset(
    {*BY_DAY, "first_time_right", "running_days", "robot_steps", "clerk_steps", "saved_minutes", "clerk_minutes"}
)
HOLDERS = {"desk": "office", "applicant": "applicant", "wait": "law"}


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
    working_days: int | None = None
    lost_days: int = 0
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
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)


def learn(known: Known, *, kind: str, seq: int, at: datetime, facts: Mapping[str, Any]) -> None:
    """Add one event to what is known of its request."""
    if kind == "submitted":
        known.service, known.version, known.channel = facts["service"], facts["version"], facts["channel"]
        known.day, known.submitted_at = date.fromisoformat(facts["day"]), at
    elif kind in ("ended", "reopened") and seq > known.ended_seq:
        _learn_end(known, kind, seq, at, facts)
    elif kind == "rated" and seq > known.rating_seq:
        known.rating, known.rating_seq = facts["score"], seq
        known.rated_day = date.fromisoformat(facts["day"])
    elif kind == "clock_resumed":
        known.lost_days += facts.get("lost", 0)
    else:
        _learn_work(known, kind, at, facts)
    standing_still.mark(known.stops, kind=kind, seq=seq, at=at, facts=facts)
    if measure := _tallied(kind, facts):
        days, day = known.tallies.setdefault(measure, {}), facts.get("day") or at.date().isoformat()
        days[day] = days.get(day, 0) + 1
    if kind in ("submitted", "routed") and seq > known.office_seq:
        known.office, known.office_seq = facts["office"], seq


def _learn_work(known: Known, kind: str, at: datetime, facts: Mapping[str, Any]) -> None:
    if kind in ("activity_completed", "after_care"):
        known.first_at = min(known.first_at or at, at)
        known.last_at = max(known.last_at or at, at)
    elif kind == "step_done":
        known.robot_steps += facts["kind"] == "robot"
        known.clerk_steps += facts["kind"] == "desk"
        known.saved_minutes += facts.get("saves_minutes") or 0
        known.clerk_minutes += facts.get("minutes") or 0
    if kind in ("step_opened", "step_done") and facts["kind"] in HOLDERS and "step" in facts:
        _learn_step(known, kind, at, facts)


def _learn_step(known: Known, kind: str, at: datetime, facts: Mapping[str, Any]) -> None:
    """A step may be entered again: its time is all moments of its end less all of its beginning, in any order."""
    step = known.steps.setdefault(facts["step"], {"open": 0, "time": 0, "holder": HOLDERS[facts["kind"]]})
    is_done = kind == "step_done"
    step["open"] += -1 if is_done else 1
    step["time"] += (1 if is_done else -1) * ((at - BEGINNING) // MICROSECOND)
    if facts.get("elsewhere"):
        step["holder"] = "others"


def _tallied(kind: str, facts: Mapping[str, Any]) -> str:
    """Give the measure that counts an event by itself, what went wrong with its reason or paper; '' when none does."""
    if kind == "decided" and facts.get("refusal") and facts.get("reason"):
        return f"{REFUSED}{facts['reason']}"
    if kind == "decided_by_silence":
        return "silent_approvals" if facts["outcome"] == "approval" else "silent_refusals"
    if kind == "applicant_asked":
        return f"{ASKED}{facts.get('evidence') or facts.get('field') or ''}"
    return TALLIED.get(kind, "")


def _learn_end(known: Known, kind: str, seq: int, at: datetime, facts: Mapping[str, Any]) -> None:
    """The last end counts: a request that was opened again is open until it ends anew."""
    known.ended_seq = seq
    if kind == "ended":
        known.ended_at, known.ended_day = at, date.fromisoformat(facts["day"])
        known.outcome, known.on_time = facts["outcome"], facts["on_time"]
        known.working_days = facts.get("working_days")
    else:
        known.ended_at, known.ended_day, known.outcome, known.on_time = None, None, "", None


class Place(NamedTuple):
    """Where a request counts."""

    service: str
    version: int
    office: str
    channel: str


class Share(NamedTuple):
    """What one request adds: numbers and lengths by day and measure; lengths in microseconds or whole days."""

    place: Place
    numbers: dict[tuple[date, str], int]
    lengths: dict[tuple[date, str], int]


NOTHING = Share(Place("", 0, "", ""), {}, {})


def share_of(known: Known) -> Share:
    """Give what one request adds. Nothing until its submission is known."""
    if known.day is None:
        return NOTHING
    numbers: dict[tuple[date, str], int] = {}
    for day, measure, number in _numbers(known, known.day):
        if number:
            numbers[day, measure] = numbers.get((day, measure), 0) + number
    lengths = {(day, measure): length for day, measure, length in _lengths(known, known.day)}
    return Share(Place(known.service, known.version, known.office, known.channel), numbers, lengths)


def _numbers(known: Known, day: date) -> Iterator[tuple[date, str, int]]:
    yield day, "received", 1
    yield day, "robot_steps", known.robot_steps
    yield day, "clerk_steps", known.clerk_steps
    yield day, "saved_minutes", known.saved_minutes
    yield day, "clerk_minutes", known.clerk_minutes
    if known.ended_day is None:
        yield day, "open", 1
    else:
        yield from _end_numbers(known, known.ended_day)
    if known.rated_day:
        yield known.rated_day, "rated", 1
        yield known.rated_day, "satisfied", int(known.rating >= SATISFIED)
    yield from ((day, f"{STOPS}{reason}", 1) for day, reason in standing_still.stops(known.stops))
    yield from _tally_numbers(known)


def _end_numbers(known: Known, day: date) -> Iterator[tuple[date, str, int]]:
    yield day, known.outcome, 1
    if known.outcome in DECIDED:
        yield day, "on_time" if known.on_time else "late", 1
        yield day, "stopped_days", known.lost_days
        was_asked = any(measure.startswith(ASKED) for measure in known.tallies)
        yield day, "first_time_right", int(not was_asked and "reopened" not in known.tallies)


def _tally_numbers(known: Known) -> Iterator[tuple[date, str, int]]:
    asked = [min(days) for measure, days in known.tallies.items() if measure.startswith(ASKED)]
    if asked:
        yield date.fromisoformat(min(asked)), "asked", 1
    for measure, days in known.tallies.items():
        if measure.startswith((REFUSED, ASKED)):  # a request counts once however often it went wrong that way
            yield date.fromisoformat(min(days)), measure, 1
        else:
            yield from ((date.fromisoformat(day), measure, number) for day, number in days.items())


def _lengths(known: Known, day: date) -> Iterator[tuple[date, str, int]]:
    if known.first_at and known.last_at:
        yield day, "handling", (known.last_at - known.first_at) // MICROSECOND
    if known.ended_at and known.ended_day and known.submitted_at and known.outcome in DECIDED:
        yield known.ended_day, "decision", (known.ended_at - known.submitted_at) // MICROSECOND
        if known.working_days is not None:
            yield known.ended_day, "working_days", known.working_days
            yield known.ended_day, "running_days", max(0, known.working_days - known.lost_days)
        yield from _step_lengths(known, known.ended_day)
    yield from ((day, f"{STILL}{reason}", length) for day, reason, length in standing_still.lengths(known.stops))


def _step_lengths(known: Known, day: date) -> Iterator[tuple[date, str, int]]:
    """Of decided requests only; a step that was cancelled, or is open, has no end and isn't told."""
    held: Counter[str] = Counter()
    for key, step in known.steps.items():
        if step["open"] == 0 and step["time"] >= 0:
            yield day, f"{STEP}{key}", step["time"]
            held[step["holder"]] += step["time"]
    yield from ((day, f"{HELD}{holder}", length) for holder, length in held.items())


def bucket_in(measure: str, length: int) -> int:
    """Give the bucket of a length: whole days stand for themselves."""
    return min(length, MOST_DAYS) if measure in DAY_MEASURES else bucket_of(length)


def middle_of(bucket: int) -> float:
    """Give the length that stands for a bucket, at most 1 % from any length in it."""
    return 2 * WIDTH**bucket / (WIDTH + 1)


def bucket_at(buckets: Mapping[int, int], part: float) -> int | None:
    """Give the bucket in which the case lies that `part` of the cases don't exceed; None below five cases."""
    total = sum(buckets.values())
    if total < FEWEST_CASES:
        return None
    rank, seen = max(1, math.ceil(part * total)), 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= rank:
            return bucket
    raise AssertionError("a rank lies within its total")


def quantile(buckets: Mapping[int, int], part: float) -> float | None:
    """Give the length below which `part` of the cases lie; None when there are fewer than five cases."""
    bucket = bucket_at(buckets, part)
    return None if bucket is None else middle_of(bucket)


def sample_deviation(count: int, total: int, squares: int) -> float | None:
    """Give the sample's standard deviation from exact sums; None for fewer than five cases."""
    if count < FEWEST_CASES:
        return None
    return math.sqrt((squares * count - total * total) / (count * (count - 1)))
