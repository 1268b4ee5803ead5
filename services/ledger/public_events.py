"""What the public event log tells of an event, and how a leaf commits to it: pure functions without Django.

A leaf tells nothing by itself. It is made of a commitment to the event with its place in its subject's chain, and, for
an event of the public log, of the hash of what the log tells: whoever has that can check it, and nobody else learns
anything.
"""

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from services.ledger.merkle import HASH_BYTES, leaf_hash
from services.ledger.rules import canonical

SEALED, LEAF, PUBLIC = b"portal sealed event 1\x00", b"portal leaf 1\x00", b"portal public event 1\x00"
START = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
WIDTH = 1.0198

# Kinds of events that the public log tells, with the facts that it tells of each: nothing else ever gets there. No
# person, no answer, no rating (one alone would tell whose), no reason of a refusal (for the same reason).
TOLD: Mapping[str, tuple[str, ...]] = {
    "submitted": ("service", "version", "office", "channel"),
    "routed": ("office",),
    "step_opened": ("step", "kind", "elsewhere"),
    "step_done": ("step", "kind", "saves_minutes"),
    "robot_gave_up": ("step",),
    "claimed": ("step",),
    "decided": ("step",),
    "applicant_asked": ("step",),
    "applicant_answered": ("step",),
    "activity_completed": ("step", "activity"),
    "after_care": ("activity",),
    "clock_stopped": ("step",),
    "clock_resumed": ("step", "lost"),
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
FIRST = "submitted"
ACTIVITIES = ("activity_completed", "after_care")
TIMED = ("ended", *ACTIVITIES)


def bucket_of(length: int) -> int:
    """Give the bucket of a length in microseconds: each is 1.98 % wider than the one before."""
    return max(0, math.ceil(math.log(length) / math.log(WIDTH))) if length > 1 else 0


def public_event(
    code: str, kind: str, at: datetime, facts: Mapping[str, Any], took: timedelta | None
) -> dict[str, Any]:
    """Give what the public log tells of an event of the request that it calls `code`.

    The day is the one that the figures count the event on. `took` is told by its bucket: how long since the submission
    for an end, how long since the first activity for another one.
    """
    day = facts.get("day") or at.astimezone(UTC).date().isoformat()
    told = {name: facts[name] for name in TOLD[kind] if facts.get(name) is not None}
    if "kind" in told:
        told["step_kind"] = told.pop("kind")
    length = {} if took is None else {"took": bucket_of(took // MICROSECOND)}
    return {"request": code, "event": kind, "day": day, **told, **length}


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
