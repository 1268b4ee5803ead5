from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from services.ledger.models import Event as LedgerEvent
from services.ledger.operations import Entry, record
from services.transparency import automation, queries, reading
from services.transparency.models import Bucket, Count, Cursor, DayCount, Length, MeasuredRequest

START = datetime(2026, 1, 30, 8, tzinfo=UTC)
TODAY = date(2026, 2, 3)


def life_of(subject: UUID, number: int) -> list[Entry]:
    """Tell of a request that is sent, routed by a robot, worked on, ended (but every fifth), and looked at again."""

    def entry(event: str, hours: int, **facts: Any) -> Entry:
        return Entry(subject, event, "system", START + timedelta(hours=hours), facts)

    place = {"office": "north", "channel": "web" if number % 2 else "desk"}
    life = [
        entry("submitted", number, service="permit", version=1, agency="city", day="2026-01-30", **place),
        entry("step_done", number + 1, step="route", kind="robot", saves_minutes=6),
        entry("step_opened", number + 1, step="judge", kind="desk", **({"elsewhere": True} if number % 7 == 0 else {})),
    ]
    if number % 3 == 0:
        life.append(entry("routed", number + 1, office="south", agency="city"))
    if number % 4 == 0:
        life += [entry("clock_stopped", number + 1), entry("clock_resumed", number + 49, lost=2)]
    life.append(entry("activity_completed", number, step="judge", activity="first"))
    if number % 5:
        facts = {"outcome": "approved", "on_time": number % 4 > 0, "working_days": number % 6}
        life.append(entry("step_done", 3 * number + 2, step="judge", kind="desk", minutes=9))
        life.append(entry("ended", 3 * number + 2, day="2026-02-01", **facts))
    return [*life, entry("after_care", 4 * number + 3, activity="last"), entry("file_read", 5 * number + 3)]


def rolled_up() -> list[set[tuple[Any, ...]]]:
    """Give everything that the roll-ups hold."""
    own = {model: [field.attname for field in model._meta.concrete_fields if field.name != "id"]
           for model in (Count, DayCount, Bucket, Length)}  # fmt: skip
    rows = [set(model.objects.exclude(number=0).values_list(*names)) for model, names in own.items()]
    known = [
        field.attname for field in MeasuredRequest._meta.concrete_fields if field.get_internal_type() != "JSONField"
    ]
    said = {(one.pk, *(repr(sorted(told.items())) for told in (one.tallies, one.stops, one.steps)))
            for one in MeasuredRequest.objects.all()}  # fmt: skip
    return [*rows, set(MeasuredRequest.objects.values_list(*known)), said, set(Cursor.objects.values_list())]


@pytest.mark.usefixtures("ledger")
class TestRefresh:
    @pytest.mark.parametrize("chunk", [1, 2, 7, 5000])
    def test_gives_in_any_chunks_what_a_recount_gives(self, chunk):
        entries = [entry for number in range(20) for entry in life_of(uuid4(), number)]
        record(entries)

        counted = automation.refresh(chunk=chunk)
        one_by_one = rolled_up()
        automation.rebuild()

        assert counted == len(entries)
        assert one_by_one == rolled_up()

    def test_reads_only_what_is_new(self):
        record(life_of(uuid4(), 1))
        automation.refresh()
        record(life_of(uuid4(), 2))

        assert [automation.refresh(), automation.refresh()] == [len(life_of(uuid4(), 2)), 0]

    def test_counts_exactly(self):
        record([entry for number in range(20) for entry in life_of(uuid4(), number)])
        automation.refresh()

        book = reading.book_of("permit", TODAY)
        figures = queries.service_figures("permit", TODAY, "all")

        counted = {measure: sum(book.sheet.counts.get(measure, [])) for measure in ("received", "approved", "open")}
        assert counted == {"received": 20, "approved": 16, "open": 4}
        assert {measure: sum(book.sheet.counts[measure]) for measure in ("on_time", "late")} == {
            "on_time": 12,
            "late": 4,
        }
        assert figures.handling.longest == (3 * 19 + 3) * 3600
        assert figures.handling.mean == pytest.approx((3 * 9.5 + 3) * 3600)
        assert sum(book.sheet.counts["saved_minutes"]) == 120
        assert {row.key: row.ever["received"] for row in book.rows["office"]} == {"north": 13, "south": 7}

    def test_tells_how_long_each_step_and_each_holder_took(self):
        record([entry for number in range(20) for entry in life_of(uuid4(), number)])
        automation.refresh()

        told = queries.service_figures("permit", TODAY, "all")

        assert [step.key for step in told.steps] == ["judge"]
        assert told.steps[0].median.seconds == pytest.approx(3600 * (2 * 9 + 1), rel=0.01)
        assert [holder.key for holder in told.holders] == ["office"]

    def test_progress_of_a_recount_is_told(self):
        record([entry for number in range(20) for entry in life_of(uuid4(), number)])
        seen: list[tuple[int, int]] = []

        counted = automation.rebuild(lambda done, total: seen.append((done, total)))

        assert seen[-1] == (counted, counted)

    @pytest.mark.parametrize("order", [1, -1], ids=["as it happened", "latest first"])
    def test_late_and_corrected_events_give_the_same(self, order):
        """What is told later of an earlier day counts on that day; a request that ends anew counts once."""
        subject = uuid4()
        life = [
            *life_of(subject, 4),
            Entry(subject, "reopened", "system", START + timedelta(days=9), {"day": "2026-02-08"}),
        ]
        life.append(Entry(subject, "ended", "system", START + timedelta(days=10), {
            "outcome": "refused", "day": "2026-02-09", "on_time": True, "working_days": 6,
        }))  # fmt: skip
        record(life)
        events = list(reading_order())
        for event in events[::order]:
            automation._count([event])

        counts = dict(Count.objects.filter(cut="").exclude(number=0).values_list("measure", "number"))
        assert (counts.get("approved"), counts["refused"], counts["on_time"], counts.get("open")) == (None, 1, 1, None)
        assert dict(Length.objects.values_list("measure", "longest"))["running_days"] == 4
        assert list(
            Count.objects.filter(cut="", measure="refused").exclude(number=0).values_list("month", flat=True)
        ) == [date(2026, 2, 1)]


def reading_order() -> Any:
    return LedgerEvent.objects.order_by("id").values_list(*automation.NEW)


@pytest.mark.usefixtures("ledger")
class TestOrder:
    """A writer may take its numbers first and commit last: nobody who reads events in order may pass it by."""

    def counted_while_one_writes_slowly(self) -> tuple[list[set[tuple[Any, ...]]], list[set[tuple[Any, ...]]]]:
        """Give the figures as they were counted, and as a recount of all events gives them."""
        has_numbers, may_commit = Event(), Event()
        slow = Thread(target=write_slowly, args=(has_numbers, may_commit))
        slow.start()
        assert has_numbers.wait(10)
        record(life_of(uuid4(), 2))
        automation.refresh()
        may_commit.set()
        slow.join()
        automation.refresh()
        as_counted = rolled_up()
        automation.rebuild()
        return as_counted, rolled_up()

    def test_counts_what_is_committed_late(self) -> None:
        as_counted, recounted = self.counted_while_one_writes_slowly()

        assert as_counted == recounted

    def test_without_the_guard_it_is_passed_by(self, settings: Settings) -> None:
        settings.GUARDS = {**settings.GUARDS, "final_order": False}
        as_counted, recounted = self.counted_while_one_writes_slowly()

        assert as_counted != recounted

    def test_counts_what_twenty_write_at_once_while_it_counts(self) -> None:
        writers = [Thread(target=write_many, args=(number,)) for number in range(20)]
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            automation.refresh(chunk=50)
        automation.refresh()
        as_counted = rolled_up()

        assert automation.rebuild() == sum(len(life_of(uuid4(), number)) for number in range(20)) * 10
        assert as_counted == rolled_up()


def write_slowly(has_numbers: Event, may_commit: Event) -> None:
    with transaction.atomic():
        record(life_of(uuid4(), 1))
        has_numbers.set()
        may_commit.wait(10)
    connection.close()


def write_many(number: int) -> None:
    for _ in range(10):
        record(life_of(uuid4(), number))
    connection.close()
