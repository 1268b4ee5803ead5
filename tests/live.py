"""A whole portal of real processes, for tests that see it from outside."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from portal.embedded.assembly import Assembly
from portal.embedded.folder import Folder
from portal.embedded.ports import free_port

OWN_FILES = shutil.ignore_patterns("lock", "log", "beat", "valkey", "postgres")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def new_database(name: str, like: str = "template1") -> str:
    """Make a database beside that of the tests, empty or like one that nobody uses now; give its URL."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} (FORCE)").format(sql.Identifier(name)))
        known = sql.Identifier(name), sql.Identifier(like)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*known))
    return urlunsplit(parts._replace(path=f"/{name}"))


class LivePortal:
    """Web, worker, beat, sandbox registry and a Valkey of their own; any of them can be killed and started again."""

    def __init__(self, name: str, database_url: str, settings: Mapping[str, str], **parts: Any) -> None:
        self.folder = Folder(Path(tempfile.mkdtemp(prefix=f"portal-{name}-")))
        self.assembly = Assembly(
            self.folder,
            free_port(),
            given_database_url=database_url,
            shows_progress=False,
            extra=settings,
            **{"durable": False, **parts},
        )

    @property
    def database_url(self) -> str:
        return self.assembly.database_url

    @property
    def url(self) -> str:
        return self.assembly.url

    @property
    def registry_url(self) -> str:
        return self.assembly.registry_url

    @property
    def redis_url(self) -> str:
        return self.assembly.redis_url

    def begin(self) -> None:
        """Set up an empty portal and wait until it is ready."""
        self.assembly.start_stores()
        self.assembly.set_up()
        self._start_programs()

    def set_up_only(self) -> None:
        """Leave behind what a set-up makes, for others to begin with."""
        self.assembly.start_stores()
        self.assembly.set_up()
        self.assembly.stop()

    def begin_like(self, prepared: "LivePortal") -> None:
        """Begin with the files of a portal that was set up; its database was copied before."""
        shutil.copytree(prepared.folder.path, self.folder.path, dirs_exist_ok=True, ignore=OWN_FILES)
        self.assembly.start_stores()
        self._start_programs()

    def _start_programs(self) -> None:
        self.assembly.start_programs()
        self.assembly.wait_until_ready()

    def kill(self, name: str) -> None:
        """End web, worker, beat, registry or valkey as a power cut would."""
        self.assembly.supervisor.kill(name)

    def stop(self, name: str) -> None:
        """Let a child end properly; `start` brings it back."""
        self.assembly.supervisor.children[name].ask_to_stop()
        self.assembly.supervisor.children[name].wait(8)

    def start(self, name: str) -> None:
        """Start a killed or stopped child again, on the same port."""
        self.assembly.supervisor.restart(name)

    def start_with(self, name: str, **settings: str) -> None:
        """Start a child again with settings of its own, and wait until the portal is ready."""
        child = self.assembly.supervisor.children[name]
        child.environment = {**child.environment, **settings}
        self.start(name)
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = 60.0) -> None:
        """Start what died in the meantime, and wait until the portal says that it is ready."""
        self.assembly.wait_until_ready(seconds)

    def log(self, name: str) -> str:
        return self.folder.log(name).read_text()

    def end(self) -> None:
        self.assembly.stop()
        shutil.rmtree(self.folder.path, ignore_errors=True)
