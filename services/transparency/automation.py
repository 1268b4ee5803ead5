"""Count new events into the figures: the cost grows with what is new, never with what is stored."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import DurationField, F, Max

from services.ledger.models import Event
from services.ledger.queries import events_after
from services.transparency import rules
from services.transparency.models import KEY, Bucket, Count, Cursor, Length, MeasuredRequest
from services.transparency.rules import Cell, Known
from services.transparency.standing_still import STILL

CHUNK = 5000
FIELDS = [field.name for field in fields(Known)]
KEY_SQL = ", ".join(KEY)
COUNT_SQL = f"""
INSERT INTO transparency_count AS old ({KEY_SQL}, number) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT ({KEY_SQL}) DO UPDATE SET number = old.number + excluded.number
"""  # noqa: S608 - made of our own column names
BUCKET_SQL = f"""
INSERT INTO transparency_bucket AS old ({KEY_SQL}, bucket, number) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT ({KEY_SQL}, bucket) DO UPDATE SET number = old.number + excluded.number
"""  # noqa: S608 - made of our own column names
LENGTH_SQL = f"""
INSERT INTO transparency_length AS old ({KEY_SQL}, number, total, squares, longest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT ({KEY_SQL}) DO UPDATE SET number = old.number + excluded.number, total = old.total + excluded.total,
    squares = old.squares + excluded.squares, longest = greatest(old.longest, excluded.longest)
"""  # noqa: S608 - made of our own column names


def refresh(*, limit: int | None = None, chunk: int = CHUNK) -> int:
    """Count up to `limit` new events (all of them by default), a transaction a chunk; give how many were counted."""
    done = 0
    while limit is None or done < limit:
        size = chunk if limit is None else min(chunk, limit - done)
        counted = _count_next(size)
        done += counted
        if counted < size:
            break
    return done


@transaction.atomic
def rebuild() -> int:
    """Forget all figures and count every event again."""
    cursor = _locked_cursor()
    for model in (MeasuredRequest, Count, Bucket, Length):
        model.objects.all().delete()
    cursor.transaction, cursor.event_id, cursor.as_of = 0, 0, None
    cursor.save()
    return refresh()


@transaction.atomic
def _count_next(size: int) -> int:
    cursor = _locked_cursor()
    events = list(events_after(cursor.transaction, cursor.event_id).defer("previous", "digest", "actor")[:size])
    if events:
        _count(events)
        last = events[-1]
        cursor.transaction, cursor.event_id = last.transaction, last.pk
        cursor.as_of = max(event.recorded_at for event in events)
        cursor.save()
    return len(events)


def _locked_cursor() -> Cursor:
    Cursor.objects.bulk_create([Cursor(pk=1)], ignore_conflicts=True)
    return Cursor.objects.select_for_update().get(pk=1)


def _count(events: Sequence[Event]) -> None:
    subjects = {event.subject for event in events}
    known = {row.subject: _known(row) for row in MeasuredRequest.objects.filter(pk__in=subjects)}
    before = [rules.share_of(one) for one in known.values()]
    for event in events:
        one = known.setdefault(event.subject, Known())
        rules.learn(one, kind=event.kind, seq=event.seq, at=event.at, facts=event.facts)
    _save(known)
    _add(before, [rules.share_of(one) for one in known.values()])


def _known(row: MeasuredRequest) -> Known:
    return Known(**{name: getattr(row, name) for name in FIELDS})


def _save(known: Mapping[UUID, Known]) -> None:
    rows = [MeasuredRequest(subject=subject, **asdict(one)) for subject, one in known.items()]
    MeasuredRequest.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["subject"], update_fields=FIELDS, batch_size=1000
    )


def _add(before: Iterable[rules.Share], after: Iterable[rules.Share]) -> None:
    counts: Counter[Cell] = Counter()
    buckets: Counter[Cell] = Counter()
    lengths: dict[Cell, list[int]] = {}
    for sign, shares in ((-1, before), (1, after)):
        for share in shares:
            _add_numbers(counts, share.counts, sign)
            _add_numbers(buckets, share.buckets, sign)
            for cell, length in share.lengths.items():
                _add_length(lengths.setdefault(cell, [0, 0, 0, 0]), length, sign)
    _upsert(COUNT_SQL, [(*cell, number) for cell, number in counts.items() if number])
    _upsert(BUCKET_SQL, [(*cell, number) for cell, number in buckets.items() if number])
    _upsert(LENGTH_SQL, [(*cell, *sums) for cell, sums in lengths.items()])
    lost = (cell for cell, sums in lengths.items() if sums[0] < 0)
    for cell in (cell for cell in lost if not cell[-1].startswith(STILL)):  # of these the longest isn't told
        _measure_longest_again(cell)


def _add_numbers(sums: Counter[Cell], numbers: Mapping[Cell, int], sign: int) -> None:
    for cell, number in numbers.items():
        sums[cell] += sign * number


def _add_length(sums: list[int], length: int, sign: int) -> None:
    sums[0] += sign
    sums[1] += sign * length
    sums[2] += sign * length * length
    sums[3] = max(sums[3], length) if sign > 0 else sums[3]


def _upsert(sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, sorted(rows))


def _measure_longest_again(cell: Cell) -> None:
    # A request went to another office: the longest of those that stay can't be had by subtraction.
    service, version, office, channel, month, measure = cell
    place = {"service": service, "version": version, "office": office, "channel": channel}
    day = "day" if measure == "handling" else "ended_day"
    here = MeasuredRequest.objects.filter(**place, **{f"{day}__year": month.year, f"{day}__month": month.month})
    if measure == "handling":
        span = F("last_at") - F("first_at")
    else:
        here, span = here.filter(outcome__in=rules.DECIDED), F("ended_at") - F("submitted_at")
    longest = here.aggregate(longest=Max(span, output_field=DurationField()))["longest"] or timedelta(0)
    Length.objects.filter(**place, day=month, measure=measure).update(longest=longest // rules.MICROSECOND)
