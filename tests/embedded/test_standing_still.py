"""A process that stands still within a transaction doesn't hold up the others for ever."""

import contextlib
import time
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.django_db
ROW, LONGEST = 20261127, "idle_in_transaction_session_timeout"


def is_free() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ROW])
        return bool(cursor.fetchone()[0])


def is_free_after_standstill(longest_ms: int) -> bool:
    """Let another process hold a lock and do nothing; tell whether we get it within two seconds."""
    ours: Any = connection.settings_dict
    options = ours["OPTIONS"]["options"].replace(f"{LONGEST}=60000", f"{LONGEST}={longest_ms}")
    holder = DatabaseWrapper({**ours, "OPTIONS": {"options": options}}, alias="default")
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ROW])
        assert not is_free()
        until = time.monotonic() + 2
        while not (free := is_free()) and time.monotonic() < until:
            time.sleep(0.02)
        return free
    finally:
        with contextlib.suppress(OperationalError, InterfaceError):
            holder.close()


def test_its_locks_are_given_free() -> None:
    assert is_free_after_standstill(100)


def test_without_that_they_are_held() -> None:
    assert not is_free_after_standstill(0)


def test_a_minute_is_what_everybody_has() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {LONGEST}")
        assert cursor.fetchone() == ("1min",)
