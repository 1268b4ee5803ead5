"""The stranger's program, used as a stranger uses it but inside this process: it asks our test client."""

import importlib.util
import sys
import urllib.error
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from django.test import Client

PROGRAM = Path(__file__).parent.parent.parent / "verify" / "verify.py"
PORTAL, WITNESS = "https://portal.example.org", "https://witness.example.org"


def load() -> ModuleType:
    """Load the program, whose folder is no package."""
    return _load("verify", PROGRAM)


def load_figures() -> tuple[ModuleType, ModuleType]:
    """Load the program and the one that counts figures and uses it."""
    return load(), _load("figures", PROGRAM.with_name("figures.py"))


def _load(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def asking(client: Client, original: Callable[..., bytes]) -> Callable[..., bytes]:
    """Give a way to fetch that reaches the portal through a test client, and files as ever."""

    def fetch(where: str) -> bytes:
        if not where.startswith(PORTAL):
            return original(where)
        answer = client.get(where.removeprefix(PORTAL), secure=True)
        if answer.status_code != 200:
            raise urllib.error.HTTPError(where, answer.status_code, "refused", answer.headers, None)  # type: ignore[arg-type]
        return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]

    return fetch


def watch(monkeypatch: pytest.MonkeyPatch, settings: Any, witness: Any) -> None:
    """Let the portal ask this witness instead of one on the network."""
    settings.WITNESSES = [((witness.folder / "witness.key").read_text().strip(), WITNESS)]

    def post(url: str, *, content: str, timeout: object) -> httpx.Response:
        assert url == f"{WITNESS}/add-checkpoint"
        status, words = witness.add(content)
        return httpx.Response(status, text=words)

    monkeypatch.setattr(httpx, "post", post)
