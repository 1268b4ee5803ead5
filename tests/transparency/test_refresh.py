from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from services.ledger.operations import Entry, record
from services.transparency import automation, queries
from services.transparency.models import Bucket, Count, Length

START = datetime(2026, 1, 30, 8, tzinfo=UTC)


def life_of(subject: UUID, number: int) -> list[Entry]:
    """Tell of a request that is sent, routed by a robot, worked on, ended (but every fifth), and looked at again."""

    def entry(event: str, hours: int, **facts: Any) -> Entry:
        return Entry(subject, event, "system", START + timedelta(hours=hours), facts)

    place = {"office": "north", "channel": "web" if number % 2 else "desk"}
    life = [
        entry("submitted", number, service="permit", version=1, agency="city", day="2026-01-30", **place),
        entry("step_done", number + 1, kind="robot", saves_minutes=6),
    ]
    if number % 3 == 0:
        life.append(entry("routed", number + 1, office="south", agency="city"))
    life.append(entry("activity_completed", number, step="judge", activity="first"))
    if number % 5:
        on_time = number % 4 > 0
        life.append(entry("ended", 3 * number + 2, outcome="approved", day="2026-02-01", on_time=on_time))
    return [*life, entry("after_care", 4 * number + 3, activity="last"), entry("file_read", 5 * number + 3)]


def rolled_up() -> list[set[tuple[Any, ...]]]:
    keys = ("service", "version", "office", "channel", "day", "measure", "number")
    more = {Count: (), Bucket: ("bucket",), Length: ("total", "squares", "longest")}
    return [set(model.objects.exclude(number=0).values_list(*keys, *extra)) for model, extra in more.items()]


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

        assert [automation.refresh(), automation.refresh()] == [6, 0]

    def test_counts_exactly(self):
        record([entry for number in range(20) for entry in life_of(uuid4(), number)])
        automation.refresh()

        figures = queries.figures_of("permit")

        assert (figures.received, figures.decided, figures.open) == (20, 16, 4)
        assert (figures.on_time, figures.late) == (12, 4)
        assert figures.handling.longest == (3 * 19 + 3) * 3600
        assert figures.handling.mean == pytest.approx((3 * 9.5 + 3) * 3600)
        assert figures.automation.hours_saved == 2
        assert {row.key: row.received for row in figures.by_office} == {"north": 13, "south": 7}


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
