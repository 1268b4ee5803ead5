"""What the leaves of new events are made of, read from the database."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models.fields.json import KT

from services.ledger.models import Event, PublicCode
from services.ledger.public_events import (
    KINDS,
    TIMED,
    TIMING,
    TOLD,
    Moment,
    commitment,
    detached_event,
    leaf_of,
    lengths_of,
    public_event,
)

FIELDS = ("subject", "seq", "kind", "at", "facts", "digest", "transaction", "recorded_at")


@dataclass(frozen=True)
class LeafContent:
    """A leaf: the commitment to its event, what the public log tells of it, if anything, and of which service."""

    committed: bytes
    told: dict[str, Any] | None
    service: str

    @property
    def hash(self) -> bytes:
        return leaf_of(self.committed, self.told)


def commitment_to(event: Event) -> bytes:
    return commitment(bytes(event.digest), event.transaction, event.recorded_at)


def contents_of(events: Sequence[Event]) -> Iterator[LeafContent]:
    """Give the leaves that new events get, with two queries for all of them."""
    codes = PublicCode.objects.in_bulk({event.subject for event in events if event.kind in KINDS})
    lengths = _lengths({event.subject for event in events if event.kind in TIMED and event.subject in codes})
    for event in events:
        code = codes.get(event.subject)
        told = _told(event, code, lengths) if code and event.kind in KINDS else None
        yield LeafContent(commitment_to(event), told, code.service if code and told else "")


def _told(event: Event, code: PublicCode, lengths: Mapping[UUID, Mapping[int, timedelta]]) -> dict[str, Any]:
    digest = bytes(event.digest)
    if event.kind not in TOLD:
        return detached_event(event.kind, code.answer.hex, code.service, event.at, event.facts, digest)
    took = lengths[event.subject].get(event.seq) if event.kind in TIMED else None
    return public_event(code.code.hex, event.kind, event.at, event.facts, took, digest)


def _lengths(subjects: Collection[UUID]) -> dict[UUID, dict[int, timedelta]]:
    """Give the lengths that the events of requests tell, by their numbers in the chains."""
    chains: dict[UUID, list[Moment]] = defaultdict(list)
    if subjects:
        names = [KT(f"facts__{name}") for name in ("step", "kind", "reason")]
        rows = Event.objects.filter(subject__in=subjects, kind__in=TIMING)
        for subject, seq, kind, at, *rest in rows.values_list("subject", "seq", "kind", "at", *names):
            chains[subject].append(Moment(seq, kind, at, *(word or "" for word in rest)))
    return {subject: lengths_of(chain) for subject, chain in chains.items()}
