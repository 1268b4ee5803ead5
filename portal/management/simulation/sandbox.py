"""The registers of other agencies while a simulation runs: the sandbox as a process of its own."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from portal.embedded import programs
from portal.embedded.folder import Folder
from portal.embedded.ports import HOST, answers, wait_until

SAMPLES = programs.BASE_DIR / "samples" / "registry.yaml"


class StrangeRegister(Exception):
    """Somebody answers at the register's address who doesn't know the simulation's people."""


def address() -> str:
    """Give the sandbox's address, to which the connectors of the samples refer."""
    return settings.CONNECTOR_VALUES["REGISTRY_URL"]


class Sandbox:
    """The sandbox at the address of the settings."""

    def __init__(self) -> None:
        self.http = httpx.Client(base_url=address(), timeout=10)

    def set_fault(self, register: str, mode: str) -> None:
        """Let a register be away (`down`), or answer again (`none`)."""
        self.http.put("/faults", json={"registry": register, "mode": mode}).raise_for_status()

    def knows(self, register: str, key: str) -> bool:
        return self.http.get(f"/{register}/{key}").is_success


@contextmanager
def running(records: Mapping[str, Mapping[str, Any]]) -> Iterator[Sandbox]:
    """Keep the invented records beside those of the samples, and have a sandbox that knows both.

    One is started at the settings' address unless somebody answers there already.
    """
    folder = Folder(settings.VAR_DIR)
    file = folder.path / "registry" / "simulated.json"
    file.write_text(json.dumps(records, ensure_ascii=False))
    parts = urlsplit(address())
    port, child = parts.port or 80, None
    if parts.hostname == HOST and not answers(port):
        child = programs.registry(folder, port, SAMPLES, file)
        child.start()
    try:
        wait_until(lambda: answers(port), seconds=20, failure=f"No register answers at {address()}.")
        yield _that_knows(records, file)
    finally:
        if child is not None:
            child.kill()


def _that_knows(records: Mapping[str, Mapping[str, Any]], file: Path) -> Sandbox:
    sandbox = Sandbox()
    somebody = next(iter(records.get("population", {})), "")
    if somebody and not sandbox.knows("population", somebody):
        raise StrangeRegister(
            f"The register at {address()} doesn't know the simulation's people. "
            f"End it, or start it again with --records {file}"
        )
    return sandbox
