"""Statements that PostgreSQL plans once, for those that are asked again and again (decision 0035)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg import Cursor


@contextmanager
def preparing() -> Iterator[Any]:
    """Give a cursor that sends values beside the statement; what it is asked often stays planned.

    How often is told by `PREPARE_THRESHOLD`. Where statements are noted it is Django's own, which tells them with
    their values.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = Cursor(connection.connection)
    with connection.cursor() if connection.queries_logged else connection.make_cursor(raw) as cursor:  # type: ignore[arg-type]
        yield cursor
