"""Count new events into the figures: the cost grows with what is new, never with what is stored."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from itertools import groupby
from json import dumps
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import DurationField, F, Max, Model, QuerySet

from services.ledger.models import Event
from services.ledger.queries import events_after
from services.transparency import rules
from services.transparency.models import KEY, Bucket, Count, Cursor, DayCount, Length, MeasuredRequest
from services.transparency.naming import name_places
from services.transparency.rules import Known
from services.transparency.standing_still import STILL
from services.transparency.sums import LengthCell, Sums

CHUNK = 5000
FIELDS = [field.name for field in fields(Known)]
JSON_FIELDS = [FIELDS.index(name) for name in ("tallies", "stops", "steps")]
NEW = ["subject", "seq", "kind", "at", "facts", "transaction", "id", "recorded_at"]
ROLL_UPS: list[tuple[type[Model], list[str], dict[str, str]]] = [
    (Count, KEY, {"number": "+"}),
    (DayCount, ["service", "measure", "day"], {"number": "+"}),
    (Bucket, [*KEY, "bucket"], {"number": "+"}),
    (Length, ["service", "measure", "month"], {"number": "+", "total": "+", "squares": "+", "longest": "greatest"}),
]


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
def rebuild(progress: Callable[[int, int], None] | None = None) -> int:
    """Forget all figures and count every event again, request by request; readers see the old ones until it is done.

    `progress` is told now and then how many events of how many are counted.
    """
    cursor = _locked_cursor()
    with connection.cursor() as sql:
        sql.execute("SET LOCAL statement_timeout = 0")  # the events of years take longer than any page may
        tables = [model._meta.db_table for model in (MeasuredRequest, Count, DayCount, Bucket, Length)]
        sql.execute(f"DELETE FROM {'; DELETE FROM '.join(tables)}")  # noqa: S608 - our own tables
    last, total = _last_final()
    sums, counted = Sums(), 0
    if last is not None:
        counted = _copy_requests(sums, last[0], lambda done: progress(done, total) if progress else None)
        _write(sums)
        cursor.transaction, cursor.event_id, cursor.as_of = last
        name_places(set(Count.objects.filter(measure="received").values_list("service", "cut", "key").distinct()))
    else:
        cursor.transaction, cursor.event_id, cursor.as_of = 0, 0, None
    cursor.save()
    return counted


FINAL = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def _last_final() -> tuple[tuple[int, int, datetime] | None, int]:
    """Give the newest event below which no other may yet appear, with how many there are up to it."""
    with connection.cursor() as sql:
        sql.execute(f"""
            SELECT transaction, id, (SELECT max(recorded_at) FROM ledger_event WHERE transaction < {FINAL}),
                (SELECT count(*) FROM ledger_event WHERE transaction < {FINAL})
            FROM ledger_event WHERE transaction < {FINAL} ORDER BY transaction DESC, id DESC LIMIT 1
        """)  # noqa: S608 - our own words
        row = sql.fetchone()
    return (None, 0) if row is None else ((row[0], row[1], row[2]), row[3])


def _copy_requests(sums: Sums, upto: int, progress: Callable[[int], None]) -> int:
    """Read each request's events together, keep what they tell of it, and add up what it contributes."""
    counted, rows = 0, []
    for subject, events in groupby(_all_events(upto), key=lambda event: event[0]):
        known = Known()
        for _, seq, kind, at, facts in events:
            rules.learn(known, kind=kind, seq=seq, at=at, facts=facts)
            counted += 1
        sums.add(rules.share_of(known))
        rows.append((subject, *_stored(known)))
        if len(rows) == CHUNK:
            _copy(rows)
            progress(counted)
            rows = []
    _copy(rows)
    progress(counted)
    return counted


def _copy(rows: Sequence[tuple[Any, ...]]) -> None:
    table, columns = MeasuredRequest._meta.db_table, ", ".join(["subject", *FIELDS])
    with connection.cursor() as sql, sql.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _all_events(upto: int) -> Iterator[tuple[Any, ...]]:
    known = Event.objects.filter(transaction__lte=upto).order_by("subject", "seq")
    return known.values_list("subject", "seq", "kind", "at", "facts").iterator(chunk_size=10_000)


def _stored(known: Known) -> list[Any]:
    values = [getattr(known, name) for name in FIELDS]
    for place in JSON_FIELDS:
        values[place] = dumps(values[place])
    return values


@transaction.atomic
def _count_next(size: int) -> int:
    cursor = _locked_cursor()
    events = list(events_after(cursor.transaction, cursor.event_id).values_list(*NEW)[:size])
    if events:
        _count(events)
        *_, cursor.transaction, cursor.event_id, _recorded = events[-1]
        cursor.as_of = max(event[-1] for event in events)
        cursor.save()
    return len(events)


def _locked_cursor() -> Cursor:
    Cursor.objects.bulk_create([Cursor(pk=1)], ignore_conflicts=True)
    return Cursor.objects.select_for_update().get(pk=1)


def _count(events: Sequence[tuple[Any, ...]]) -> None:
    rows = MeasuredRequest.objects.filter(pk__in={event[0] for event in events}).values_list("subject", *FIELDS)
    known = {subject: Known(*values) for subject, *values in rows}
    before = {subject: rules.share_of(one) for subject, one in known.items()}
    for subject, seq, kind, at, facts, *_ in events:
        rules.learn(known.setdefault(subject, Known()), kind=kind, seq=seq, at=at, facts=facts)
    _save(known)
    sums = Sums()
    for subject, one in known.items():
        sums.change(before.get(subject, rules.NOTHING), rules.share_of(one))
    _write(sums)
    name_places({cell[:3] for cell, _number in sums.changed_counts() if cell[4] == "received"})


def _save(known: Mapping[UUID, Known]) -> None:
    rows = [(subject, *(getattr(one, name) for name in FIELDS)) for subject, one in known.items()]
    _upsert(MeasuredRequest, ["subject"], dict.fromkeys(FIELDS, "new"), rows)


def _write(sums: Sums) -> None:
    flat: list[list[tuple[Any, ...]]] = [
        [(*cell, number) for cell, number in sums.changed_counts()],
        [(*cell, number) for cell, number in sums.changed_days()],
        [(*cell, number) for cell, number in sums.changed_buckets()],
        [(*cell, *numbers) for cell, numbers in sorted(sums.lengths.items())],
    ]
    for (model, key, changes), rows in zip(ROLL_UPS, flat, strict=True):
        _upsert(model, key, changes, rows)
    for cell in sorted(cell for cell in sums.shrunk if not cell[1].startswith(STILL)):  # of these it isn't told
        _measure_longest_again(cell)


CHANGES = {"+": "{0} = old.{0} + excluded.{0}", "greatest": "{0} = greatest(old.{0}, excluded.{0})"}


def _upsert(model: type[Model], key: Sequence[str], changes: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of key and changes in one statement, or change those that are there.

    They travel as one text of JSON: to write each value into an array of its column takes three times as long.
    """
    if not rows:
        return
    names = [*key, *changes]
    columns = ", ".join(f"{name} {model._meta.get_field(name).db_type(connection)}" for name in names)
    changed = ", ".join(CHANGES.get(how, "{0} = excluded.{0}").format(name) for name, how in changes.items())
    statement = (
        f"INSERT INTO {model._meta.db_table} AS old ({', '.join(names)}) "  # noqa: S608 - made of our own column names
        f"SELECT * FROM json_to_recordset(%s::json) AS new ({columns}) "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [dumps([dict(zip(names, row, strict=True)) for row in rows], default=str)])


def _measure_longest_again(cell: LengthCell) -> None:
    # A request was ended anew or later: the longest of those that stay can't be had by subtraction.
    service, measure, month = cell
    day = "day" if measure == "handling" else "ended_day"
    here = MeasuredRequest.objects.filter(service=service, **{f"{day}__year": month.year, f"{day}__month": month.month})
    longest = _longest(here, measure)
    Length.objects.filter(service=service, month=month, measure=measure).update(longest=longest)


def _longest(here: QuerySet[MeasuredRequest], measure: str) -> int:
    if measure == "handling":
        span = here.aggregate(longest=Max(F("last_at") - F("first_at"), output_field=DurationField()))
        return (span["longest"] or timedelta(0)) // rules.MICROSECOND
    decided = here.filter(outcome__in=rules.DECIDED)
    if measure == "decision":
        span = decided.aggregate(longest=Max(F("ended_at") - F("submitted_at"), output_field=DurationField()))
        return (span["longest"] or timedelta(0)) // rules.MICROSECOND
    lost = F("lost_days") if measure == "running_days" else 0
    return max(0, decided.aggregate(longest=Max(F("working_days") - lost))["longest"] or 0)
