"""What the public event log tells of an event, and how a leaf commits to it: pure functions without Django.

A leaf tells nothing by itself. It is made of a commitment to the event with its place in its subject's chain, and, for
an event of the public log, of the hash of what the log tells: whoever has that can check it, and nobody else learns
anything.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from services.ledger.merkle import HASH_BYTES, leaf_hash
from services.ledger.rules import canonical

SEALED, LEAF, PUBLIC = b"portal sealed event 1\x00", b"portal leaf 1\x00", b"portal public event 1\x00"
PLACE, SALT = b"portal place 1\x00", b"portal salt 1\x00"
START = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND, NEVER = timedelta(microseconds=1), timedelta(days=36_500)
WIDTH = 1.0198

# Kinds of events that the public log tells, with the facts that it tells of each: nothing else ever gets there. No
# person, no answer, no reason of a refusal, no paper that was asked for (docs/decisions/0016).
TOLD: Mapping[str, tuple[str, ...]] = {
    "submitted": ("service", "version", "office", "channel"),
    "routed": ("office",),
    "step_opened": ("step", "kind", "elsewhere"),
    "step_done": ("step", "kind", "elsewhere", "saves_minutes", "minutes"),
    "robot_gave_up": ("step",),
    "claimed": ("step",),
    "decided": ("step",),
    "applicant_asked": ("step",),
    "applicant_answered": ("step",),
    "activity_completed": ("step", "activity"),
    "after_care": ("activity",),
    "clock_stopped": ("step", "reason"),
    "clock_resumed": ("step", "lost"),
    "decided_by_silence": ("step", "outcome"),
    "opinions_silent": ("step",),
    "deadline_changed": (),
    "document_issued": (),
    "ended": ("outcome", "on_time", "working_days"),
    "complained": (),
    "complaint_answered": (),
    "objected": (),
    "decision_annulled": (),
    "decision_sent_back": (),
    "reopened": (),
}
# What one request shares with few others until five came the same way: the log shuts it in, and opens it later.
SHUT = ("office", "channel")
# Told without the request: who handled one must not learn from the log who was not satisfied, or whose file was read.
DETACHED = ("rated", "file_read")
SATISFIED = 4
KINDS = frozenset({*TOLD, *DETACHED})
RENAMED = {"kind": "step_kind"}
FIRST = "submitted"
ACTIVITIES = ("activity_completed", "after_care")
TIMING = (FIRST, "ended", *ACTIVITIES, "clock_stopped", "clock_resumed", "step_opened", "step_done")
TIMED = ("ended", *ACTIVITIES, "clock_resumed", "step_done")
UNTIMED_STEPS = ("robot", "end", "parallel")


class Moment(NamedTuple):
    """One event of a request, as far as lengths of time are told from it."""

    seq: int
    kind: str
    at: datetime
    step: str
    step_kind: str
    reason: str


def bucket_of(length: int) -> int:
    """Give the bucket of a length in microseconds: each is 1.98 % wider than the one before."""
    return max(0, math.ceil(math.log(length) / math.log(WIDTH))) if length > 1 else 0


@dataclass
class _Clocks:
    """What runs in a request, as its events are read in order."""

    submitted_at: datetime | None = None
    active: list[datetime] = field(default_factory=list)
    still: tuple[str, datetime] = ("", START)
    sums: dict[tuple[str, str], timedelta] = field(default_factory=lambda: defaultdict(timedelta))

    def read(self, moment: Moment) -> timedelta | None:
        """Take in the next event; give the length that it tells, if any."""
        if moment.kind == FIRST:
            self.submitted_at = self.submitted_at or moment.at
        elif moment.kind == "ended":
            return moment.at - self.submitted_at if self.submitted_at else None
        elif moment.kind in ACTIVITIES:
            self.active.append(moment.at)
            return max(self.active) - min(self.active)
        elif moment.kind == "clock_stopped":
            self.still = (moment.reason, moment.at)
        elif moment.kind == "clock_resumed":
            return self._add(("clock", self.still[0]), moment.at - self.still[1])
        elif moment.kind == "step_opened":
            self._add(("step", moment.step), START - moment.at)
        elif moment.step_kind not in UNTIMED_STEPS:
            return self._add(("step", moment.step), moment.at - START)
        return None

    def _add(self, key: tuple[str, str], length: timedelta) -> timedelta:
        self.sums[key] += length
        return self.sums[key]


def lengths_of(chain: Iterable[Moment]) -> dict[int, timedelta]:
    """Give the length of time that each event of a request tells, by its number in the chain.

    An end: since the submission. An activity: from the first to the last one so far. A clock that goes on: how long it
    stood still so far for the same reason. A step that is done: how long it was open so far.
    """
    clocks = _Clocks()
    told = {moment.seq: clocks.read(moment) for moment in sorted(chain)}
    return {seq: length for seq, length in told.items() if length is not None and timedelta(0) <= length < NEVER}


def public_event(
    code: str, kind: str, at: datetime, facts: Mapping[str, Any], took: timedelta | None, digest: bytes
) -> dict[str, Any]:
    """Give what the public log tells of an event of the request that it calls `code`: its day, not its time.

    The day is the one that the figures count the event on. `took` is a length of time, told by its bucket.
    """
    told = {RENAMED.get(name, name): facts[name] for name in TOLD[kind] if facts.get(name) is not None}
    told |= {name: shut(name, told[name], salt_of(digest, name)) for name in SHUT if name in told}
    length = {} if took is None else {"took": bucket_of(took // MICROSECOND)}
    return {"request": code, "event": kind, "day": day_of(at, facts), **told, **length}


def detached_event(
    kind: str, answer: str, service: str, at: datetime, facts: Mapping[str, Any], digest: bytes
) -> dict[str, Any]:
    """Give what the log tells of an event without its request: of an answer its month, under a name of its own."""
    day = day_of(at, facts)
    if kind == "rated":
        is_satisfied = facts["score"] >= SATISFIED
        return {"answer": answer, "event": kind, "month": day[:7], "service": service, "is_satisfied": is_satisfied}
    return {"event": kind, "day": day, "service": service, "salt": salt_of(digest, kind)}


def day_of(at: datetime, facts: Mapping[str, Any]) -> str:
    return facts.get("day") or at.astimezone(UTC).date().isoformat()


def salt_of(digest: bytes, name: str) -> str:
    """Give what hides a place until it is told: nobody knows an event's digest but who has the event."""
    return hashlib.sha256(SALT + digest + name.encode()).hexdigest()


def shut(name: str, value: str, salt: str) -> str:
    """Commit to a place without telling it; hex."""
    return hashlib.sha256(PLACE + canonical([salt, name, value])).hexdigest()


OURS = {"request", "event", "day", "took"}
OURS_ALONE = OURS | {"answer", "month", "service", "salt", "is_satisfied"}


def is_true_of(told: Mapping[str, Any], kind: str, facts: Mapping[str, Any], digest: bytes) -> bool:
    """Tell whether the public log doesn't contradict an event, whatever it told when the event was sealed."""
    known = {RENAMED.get(name, name): value for name, value in facts.items()}
    places = {name: shut(name, known[name], salt_of(digest, name)) for name in SHUT if isinstance(known.get(name), str)}
    ours = OURS_ALONE if kind in DETACHED else OURS
    rest = {name: value for name, value in told.items() if name not in ours}
    return told["event"] == kind and all(value in (known.get(name), places.get(name)) for name, value in rest.items())


def commitment(digest: bytes, transaction: int, recorded_at: datetime) -> bytes:
    """Commit to an event and to when the database took it in. 32 bytes."""
    moment = (recorded_at - START) // MICROSECOND
    where = transaction.to_bytes(8, "big", signed=True) + moment.to_bytes(8, "big", signed=True)
    return hashlib.sha256(SEALED + digest + where).digest()


def public_hash(told: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(PUBLIC + canonical(dict(told))).digest()


def leaf_of(committed: bytes, told: Mapping[str, Any] | None) -> bytes:
    """Give the hash of a leaf of the tree. 32 bytes."""
    assert len(committed) == HASH_BYTES
    return leaf_hash(LEAF + committed + (public_hash(told) if told is not None else b""))
