"""A receiver of webhooks, run inside the test: it answers as its script says, and keeps what it was sent."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.connectors.faults import http
from tests.connectors.register import Register, running

NEVER = "never"
Said = str | tuple[str, ...]


class Receiver(Register):
    """`script` lists the answers to come: a status, or one with headers; afterwards it says 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__()
        self.script: list[Said] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks/city"

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers in self.headers]

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        self.asked.append(f"{method} {path}")
        self.headers.append(headers)
        self.bodies.append(body)
        said = self.script.pop(0) if self.script else "200 OK"
        if said == NEVER:
            time.sleep(5)
            return b""
        status, *more = (said,) if isinstance(said, str) else said
        return http(status, b"{}", "application/json", *more)


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    with running(Receiver()) as receiver:
        yield receiver
