"""One whole portal: stores, programs, and the environment that joins them."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

from portal.embedded import programs, stores
from portal.embedded.folder import Folder, stamp_of
from portal.embedded.ports import HOST, answers, free_port, wait_until
from portal.embedded.supervisor import Supervisor

STORES_START = 20.0
SET_UP = 300.0
READY = 120.0
PROGRAMS = ["beat", "worker", "web", "registry", "identities", "witness"]
CITIZENS = [
    {"sub": "aysel", "email": "aysel@example.org", "email_verified": True, "name": "Aysel"},
    {"sub": "leyla", "email": "leyla@example.org", "email_verified": True, "name": "Leyla"},
]


class NotReady(Exception):
    """The portal didn't become ready."""


@dataclass
class Assembly:
    """Start, join and stop the parts; a given URL takes the place of an own store."""

    folder: Folder
    port: int
    given_database_url: str = ""
    given_redis_url: str = ""
    mode: str = "demo"
    durable: bool = True
    shows_progress: bool = True
    web_workers: int = 1
    worker_pool: Sequence[str] = programs.THREADS
    extra: Mapping[str, str] = field(default_factory=dict)
    say: Callable[[str], None] = print

    @cached_property
    def supervisor(self) -> Supervisor:
        return Supervisor(self.say)

    @cached_property
    def database_port(self) -> int:
        return free_port()

    @cached_property
    def broker_port(self) -> int:
        return free_port()

    @cached_property
    def registry_port(self) -> int:
        return free_port()

    @cached_property
    def identities_port(self) -> int:
        return free_port()

    @cached_property
    def witness_port(self) -> int:
        return free_port()

    @cached_property
    def witness(self) -> str:
        """Name the witness as the settings take it: its key and its address."""
        return f"{programs.witness_key(self.folder)} http://{HOST}:{self.witness_port}"

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def registry_url(self) -> str:
        return f"http://{HOST}:{self.registry_port}"

    @property
    def database_url(self) -> str:
        password = quote(self.folder.secret("database"), safe="")
        return self.given_database_url or f"postgresql://portal:{password}@{HOST}:{self.database_port}/postgres"

    @property
    def redis_url(self) -> str:
        password = quote(self.folder.secret("broker"), safe="")
        return self.given_redis_url or f"redis://:{password}@{HOST}:{self.broker_port}/0"

    @property
    def environment(self) -> dict[str, str]:
        """Give the settings that every program of this portal shares."""
        shared = {
            "PORTAL_MODE": self.mode,
            "PORTAL_VAR": str(self.folder.path),
            "SECRET_KEY": self.folder.secret("key"),
            "BASE_URL": self.url,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "REGISTRY_URL": self.registry_url,
            "OIDC_URL": f"http://{HOST}:{self.identities_port}",
            "OIDC_CLIENT_ID": "portal",
            "WITNESSES": self.witness,
            "OIDC_CLIENT_SECRET": self.folder.secret("identities"),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        return {**shared, **self.extra}

    @property
    def own_stores(self) -> str:
        """Name the stores that no URL was given for."""
        given = {"PostgreSQL": self.given_database_url, "Valkey": self.given_redis_url}
        return " and ".join(name for name, url in given.items() if not url) or "no store"

    def start_stores(self) -> None:
        """Start what no URL was given for, and wait until it takes connections."""
        ports = []
        if not self.given_database_url:
            self.supervisor.start(stores.postgres(self.folder, self.database_port, durable=self.durable))
            ports.append(self.database_port)
        if not self.given_redis_url:
            self.supervisor.start(stores.valkey(self.folder, self.broker_port, durable=self.durable))
            ports.append(self.broker_port)
        wait_until(lambda: self._all_answer(ports), seconds=STORES_START, failure=self._blame("The stores"))

    def _all_answer(self, ports: list[int]) -> bool:
        self.supervisor.tend(time.monotonic())
        return all(answers(port) for port in ports)

    def _blame(self, who: str) -> str:
        return f"{who} didn't start. The logs in {self.folder.path / 'log'} tell why."

    @property
    def stamp(self) -> str:
        """Name what the set-up depends on; a database of others may change behind our back, so it has none."""
        if self.given_database_url:
            return ""
        roots = [programs.BASE_DIR / name for name in ("portal", "services", "templates", "samples", "locale")]
        return stamp_of(roots)

    def set_up(self) -> None:
        """Migrate and load the samples, unless that was done with these very files."""
        stamp = self.stamp
        if stamp and self.folder.is_stamped(stamp):
            return
        child = programs.set_up(self.environment, None if self.shows_progress else self.folder.log("set-up"))
        self.supervisor.start(child)
        wait_until(lambda: not child.is_running, seconds=SET_UP, failure="The set-up took too long.")
        self.supervisor.stop([child.name])
        if child.exit_code:
            raise NotReady(f"The set-up failed. {child.last_words}".strip())
        self.folder.put_stamp(stamp)

    def start_programs(self) -> None:
        """Start web first: people see a page while the worker is still waking."""
        environment = self.environment
        self.supervisor.start(programs.web(self.folder, self.port, environment, self.web_workers))
        self.supervisor.start(programs.worker(self.folder, environment, self.worker_pool))
        self.supervisor.start(programs.beat(self.folder, environment))
        records = [programs.BASE_DIR / "samples" / "registry.yaml", self.folder.path / "registry" / "simulated.json"]
        self.supervisor.start(programs.registry(self.folder, self.registry_port, *records))
        self.supervisor.start(programs.witness(self.folder, self.witness_port))
        self.supervisor.start(programs.identities(self.folder, self.identities_port, CITIZENS))

    def is_ready(self) -> bool:
        """Ask the portal itself whether database, broker and a worker are there."""
        self.supervisor.tend(time.monotonic())
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2) as answer:  # noqa: S310
                return bool(json.load(answer)["status"] == "ready")
        except (OSError, ValueError, urllib.error.HTTPError):
            return False

    def wait_until_ready(self, seconds: float = READY) -> None:
        wait_until(self.is_ready, seconds=seconds, failure=self._blame("The portal"), every=0.3)

    def stop(self) -> None:
        """Stop the programs together, then the stores that they lean on."""
        self.supervisor.stop(PROGRAMS)
        self.supervisor.close()
