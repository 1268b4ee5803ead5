from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from services.ledger import rules
from services.ledger.models import Event

Head = tuple[int, bytes]


def heads_of(subjects: Collection[UUID]) -> dict[UUID, Head]:
    """Give the number and digest of the last event of each subject that has one; one query."""
    last = Event.objects.filter(subject__in=subjects).order_by("subject", "-seq").distinct("subject")
    return {subject: (seq, bytes(digest)) for subject, seq, digest in last.values_list("subject", "seq", "digest")}


@dataclass(frozen=True)
class Broken:
    """A place where a chain doesn't hold."""

    event_id: int
    subject: UUID
    seq: int
    why: str


def broken_links() -> Iterator[Broken]:
    """Recompute every chain and give each event that doesn't fit; reads all events, in chunks."""
    subject, seq, previous = None, 0, rules.START
    for event in Event.objects.order_by("subject", "seq").iterator(chunk_size=5000):
        if event.subject != subject:
            subject, seq, previous = event.subject, 0, rules.START
        yield from _faults(event, seq + 1, previous)
        seq, previous = event.seq, bytes(event.digest)


def _faults(event: Event, seq: int, previous: bytes) -> Iterator[Broken]:
    if event.seq != seq:
        yield Broken(event.pk, event.subject, event.seq, f"event {seq} is missing")
    elif bytes(event.previous) != previous:
        yield Broken(event.pk, event.subject, event.seq, "doesn't follow the event before it")
    recomputed = rules.digest(
        subject=event.subject,
        seq=event.seq,
        kind=event.kind,
        actor=event.actor,
        at=event.at,
        facts=event.facts,
        previous=bytes(event.previous),
    )
    if recomputed != bytes(event.digest):
        yield Broken(event.pk, event.subject, event.seq, "was changed after it was written")
