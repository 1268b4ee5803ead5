"""What the leaves of events are made of, read from the database."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.ledger.models import Event, PublicCode
from services.ledger.public_events import ACTIVITIES, FIRST, TIMED, TOLD, commitment, leaf_of, public_event

FIELDS = ("subject", "seq", "kind", "at", "facts", "digest", "transaction", "recorded_at")
Moments = dict[UUID, list[tuple[int, str, datetime]]]


@dataclass(frozen=True)
class LeafContent:
    """A leaf: the commitment to its event, and what the public log tells of it, if anything."""

    committed: bytes
    told: dict[str, Any] | None

    @property
    def hash(self) -> bytes:
        return leaf_of(self.committed, self.told)


def contents_of(events: Sequence[Event]) -> Iterator[LeafContent]:
    """Give the leaf of each event, with two queries for all of them."""
    subjects = {event.subject for event in events if event.kind in TOLD}
    codes = {row.subject: row for row in PublicCode.objects.filter(pk__in=subjects)}
    moments = _moments({event.subject for event in events if event.kind in TIMED})
    for event in events:
        committed = commitment(bytes(event.digest), event.transaction, event.recorded_at)
        yield LeafContent(committed, _told(event, codes.get(event.subject), moments))


def _moments(subjects: Collection[UUID]) -> Moments:
    """Give when each subject was submitted and worked on."""
    moments: Moments = defaultdict(list)
    if subjects:
        rows = Event.objects.filter(subject__in=subjects, kind__in=(FIRST, *ACTIVITIES))
        for subject, seq, kind, at in rows.values_list("subject", "seq", "kind", "at"):
            moments[subject].append((seq, kind, at))
    return moments


def _told(event: Event, code: PublicCode | None, moments: Moments) -> dict[str, Any] | None:
    if event.kind not in TOLD or code is None or event.seq < code.since:
        return None
    return public_event(code.code.hex, event.kind, event.at, event.facts, _took(event, moments))


def _took(event: Event, moments: Moments) -> timedelta | None:
    """Give how long it took from the submission to an end, or from the first activity to the last one so far."""
    if event.kind not in TIMED:
        return None
    wanted = (FIRST,) if event.kind == "ended" else ACTIVITIES
    # What came later in the chain must not change what the leaf said when it was sealed.
    times = [at for seq, kind, at in moments[event.subject] if kind in wanted and seq <= event.seq]
    if not times:
        return None
    return (event.at if event.kind == "ended" else max(times)) - min(times)
