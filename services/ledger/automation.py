"""Seal new events: put them into the tree in their final order, and sign its head."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from services.ledger.keys import log_key
from services.ledger.leaves import FIELDS, contents_of
from services.ledger.models import Event, PublicCode, PublicEvent, Seal, Sealing
from services.ledger.notes import Head
from services.ledger.public_events import FIRST
from services.ledger.queries import events_after
from services.ledger.rows import insert_rows
from services.ledger.tiles import grow, hashes_of

CHUNK = 5000
QUIET = timedelta(minutes=5)
APPEND = "INSERT INTO ledger_leaf (event_id, index) SELECT * FROM unnest(%s::bigint[], %s::bigint[])"
TIME = "SELECT date_trunc('second', clock_timestamp())"


class ClockWentBack(Exception):
    """The database's clock is before the newest head: a head is never older than the one before it."""


def seal(*, chunk: int = CHUNK) -> Seal | None:
    """Put every event that is final into the log and sign its head; None when there was nothing to sign.

    Several may run at once: the row `Sealing` lets one pass and sends the others home.
    """
    while append_next(chunk) == chunk:
        pass
    return sign_head()


@transaction.atomic
def append_next(size: int) -> int:
    """Put up to `size` events into the log; give how many it were."""
    sealing = _lock()
    if sealing is None:
        return 0
    events = list(events_after(sealing.transaction, sealing.event_id).only(*FIELDS)[:size])
    if events:
        _append(events, sealing)
    return len(events)


@transaction.atomic
def sign_head() -> Seal | None:
    """Sign the head of the log, when it grew or when the newest head gets old."""
    sealing = _lock()
    if sealing is None or sealing.size == 0:
        return None
    last, now = Seal.objects.order_by("-pk").first(), _database_time()
    if last and now < last.at:
        raise ClockWentBack(f"{now} is before {last.at}")
    if last and last.size == sealing.size and now < last.at + QUIET:
        return None
    [root] = hashes_of([(0, sealing.size)])
    key = log_key(settings.KEYS_DIR)
    note = key.sign(str(Head(key.name, sealing.size, root, now)))
    return Seal.objects.create(size=sealing.size, root=root, at=now, note=note)


def _lock() -> Sealing | None:
    """Give the row that says how far the log is sealed, locked; None when somebody else seals right now."""
    Sealing.objects.bulk_create([Sealing(pk=1)], ignore_conflicts=True)
    return Sealing.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def _append(events: Sequence[Event], sealing: Sealing) -> None:
    _name_new_requests(events)
    size = sealing.size
    with connection.cursor() as cursor:
        cursor.execute(APPEND, [[event.pk for event in events], list(range(size, size + len(events)))])
    contents = list(contents_of(events))
    grow(size, [content.hash for content in contents])
    told = [(size + at, content) for at, content in enumerate(contents) if content.told]
    insert_rows([PublicEvent(index=index, told=content.told, service=content.service) for index, content in told])
    last = events[-1]
    sealing.transaction, sealing.event_id, sealing.size = last.transaction, last.pk, size + len(events)
    sealing.save()


def _name_new_requests(events: Sequence[Event]) -> None:
    first = [event for event in events if event.kind == FIRST]
    new = [PublicCode(subject=event.subject, service=event.facts.get("service", "")) for event in first]
    PublicCode.objects.bulk_create(new, ignore_conflicts=True, batch_size=1000)


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(TIME)
        now: datetime = cursor.fetchone()[0]
    return now
