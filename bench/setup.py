"""A database of its own for each bench, filled with plain SQL where only volume matters, and a stopwatch."""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django


def prepare(name: str) -> None:
    """Point the settings to the database `name` on the server of DATABASE_URL, make it and migrate it."""
    import psycopg
    from psycopg import sql

    server = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    os.environ["DATABASE_URL"] = f"{server}/{name}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


COPIES = (
    "INSERT INTO {table} ({columns}) SELECT {values} FROM {table} one, generate_series(%s, %s) n WHERE one.{key} = %s"
)


def copy_row(row: Any, first: int, last: int, changes: Mapping[str, str]) -> None:
    """Copy a stored row once for each number from `first` to `last`, with SQL for what differs (`n` is the number).

    The row was made by the portal's own operations, so that a column more or less breaks no bench.
    """
    from django.db import connection
    from psycopg import sql

    own = [field for field in row._meta.concrete_fields if not field.generated]
    fields = [field for field in own if field.column in changes or not field.has_db_default()]
    fields = [field for field in fields if field.column in changes or field.get_internal_type() != "BigAutoField"]
    values = [
        sql.SQL(changes[field.column]) if field.column in changes else sql.Identifier("one", field.column)
        for field in fields
    ]
    statement = sql.SQL(COPIES).format(
        table=sql.Identifier(row._meta.db_table),
        columns=sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
        values=sql.SQL(", ").join(values),
        key=sql.Identifier(row._meta.pk.column),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [first, last, row.pk])


def timed(work: Callable[[], Any], times: int) -> tuple[float, float, int]:
    """Do it twice, then measure: give half and 95 of 100 in ms, and the statements of one."""
    from django.db import connection

    said: list[str] = []

    def noting(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        said.append(statement)
        return execute(statement, *rest)

    work()
    with connection.execute_wrapper(noting):
        work()
    spans = []
    for _time in range(times):
        begun = time.perf_counter()
        work()
        spans.append((time.perf_counter() - begun) * 1000)
    cuts = statistics.quantiles(spans, n=20)
    return cuts[9], cuts[18], len(said)


@contextmanager
def stores(folder: Path) -> Iterator[None]:
    """Run PostgreSQL and Valkey from their wheels, with `synchronous_commit` on, unless DATABASE_URL names one."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    from portal.embedded.assembly import Assembly
    from portal.embedded.folder import Folder
    from portal.embedded.ports import free_port

    assembly = Assembly(Folder(folder), free_port(), mode="test", durable=True)
    assembly.start_stores()
    os.environ.update(assembly.environment)
    try:
        yield
    finally:
        assembly.stop()
