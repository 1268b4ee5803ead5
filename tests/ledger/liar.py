"""What a dishonest superuser of the database may do to the ledger."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from portal.checks import LEDGER_TABLES
from services.ledger import automation, keys, rules
from services.ledger.models import Event, Leaf, PublicEvent, Seal, Sealing
from services.ledger.notes import Head
from services.ledger.tiles import hashes_of

LONG_AGO = timedelta(hours=3)


def do(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def without_guards() -> Iterator[None]:
    """Take the triggers down that keep the ledger append-only."""
    for what in ("DISABLE", "ENABLE"):
        for table in LEDGER_TABLES:
            do(f"ALTER TABLE {table} {what} TRIGGER ALL")
        if what == "DISABLE":
            yield


@contextmanager
def undone() -> Iterator[None]:
    """Undo at the end everything that was done to the database."""
    with transaction.atomic():
        with without_guards():
            yield
        transaction.set_rollback(True)


def names_of(event: Event) -> set[str]:
    return {f"event {event.pk} "}


def set_column(event: Event, column: str, expression: str) -> None:
    do(f"UPDATE ledger_event SET {column} = {expression} WHERE id = %s", event.pk)


def flip(column: str) -> str:
    return f"set_byte({column}, 7, get_byte({column}, 7) # 1)"


def delete_with_leaf(event: Event) -> None:
    do("DELETE FROM ledger_leaf WHERE event_id = %s", event.pk)
    do("DELETE FROM ledger_event WHERE id = %s", event.pk)


def rewrite_chain(event: Event, facts: dict[str, object]) -> None:
    """Change what an event says, and every digest after it so that the chain holds again."""
    previous = bytes(event.previous)
    for one in Event.objects.filter(subject=event.subject, seq__gte=event.seq).order_by("seq"):
        said = {**one.facts, **facts} if one.pk == event.pk else one.facts
        fresh = digest_of(one, said, previous)
        do(
            "UPDATE ledger_event SET facts = %s::jsonb, previous = %s, digest = %s WHERE id = %s",
            *(json.dumps(said), previous, fresh, one.pk),
        )
        previous = fresh


def digest_of(event: Event, facts: dict[str, object], previous: bytes) -> bytes:
    place = {"subject": event.subject, "seq": event.seq, "kind": event.kind, "actor": event.actor, "at": event.at}
    return rules.digest(**place, facts=facts, previous=previous)


CHANGES: dict[str, Callable[[Event], None]] = {
    "facts": lambda event: set_column(event, "facts", 'facts || \'{"step": "other"}\''),
    "a fact less": lambda event: set_column(event, "facts", "facts - 'step'"),
    "kind": lambda event: set_column(event, "kind", "'released'"),
    "actor": lambda event: set_column(event, "actor", "'clerk:1'"),
    "time": lambda event: set_column(event, "at", "at + interval '1 microsecond'"),
    "place": lambda event: set_column(event, "seq", "seq + 40"),
    "previous": lambda event: set_column(event, "previous", flip("previous")),
    "digest": lambda event: set_column(event, "digest", flip("digest")),
    "recorded": lambda event: set_column(event, "recorded_at", "recorded_at - interval '1 hour'"),
    "transaction": lambda event: set_column(event, "transaction", "transaction - 1"),
    "subject": lambda event: set_column(event, "subject", "gen_random_uuid()"),
    "number": lambda event: set_column(event, "id", "id + 1000000"),
    "delete": lambda event: do("DELETE FROM ledger_event WHERE id = %s", event.pk),
    "delete with its leaf": delete_with_leaf,
    "leaf of another": lambda event: do("UPDATE ledger_leaf SET index = -index - 1 WHERE event_id = %s", event.pk),
    "public event": lambda event: do(
        'UPDATE ledger_publicevent SET told = told || \'{"day": "2020-01-01"}\' WHERE index = '
        "(SELECT index FROM ledger_leaf WHERE event_id = %s)",
        event.pk,
    ),
    "all the digests after it": lambda event: rewrite_chain(event, {"step": "other"}),
}


def insert_back_dated(after: Event, recorded_at: datetime, transaction_number: int | None) -> set[str]:
    """Smuggle an event of long ago in at the end of a chain, with a digest that fits; give how it may be named."""
    new = Event(subject=after.subject, seq=after.seq + 1, kind="decided", actor="clerk:1")
    new.at, new.facts, new.previous = timezone.now() - LONG_AGO, {"step": "judge"}, bytes(after.digest)
    new.digest = digest_of(new, new.facts, bytes(after.digest))
    new.save()
    set_column(new, "recorded_at", f"'{recorded_at.isoformat()}'")
    if transaction_number is not None:
        set_column(new, "transaction", str(transaction_number))
    return {f"event {new.pk} "}


def edit(event: Event, what: str) -> set[str]:
    """Do one change to an event; give the names by which a finding may call it."""
    names = names_of(event)
    leaf = Leaf.objects.get(pk=event.pk)
    if what in ("delete with its leaf", "leaf of another"):
        names.add(f"leaf {leaf.index}:")
    CHANGES[what](event)
    return names


def truncate(count: int) -> None:
    """Take the last events off as if they had never been: events, leaves, tree and seals."""
    size = Sealing.objects.get().size - count
    gone = list(Leaf.objects.filter(index__gte=size).values_list("event_id", flat=True))
    do("DELETE FROM ledger_event WHERE id = ANY(%s)", gone)
    build_anew([(seal.size, seal.at) for seal in Seal.objects.filter(size__lte=size).order_by("pk")])


def build_anew(heads: list[tuple[int, datetime]]) -> None:
    """Make the whole log anew over what the events say now, and sign every head of its history with the real key."""
    for table in ("leaf", "tile", "publicevent", "cosignature", "seal", "sealing"):
        do(f"DELETE FROM ledger_{table}")
    key = keys.log_key(settings.KEYS_DIR)
    for size, at in heads:
        while (sealed := sealed_size()) < size:
            assert automation.append_next(size - sealed)
        [root] = hashes_of([(0, size)])
        Seal.objects.create(size=size, root=root, at=at, note=key.sign(str(Head(key.name, size, root, at))))
    while automation.append_next(1000):
        pass


def sealed_size() -> int:
    sealing = Sealing.objects.first()
    return sealing.size if sealing else 0


def heads() -> list[tuple[int, datetime]]:
    return [(seal.size, seal.at) for seal in Seal.objects.order_by("pk")]


def pick(random: Random, subjects: list[UUID], what: str) -> Event:
    """Pick an event of the next subject that a change can be done to."""
    chain = Event.objects.filter(subject=subjects.pop()).order_by("seq")
    if what == "public event":
        return random.choice([event for event in chain if PublicEvent.objects.filter(pk=event.leaf.index).exists()])
    # The last one of a chain too, except where the change is about what comes after it.
    return random.choice(list(chain)[:-1] if what == "all the digests after it" else list(chain))
