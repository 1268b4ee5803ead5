"""The portal that drills are made on: durable stores of its own, two web workers, two worker children."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import psycopg
import valkey
from psycopg.rows import TupleRow

from portal.embedded.processes import Child
from tests.drill.texts import Provider
from tests.live import LivePortal

ROOT = Path(__file__).parents[2]
PREFORK = ("--pool", "prefork", "--concurrency", "2")
PROGRAMS = ("web", "worker", "beat")
LONGEST_REST_S = 600.0


def children_of(pid: int) -> list[int]:
    """Give the processes that a process started and that live."""
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def words_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


class DrillPortal(LivePortal):
    """A portal whose processes are killed one by one, and which can go on with other settings."""

    def __init__(self, name: str, **settings: str) -> None:
        self.texts = Provider()
        self.settings = {"PORTAL_MODE": "test", "SMS_URL": self.texts.url, "SMS_TOKEN": "a-drill", **settings}
        super().__init__(name, "", self.settings, durable=True, web_workers=2, worker_pool=PREFORK)

    def begin(self) -> None:
        self.texts.begin()
        self.assembly.start_stores()
        done = self.run("tests.drill.set_up")
        assert done.returncode == 0, done.stderr
        self.assembly.start_programs()
        self.assembly.supervisor.stop(["identities"], grace=2)
        self.wait_until_ready()

    def end(self) -> None:
        super().end()
        self.texts.end()

    def wait_until_ready(self, seconds: float = 180.0) -> None:
        super().wait_until_ready(seconds)

    def become(self, **settings: str) -> None:
        """Go on with these settings besides the portal's own: web, worker and beat are started anew."""
        if self.assembly.extra == {**self.settings, **settings}:
            return
        self.assembly.extra = {**self.settings, **settings}
        for name in PROGRAMS:
            self.kill(name)
            self.child(name).environment = self.assembly.environment
        for name in PROGRAMS:
            self.start(name)
        self.wait_until_ready()

    def fresh_crashes(self) -> Path:
        """Give the empty folder in which processes note that they died at a chosen place."""
        crashes = self.folder.path / "crashes"
        shutil.rmtree(crashes, ignore_errors=True)
        crashes.mkdir()
        return crashes

    def run(self, module: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a module of the project beside the portal, with its settings."""
        command = [sys.executable, "-W", "ignore", "-m", module, *words]
        environment = {**os.environ, **self.assembly.environment}
        return subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
        )

    def child(self, name: str) -> Child:
        return self.assembly.supervisor.children[name]

    def pid(self, name: str) -> int:
        process = self.child(name).process
        assert process is not None
        return process.pid

    def workers_of(self, name: str) -> list[int]:
        """Give the processes that do the work of web or worker, which their first process started."""
        return [pid for pid in children_of(self.pid(name)) if "resource_tracker" not in words_of(pid)]

    def kill_one(self, pid: int) -> bool:
        """Kill one process of this portal; tell whether it was there."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
        return False

    def connect(self) -> psycopg.Connection[TupleRow]:
        return psycopg.connect(self.database_url, autocommit=True, connect_timeout=5)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[call-overload,no-any-return]

    def flush(self) -> None:
        """Empty Valkey: every message is gone."""
        with contextlib.suppress(valkey.ConnectionError, valkey.TimeoutError), self.store() as store:
            store.flushall()

    def store(self) -> valkey.Valkey:
        return valkey.from_url(self.redis_url, socket_connect_timeout=1, socket_timeout=2)

    def let_registry_be(self, mode: str, seconds: float = 0) -> None:
        wish = json.dumps({"mode": mode, "seconds": seconds}).encode()
        wished = urllib.request.Request(f"{self.registry_url}/faults", data=wish, method="PUT")
        urllib.request.urlopen(wished, timeout=10).close()

    def effects(self, registry: str) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.registry_url}/effects/{registry}", timeout=30) as answer:
            effects: list[dict[str, Any]] = json.load(answer)["effects"]
            return effects

    def wait_until_finished(self, seconds: float) -> float:
        """Wait until nothing is left to do, or nothing was done for so long; give the seconds it took.

        A slow machine is no fault; a portal that moves and never comes to rest would be one.
        """
        begun = time.monotonic()
        before, until, longest = None, begun + seconds, begun + LONGEST_REST_S
        while self.unfinished() != 0 and time.monotonic() < min(until, longest):
            now = self._done()
            if now != before:
                before, until = now, time.monotonic() + seconds
            time.sleep(1)
        return time.monotonic() - begun

    def _done(self) -> int:
        """Count the steps that were done; -1 when nobody can be asked."""
        with contextlib.suppress(psycopg.Error):
            [(count,)] = self.rows("SELECT count(*) FROM workflow_step WHERE state = 'done'")
            return int(count)
        return -1

    def unfinished(self) -> int:
        """Count what is still to be done; -1 when nobody can be asked."""
        with contextlib.suppress(psycopg.Error):
            [(count,)] = self.rows(
                "SELECT (SELECT count(*) FROM requests_servicerequest WHERE status = 'in_progress')"
                " + (SELECT count(*) FROM workflow_step WHERE state IN ('due', 'running'))"
            )
            return int(count)
        return -1
