"""One HTTP call under one deadline, to the very address that was checked, with bounds on what comes back."""

import json
import ssl
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from functools import cache
from http import HTTPStatus
from time import monotonic
from typing import Any

import httpcore
import httpx

from services.connectors.addresses import Allowed, Base, NotAllowed, Resolver, ask_resolver, resolve

PIECE = 4096
GZIP = 31
CONNECT_SHARE = 0.5
TROUBLES = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


class NotSent(Exception):
    """Nothing reached the other side."""


class NoAnswer(Exception):
    """Something was sent, and no clear answer came: nobody knows whether it was done."""


class Unreadable(Exception):
    """The body of an answer can't be taken for what was agreed."""


class Deadline:
    """One moment by which everything is over: looking up the name, connecting, sending, and reading all of it."""

    def __init__(self, seconds: float) -> None:
        self._until = monotonic() + seconds

    def left(self) -> float:
        return self._until - monotonic()


@dataclass(frozen=True)
class Call:
    """What is sent, and within which bounds. `target` is a path that is quoted already."""

    base: Base
    allow: tuple[Allowed, ...]
    method: str
    target: str
    deadline: Deadline
    largest: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    reads_body: bool = True


@dataclass(frozen=True)
class Answer:
    """What came back; the body is read only when the status says that it went well."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return HTTPStatus(200) <= self.status < HTTPStatus(300)


def send(call: Call, resolver: Resolver = ask_resolver) -> Answer:
    """Make a call and give its answer; raise `NotAllowed`, `NotSent`, `NoAnswer` or, read whole, nothing."""
    try:
        addresses = resolve(call.base, call.allow, call.deadline.left(), resolver)
    except OSError as error:
        raise NotSent(str(error)) from None
    line = _Line(addresses, call.deadline)
    try:
        return _exchange(call, line)
    except (*TROUBLES, ssl.SSLError, OSError) as error:
        raise (NoAnswer if line.was_used else NotSent)(type(error).__name__) from None


def _exchange(call: Call, line: "_Line") -> Answer:
    base = call.base
    url = httpcore.URL(scheme=base.scheme, host=base.host, port=base.port, target=(base.path + call.target).encode())
    headers = {"Host": base.host_header, "Accept": "application/json", "Accept-Encoding": "gzip", **call.headers}
    if call.method != "GET":
        headers["Content-Length"] = str(len(call.content))
    # A line of its own for each call: a line that was kept may be dead, and then nobody knows what was done.
    with (
        httpcore.ConnectionPool(ssl_context=trusted(), network_backend=line, max_connections=1) as pool,
        pool.stream(call.method, url, headers=list(headers.items()), content=call.content or None) as response,
    ):
        known = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        answer = Answer(response.status, known, b"")
        if not (answer.is_success and call.reads_body):
            return answer
        return Answer(response.status, known, _body(response.iter_stream(), known, call.largest))


@cache
def trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _body(chunks: Iterable[bytes], headers: Mapping[str, str], largest: int) -> bytes:
    """Read a body of so many bytes at most, on the line and unpacked."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise NoAnswer("an encoding that was not asked for")
    unpack = zlib.decompressobj(GZIP) if encoding == "gzip" else None
    body, raw = bytearray(), 0
    for chunk in chunks:
        raw += len(chunk)
        body += _unpacked(unpack, chunk, largest - len(body) + 1)
        if max(raw, len(body)) > largest:
            raise NoAnswer("more than was agreed")
    if unpack is not None and not unpack.eof:
        raise NoAnswer("the end is missing")
    return bytes(body)


def _unpacked(unpack: Any, chunk: bytes, most: int) -> bytes:
    try:
        return unpack.decompress(chunk, most) if unpack else chunk
    except zlib.error:
        raise NoAnswer("can't be unpacked") from None


def record_in(answer: Answer) -> dict[str, Any]:
    """Give the JSON object that an answer holds; raise `Unreadable`."""
    said = Message()
    said["Content-Type"] = answer.headers.get("content-type", "")
    kind, charset = said.get_content_type(), str(said.get_param("charset", "utf-8")).lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Unreadable("no JSON")
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise Unreadable("JSON in other letters than UTF-8")
    try:
        record = json.loads(answer.body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unreadable("no JSON") from None
    if not isinstance(record, dict):
        raise Unreadable("no object")
    return record


class _Line(httpcore.NetworkBackend):
    """Connects to addresses that were checked before, whatever the name says by now; knows whether it was used."""

    def __init__(self, addresses: list[str], deadline: Deadline) -> None:
        self._addresses, self._deadline = addresses, deadline
        self.was_used = False

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:  # noqa: ARG002
        *others, last = self._addresses
        for address in others:
            try:
                return self._connected(address, port, self.left(httpcore.ConnectTimeout) * CONNECT_SHARE)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connected(last, port, self.left(httpcore.ConnectTimeout))

    def _connected(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        return _Stream(httpcore.SyncBackend().connect_tcp(address, port, timeout), self)

    def left(self, too_late: type[Exception], timeout: float | None = None) -> float:
        """Give how long one step may take: what is left for all."""
        left = self._deadline.left()
        if left <= 0:
            raise too_late
        return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    """A line on which each step has as long as is left for all."""

    def __init__(self, inner: httpcore.NetworkStream, line: _Line) -> None:
        self._inner, self._line = inner, line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._line.left(httpcore.ReadTimeout, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._line.was_used = True
        for start in range(0, len(buffer), PIECE):
            self._inner.write(buffer[start : start + PIECE], self._line.left(httpcore.WriteTimeout, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._line.left(httpcore.ConnectTimeout, timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._line)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


__all__ = ["Answer", "Call", "Deadline", "NoAnswer", "NotAllowed", "NotSent", "Unreadable", "record_in", "send"]
