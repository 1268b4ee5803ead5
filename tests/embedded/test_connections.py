"""Connections to the database don't outlive the threads that the web server ends."""

import gc
from collections.abc import Iterator
from threading import Thread

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from portal.middleware import ConnectionsEndWithThreads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ledger")]
BACKEND = "SELECT pg_backend_pid()"
LIVES = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"


@pytest.fixture(autouse=True)
def no_collection() -> Iterator[None]:
    """Let nothing be closed by luck."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()


def one(sql: str, *values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0])


def lives_after_its_thread(rf: RequestFactory, *, guarded: bool) -> bool:
    """Serve a request in a thread of its own; tell whether its connection is still open after the thread ended."""
    seen: list[int] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(one(BACKEND))
        return HttpResponse()

    serve = ConnectionsEndWithThreads(view) if guarded else view
    thread = Thread(target=serve, args=(rf.get("/"),))
    thread.start()
    thread.join()
    for _ in range(100):  # the server needs a moment to notice
        if not one(LIVES, seen[0]):
            return False
        one("SELECT 1 FROM pg_sleep(0.02)")
    return True


def test_a_connection_ends_with_its_thread(rf: RequestFactory) -> None:
    assert not lives_after_its_thread(rf, guarded=True)


def test_without_that_it_stays_open(rf: RequestFactory) -> None:
    assert lives_after_its_thread(rf, guarded=False)
