from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from services.ledger import rules
from services.ledger.models import Event

Head = tuple[int, bytes]
# In plain SQL, because every write asks it: composing it anew cost more than the database's answer.
HEADS = """
    SELECT DISTINCT ON (subject) subject, seq, digest FROM ledger_event
    WHERE subject = ANY(%s) ORDER BY subject, seq DESC
"""


def heads_of(subjects: Collection[UUID]) -> dict[UUID, Head]:
    """Give the number and digest of the last event of each subject that has one; one query."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS, [list(subjects)])
        return {subject: (seq, bytes(digest)) for subject, seq, digest in cursor.fetchall()}


def events_after(transaction: int, event_id: int) -> QuerySet[Event]:
    """Give, in order, the events that became final after that one, for a reader that got so far.

    Numbers are given when a row is written and seen when it is committed: a reader that asks for numbers above its
    last would miss who was slow. So the order is by transaction, up to the oldest one that still runs.
    """
    if not settings.GUARDS["final_order"]:
        return Event.objects.filter(pk__gt=event_id).order_by("id")
    final = RawSQL("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", [])
    after = RawSQL('("transaction", "ledger_event"."id") > (%s, %s)', [transaction, event_id])
    new = Event.objects.alias(is_new=after).filter(is_new=True, transaction__lt=final)
    return new.order_by("transaction", "id")


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
