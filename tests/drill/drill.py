"""A drill: submit many requests while parts of the portal are killed, then look for anything lost, doubled or torn."""

import contextlib
import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg

from tests.live import LivePortal

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PASSWORD = "a-drill-for-the-portal"
OURS = "answers ? 'plate' AND answers->>'plate' LIKE 'seed%'"
REGISTRIES = ("reservations", "permits")


def manage(portal: LivePortal, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a management command against the portal."""
    environment = {**os.environ, **portal.assembly.environment}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)


def prepare(portal: LivePortal) -> None:
    """Publish the drill's service and let the driver in."""
    for words in (
        ("load_agencies", str(HERE / "agencies.yaml")),
        ("load_connectors", str(HERE / "connectors.yaml")),
        ("load_services", str(HERE / "services")),
        ("load_people", str(HERE / "people.yaml"), "--password", PASSWORD),
    ):
        done = manage(portal, *words)
        assert done.returncode == 0, done.stderr


def signed_in(portal: LivePortal) -> httpx.Client:
    client = httpx.Client(base_url=portal.url, timeout=10)
    token = client.get("/account/login/").cookies["csrf"]
    form = {"login": "driver@example.org", "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = client.post("/account/login/", data=form, headers={"Referer": portal.url})
    assert answer.status_code == 302, answer.text
    return client


@dataclass
class Drill:
    """One run: who submits, what was acknowledged, and what is found afterwards."""

    portal: LivePortal
    requests: int
    seed: int = 1
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def submit_all(self, threads: int = 4) -> list[threading.Thread]:
        """Begin to submit; each request is sent twice, as by a client whose first answer got lost."""
        client = signed_in(self.portal)
        numbers = iter(range(self.requests))
        workers = [threading.Thread(target=self._submit_some, args=(client, numbers)) for _ in range(threads)]
        for worker in workers:
            worker.start()
        return workers

    def _submit_some(self, client: httpx.Client, numbers: Any) -> None:
        while True:
            with self._lock:
                number = next(numbers, None)
            if number is None:
                return
            for _ in range(2):
                self._submit(client, f"seed{self.seed}-{number:05}")

    def _submit(self, client: httpx.Client, key: str) -> None:
        body = {"service": "drill", "office": "drill-hall", "answers": {"plate": key}}
        headers = {
            "Idempotency-Key": key, "X-CSRFToken": client.cookies["csrf"], "Referer": self.portal.url,
        }  # fmt: skip
        for _ in range(300):
            with contextlib.suppress(httpx.HTTPError):
                answer = client.post("/api/requests/", json=body, headers=headers)
                if answer.status_code == 201:
                    with self._lock:
                        self.acknowledged.setdefault(key, set()).add(answer.json()["id"])
                    return
                assert answer.status_code >= 500, answer.text
            time.sleep(0.2)
        raise AssertionError(f"{key} was never acknowledged")

    def kill_at_random(self, times: int, names: tuple[str, ...] = ("worker", "web", "valkey")) -> None:
        """Kill parts at seeded moments and start them again; half of the stores come back empty."""
        chance = random.Random(self.seed)
        for _ in range(times):
            time.sleep(chance.uniform(0.2, 1.2))
            name = chance.choice(names)
            self.portal.kill(name)
            time.sleep(chance.uniform(0.0, 0.5))
            self.portal.start(name)
            if name == "valkey":
                self.flush()

    def flush(self) -> None:
        """Empty Valkey: every message is gone."""
        import valkey

        with contextlib.suppress(valkey.ConnectionError), valkey.from_url(self.portal.redis_url) as store:
            store.flushall()

    def slow_registry(self, seconds: float) -> None:
        self._fault({"mode": "slow", "seconds": seconds})

    def heal_registry(self) -> None:
        self._fault({"mode": "none"})

    def _fault(self, wish: dict[str, Any]) -> None:
        wished = urllib.request.Request(
            f"{self.portal.registry_url}/faults", data=json.dumps(wish).encode(), method="PUT"
        )
        urllib.request.urlopen(wished, timeout=10).close()

    def wait_until_finished(self, seconds: float = 60) -> None:
        """Wait until no request is in progress, or no step was done for so long: a slow machine is no fault."""
        before, until = None, time.monotonic() + seconds
        with psycopg.connect(self.portal.database_url, autocommit=True) as connection:
            left = f"SELECT count(*) FROM requests_servicerequest WHERE {OURS} AND status = 'in_progress'"
            done = "SELECT count(*) FROM workflow_step WHERE state = 'done'"
            while connection.execute(left).fetchone() != (0,) and time.monotonic() < until:
                now = connection.execute(done).fetchone()
                if now != before:
                    before, until = now, time.monotonic() + seconds
                time.sleep(0.5)

    def faults(self) -> list[str]:
        """Give everything that isn't as it must be."""
        return [*self._lost_or_doubled(), *self._unfinished(), *self._effects(), *self._torn_chains()]

    def _lost_or_doubled(self) -> list[str]:
        stored = self._rows(f"SELECT id, answers->>'plate' FROM requests_servicerequest WHERE {OURS}")
        by_key = Counter(plate for _, plate in stored)
        known = {str(pk) for pk, _ in stored}
        lost = [key for key, ids in self.acknowledged.items() if not ids <= known]
        doubled = [key for key, count in by_key.items() if count > 1]
        missing = self.requests - len(self.acknowledged)
        return (
            [f"lost {key}" for key in lost]
            + [f"doubled {key}" for key in doubled]
            + ([f"{missing} never acknowledged"] if missing else [])
        )

    def _unfinished(self) -> list[str]:
        rows = self._rows(f"SELECT id, status FROM requests_servicerequest WHERE {OURS} AND status <> 'approved'")
        more = self._rows(
            "SELECT service_request_id, key FROM workflow_step WHERE kind <> 'notice' AND service_request_id IN "
            f"(SELECT id FROM requests_servicerequest WHERE {OURS}) GROUP BY 1, 2 HAVING count(*) > 1"
        )
        return [f"{pk} is {status}" for pk, status in rows] + [f"{pk} did {key} more than once" for pk, key in more]

    def _effects(self) -> list[str]:
        faults = []
        for registry in REGISTRIES:
            with urllib.request.urlopen(f"{self.portal.registry_url}/effects/{registry}", timeout=10) as answer:
                effects = json.load(answer)["effects"]
            counts = Counter(effect["key"] for effect in effects)
            faults += [f"{registry} {key}: {counts[key]} effects" for key in self.acknowledged if counts[key] != 1]
        return faults

    def _torn_chains(self) -> list[str]:
        done = manage(self.portal, "verify_ledger")
        return [] if done.returncode == 0 else [done.stderr]

    def _rows(self, query: str) -> list[tuple[UUID | str, str]]:
        with psycopg.connect(self.portal.database_url) as connection:
            return connection.execute(query).fetchall()  # type: ignore[return-value,call-overload,no-any-return]
