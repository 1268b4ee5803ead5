"""The portal's own programs as children: web, sandbox registry, worker and beat."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from portal.embedded.folder import Folder
from portal.embedded.ports import HOST
from portal.embedded.processes import Child

BASE_DIR = Path(__file__).resolve().parent.parent.parent
LANES = ("rules", "registries", "documents", "mail")
LONGEST_HEAD = "65536"  # bytes of a request's headers; a longer head is answered with 431


def python(module: str, *words: str) -> list[str]:
    return [sys.executable, "-m", module, *words]


def web(folder: Folder, port: int, environment: Mapping[str, str], workers: int = 1) -> Child:
    """Serve pages and the API by eight threads of each worker."""
    words = ["--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws", "--workers", str(workers)]
    threads = [
        "--blocking-threads",
        "8",
        "--workers-kill-timeout",
        "3",
        "--log-level",
        "warning",
        "--http1-buffer-size",
        LONGEST_HEAD,
    ]
    command = python("granian", *words, *threads, "--respawn-failed-workers", "portal.embedded.web:application")
    return Child("web", command, folder.log("web"), environment, BASE_DIR)


def registry(folder: Folder, port: int, *records: Path) -> Child:
    """Serve the sandbox registry, which robots look people up in."""
    words = ["--port", str(port), "--var", str(folder.path / "registry")]
    words += [word for file in records for word in ("--records", str(file))]
    return Child("registry", python("portal.embedded.registry", *words), folder.log("registry"), folder=BASE_DIR)


def identities(folder: Folder, port: int, people: Iterable[Mapping[str, object]]) -> Child:
    """Serve a provider of identities that knows the demonstration's citizens."""
    words = ["--port", str(port), "--host", HOST]
    for person in people:
        words += ["--user-claims", json.dumps(person)]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", *words]
    return Child("identities", command, folder.log("identities"), folder=BASE_DIR)


def witness_words(folder: Folder) -> list[str]:
    """Give the stranger's program as a witness of this portal's log; it reads the log's keys as a stranger would."""
    program, name = BASE_DIR / "verify" / "verify.py", ["--name", "witness.example.org/demo"]
    where = [str(folder.path / "witness"), *name, "--keys", str(folder.path / "keys" / "ledger.keys")]
    return [sys.executable, str(program), "witness", *where]


def witness(folder: Folder, port: int) -> Child:
    """Watch the sealed log as a stranger would, who has nothing of the portal's but the program."""
    words = [*witness_words(folder), "--listen", str(port)]
    return Child("witness", words, folder.log("witness"), folder=BASE_DIR)


def witness_key(folder: Folder) -> str:
    """Make the witness's own key unless it is there, and give its public part."""
    return subprocess.run(witness_words(folder), check=True, capture_output=True, text=True).stdout.strip()


THREADS = ("--pool", "threads", "--concurrency", "4")


def worker(folder: Folder, environment: Mapping[str, str], pool: Sequence[str] = THREADS) -> Child:
    """Run the robots of every lane, in four threads if nothing else is asked for."""
    words = ["worker", *pool, "--queues", ",".join(LANES), "--loglevel", "WARNING"]
    command = python("celery", "--app", "portal.celery", *words, "--without-gossip", "--without-mingle")
    return Child("worker", command, folder.log("worker"), environment, BASE_DIR)


def beat(folder: Folder, environment: Mapping[str, str]) -> Child:
    """Ring for the sweep and the heartbeat at fixed intervals."""
    words = ["beat", "--schedule", str(folder.path / "beat" / "schedule"), "--pidfile", "", "--loglevel", "WARNING"]
    return Child("beat", python("celery", "--app", "portal.celery", *words), folder.log("beat"), environment, BASE_DIR)


def set_up(environment: Mapping[str, str], log: Path | None) -> Child:
    """Migrate and load the samples in one process."""
    return Child("set-up", python("portal.embedded.set_up"), log, environment, BASE_DIR)
