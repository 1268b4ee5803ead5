"""A register of another agency, run inside the test: it looks up, enters and tells what it entered."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar
from urllib.parse import unquote

from tests.connectors.faults import http

Server = TypeVar("Server", bound=ThreadingHTTPServer)
RECORD = {"name": "Aysel", "home": {"city": "Sumqayıt"}}


class Register(ThreadingHTTPServer):
    """`made` lists the key of every entry as often as it was made; with `honours` a known key makes nothing new."""

    honours = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.made: list[str] = []
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        self.asked.append(f"{method} {path}")
        self.headers.append(headers)
        parts = [unquote(part) for part in path.strip("/").split("/")]
        if method == "GET" and parts[0] == "effects":
            known = parts[-1] in self.made
            return http("200 OK", b'{"receipt": "r-1"}') if known else http("404 Not Found")
        if method == "GET":
            return http("200 OK", json.dumps(RECORD).encode()) if parts[-1] != "nobody" else http("404 Not Found")
        key = headers.get("Idempotency-Key") or headers.get("webhook-id", "")
        self.bodies.append(body)
        if not (self.honours and key in self.made):
            self.made.append(key)
        return http("200 OK", b'{"receipt": "r-1"}')


class Answers(BaseHTTPRequestHandler):
    server: Register

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.wfile.write(self.server.answer(self.command, self.path, dict(self.headers), body))

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def running_register() -> Iterator[Register]:
    with running(Register()) as register:
        yield register


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Let a server answer in the background until the block ends."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
