"""A database of its own for each bench, filled with plain SQL where only volume matters."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
