"""The twelve ways in which a register misbehaves (and two more), as answers of the proxy."""

import gzip
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

JSON = "application/json"


def http(status: str, body: bytes = b"{}", kind: str = JSON, *headers: str) -> bytes:
    """Give a whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def endless() -> Iterator[bytes]:
    """Give 10 GB as fast as anybody takes them."""
    yield b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"a": "'
    piece = b"a" * 65_536
    for _ in range(10 * 2**30 // len(piece)):
        yield piece


@cache
def bomb() -> bytes:
    """Give 1 GB of one letter, packed to a megabyte."""
    packed = gzip.compress(b'{"a": "' + b"a" * 2**20, 1)
    body = b"".join([packed, *[gzip.compress(b"a" * 2**20, 9)] * 1023])
    return http("200 OK", body, JSON, "Content-Encoding: gzip")


@cache
def deep_bomb() -> bytes:
    """Give 100 MB in one stream, packed to 100 kB: less on the line than a body may have."""
    return http("200 OK", gzip.compress(b'{"a": "' + b"a" * 100 * 2**20 + b'"}', 9), JSON, "Content-Encoding: gzip")


@dataclass(frozen=True)
class Fault:
    """One way to misbehave: the proxy's mode, and what it says when it says something itself."""

    mode: str
    answer: Callable[[], Iterable[bytes]] = list
    is_tls: bool = False


def says(answer: bytes) -> Fault:
    return Fault("say", lambda: [answer])


FAULTS: dict[str, Fault] = {
    "refuse": Fault("refuse"),
    "black hole": Fault("black_hole"),
    "TLS stall": Fault("stall", is_tls=True),
    "1 byte a second": Fault("drip"),
    "500": says(http("500 Internal Server Error")),
    "502": says(http("502 Bad Gateway", b"<html>", "text/html")),
    "503 + Retry-After": says(http("503 Service Unavailable", b"", JSON, "Retry-After: 2")),
    "429 + Retry-After": says(http("429 Too Many Requests", b"", JSON, "Retry-After: 2")),
    "200 with HTML": says(http("200 OK", b"<html><h1>Sign in</h1>", "text/html; charset=utf-8")),
    "10 GB body": Fault("say", endless),
    "gzip bomb": Fault("say", lambda: [deep_bomb()]),
    "gzip bomb of a thousand parts": Fault("say", lambda: [bomb()]),
    "redirect to 127.0.0.1": says(http("302 Found", b"", JSON, "Location: http://127.0.0.1:CANARY/")),
    "wrong charset": says(http("200 OK", '{"name": "Məmmədova"}'.encode("utf-16"), "application/json; charset=utf-16")),
    "wrong bytes": says(http("200 OK", '{"name": "é"}'.encode("latin-1"), "application/json; charset=utf-8")),
    "cut after processing": Fault("cut_after"),
}
