"""Append to the ledger, in the transaction that makes the change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.ledger import rules
from services.ledger.models import Event
from services.ledger.queries import heads_of
from services.ledger.rows import insert_rows


@dataclass(frozen=True)
class Entry:
    """What is to be told: about what (`subject`), what happened (`kind`), by whom (`actor`), when, with which facts."""

    subject: UUID
    kind: str
    actor: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


def record(entries: Sequence[Entry], *, new_subjects: bool = False) -> None:
    """Append entries to the chains of their subjects, in order; the caller holds the subjects' rows locked.

    `new_subjects` says that none of the subjects has events yet and spares the look. Two writers of one subject
    collide on the number in the chain: the second gets an IntegrityError and nothing is torn.
    """
    heads = {} if new_subjects else heads_of({entry.subject for entry in entries})
    events = []
    for entry in entries:
        seq, previous = heads.get(entry.subject, (0, rules.START))
        event = _chained(entry, seq + 1, previous)
        heads[entry.subject] = (event.seq, bytes(event.digest))
        events.append(event)
    insert_rows(events)


def _chained(entry: Entry, seq: int, previous: bytes) -> Event:
    facts = dict(entry.facts)
    digest = rules.digest(
        subject=entry.subject,
        seq=seq,
        kind=entry.kind,
        actor=entry.actor,
        at=entry.at,
        facts=facts,
        previous=previous,
    )
    return Event(
        subject=entry.subject,
        seq=seq,
        kind=entry.kind,
        actor=entry.actor,
        at=entry.at,
        facts=facts,
        previous=previous,
        digest=digest,
    )
