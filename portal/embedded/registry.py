"""A sandbox registry: answers look-ups from a file, records each effect once, misbehaves on request."""

import argparse
import json
import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import yaml

from portal.embedded.ports import HOST

MODES = ("none", "down", "slow", "garbage")
SLOW_SECONDS = 20.0
MAX_BODY = 1_000_000

Answer = tuple[HTTPStatus, dict[str, Any]]


class Effects:
    """Effects on disk, one line each; the same key writes nothing twice, even after a restart."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._by_key: dict[tuple[str, str], dict[str, Any]] = {}
        self._file = file.open("a+b")
        self._read()

    def _read(self) -> None:
        self._file.seek(0)
        whole = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            effect = json.loads(line)
            self._by_key[effect["registry"], effect["idempotency_key"]] = effect
        # What a kill cut short was never acknowledged.
        self._file.truncate(whole)

    def write(self, registry: str, key: str, idempotency_key: str, body: Any) -> Answer:
        """Record an effect before acknowledging it; refuse its key for anything else."""
        new = {"registry": registry, "key": key, "idempotency_key": idempotency_key, "body": body}
        with self._lock:
            known = self._by_key.get((registry, idempotency_key))
            if known is None:
                known = new | {"receipt": f"{registry}-{len(self._by_key) + 1:06}"}
                self._append(known)
        if any(known[name] != new[name] for name in new):
            return HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "This Idempotency-Key was used for another effect."}
        return HTTPStatus.OK, {"receipt": known["receipt"]}

    def _append(self, effect: dict[str, Any]) -> None:
        self._file.write(json.dumps(effect).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._by_key[effect["registry"], effect["idempotency_key"]] = effect

    def known(self, registry: str, idempotency_key: str) -> Answer:
        """Tell whether an effect with a key was recorded: what it was and its receipt."""
        with self._lock:
            effect = self._by_key.get((registry, idempotency_key))
        return (HTTPStatus.NOT_FOUND, {"found": False}) if effect is None else (HTTPStatus.OK, effect)

    def of(self, registry: str) -> list[dict[str, Any]]:
        with self._lock:
            return [effect for effect in self._by_key.values() if effect["registry"] == registry]


@dataclass
class Sandbox:
    """Everything that the sandbox knows: records, effects, and how it misbehaves now."""

    records: dict[str, dict[str, dict[str, Any]]]
    effects: Effects
    faults: dict[str, str] = field(default_factory=dict)
    slow_seconds: float = SLOW_SECONDS

    def look_up(self, registry: str, key: str) -> Answer:
        record = self.records.get(registry, {}).get(key)
        return (HTTPStatus.NOT_FOUND, {"found": False}) if record is None else (HTTPStatus.OK, record)

    def set_fault(self, wish: Any) -> Answer:
        """Make one registry, or all of them, misbehave from now on."""
        if not isinstance(wish, dict) or wish.get("mode") not in MODES:
            return HTTPStatus.BAD_REQUEST, {"error": f"mode must be one of {', '.join(MODES)}."}
        if "registry" not in wish:
            self.faults.clear()
        self.faults[wish.get("registry", "*")] = wish["mode"]
        self.slow_seconds = float(wish.get("seconds", SLOW_SECONDS))
        return HTTPStatus.OK, dict(self.faults)

    def mode_of(self, registry: str) -> str:
        return self.faults.get(registry, self.faults.get("*", "none"))


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for the sandbox."""

    sandbox: ClassVar[Sandbox]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Look one record up, list the effects of a registry, or tell whether one was recorded."""
        match self._parts():
            case ["effects", registry]:
                self._send(HTTPStatus.OK, {"effects": self.sandbox.effects.of(registry)})
            case ["effects", registry, idempotency_key]:
                if self._behaves(registry):
                    self._send(*self.sandbox.effects.known(registry, idempotency_key))
            case [registry, key]:
                if self._behaves(registry):
                    self._send(*self.sandbox.look_up(registry, key))
            case _:
                self._send(HTTPStatus.NOT_FOUND, {"error": "Ask for /registry/key."})

    def do_POST(self) -> None:
        """Record one effect exactly once."""
        body = self._body()
        match self._parts():
            case [registry, key] if registry != "effects":
                if self._behaves(registry):
                    self._send(*self._write(registry, key, body))
            case _:
                self._send(HTTPStatus.NOT_FOUND, {"error": "Write to /registry/key."})

    def do_PUT(self) -> None:
        """Set a fault."""
        body = self._body()
        if self._parts() == ["faults"]:
            self._send(*self.sandbox.set_fault(body))
        else:
            self._send(HTTPStatus.NOT_FOUND, {"error": "Only /faults can be put."})

    def _write(self, registry: str, key: str, body: Any) -> Answer:
        idempotency_key = self.headers.get("Idempotency-Key", "")
        if not idempotency_key or body is None:
            return HTTPStatus.BAD_REQUEST, {"error": "An effect needs an Idempotency-Key and a JSON body."}
        return self.sandbox.effects.write(registry, key, idempotency_key, body)

    def _parts(self) -> list[str]:
        return [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]

    def _body(self) -> Any:
        length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY)
        try:
            return json.loads(self.rfile.read(length))
        except ValueError:
            return None

    def _behaves(self, registry: str) -> bool:
        """Misbehave as was wished; tell whether a proper answer is still due."""
        mode = self.sandbox.mode_of(registry)
        if mode == "slow":
            time.sleep(self.sandbox.slow_seconds)
        if mode == "down":
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "The registry is down."})
        if mode == "garbage":
            self._send_bytes(HTTPStatus.OK, b"<html>\x00\xff half an answ")
        return mode in {"none", "slow"}

    def _send(self, status: HTTPStatus, answer: dict[str, Any]) -> None:
        self._send_bytes(status, json.dumps(answer).encode())

    def _send_bytes(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Write nothing: paths hold personal identifiers."""


def read_records(files: Iterable[Path]) -> dict[str, dict[str, dict[str, Any]]]:
    """Give the records of every file that exists, YAML or JSON, by register and key; an earlier file wins."""
    known: dict[str, dict[str, dict[str, Any]]] = {}
    for file in files:
        text = file.read_text() if file.exists() else ""
        loaded = (json.loads(text) if file.suffix == ".json" and text else yaml.safe_load(text)) or {}
        for registry, records in loaded.items():
            known[registry] = {**(records or {}), **known.get(registry, {})}
    return known


def serve(port: int, records: Iterable[Path], folder: Path) -> None:
    """Serve on this machine only, until killed."""
    Handler.sandbox = Sandbox(read_records(records), Effects(folder / "effects.jsonl"))
    ThreadingHTTPServer((HOST, port), Handler).serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m portal.embedded.registry", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--records", type=Path, action="append", required=True)
    parser.add_argument("--var", type=Path, required=True)
    words = parser.parse_args()
    serve(words.port, words.records, words.var)


if __name__ == "__main__":
    main()
