"""One deadline, one bound, one address, whatever the other side does."""

import gzip
import threading
import time
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.connectors.addresses import read_allowed, read_base
from services.connectors.wire import Answer, Call, Deadline, NoAnswer, NotSent, Unreadable, record_in, send
from tests.connectors.canary import Canary
from tests.connectors.faults import FAULTS, JSON, Fault, http
from tests.proxy import Proxy

DEADLINE_S = 0.6
MB = 2**20


class Register(ThreadingHTTPServer):
    """Answers well, and remembers what it did."""

    done = list[bytes]()


@pytest.fixture
def register() -> Iterator[Register]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            server.done.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            self.wfile.write(http("200 OK", b'{"receipt": "a-1"}'))

        def log_message(self, *_: object) -> None:
            pass

    server = Register(("127.0.0.1", 0), Answers)
    server.done = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def behave(proxy: Proxy, fault: Fault, canary_port: int = 1) -> None:
    mark = str(canary_port).encode()
    proxy.answer = lambda: (piece.replace(b"CANARY", mark) for piece in fault.answer())
    proxy.mode = fault.mode


def call(
    port: int, method: str = "POST", *, is_tls: bool = False, largest: int = 65_536, seconds: float = DEADLINE_S
) -> Call:
    base = read_base(f"http{'s' if is_tls else ''}://127.0.0.1:{port}")
    content = b'{"entry": 1}' if method == "POST" else b""
    return Call(base, (read_allowed(f"127.0.0.1:{port}"),), method, "/a/b", Deadline(seconds), largest, {}, content)


def test_a_good_answer_is_read(register: Register) -> None:
    with Proxy(register.server_port) as proxy:
        answer = send(call(proxy.port))

    assert record_in(answer) == {"receipt": "a-1"}
    assert register.done == [b'{"entry": 1}']


@pytest.mark.parametrize("name", FAULTS)
def test_the_deadline_holds_and_memory_too(register: Register, name: str) -> None:
    fault = FAULTS[name]
    with Canary() as canary, Proxy(register.server_port) as proxy:
        behave(proxy, fault, canary.port)
        list(zip(range(3), proxy.answer(), strict=False))  # makes what is sent before memory is looked at
        tracemalloc.start()
        began = time.monotonic()
        try:
            answer = send(call(proxy.port, is_tls=fault.is_tls))
        except (NotSent, NoAnswer):
            answer = None
        took, (_, grown) = time.monotonic() - began, tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert took < DEADLINE_S + 1
    assert grown < 50 * MB
    assert canary.calls == 0
    if answer is not None and answer.is_success:
        with pytest.raises(Unreadable):
            record_in(answer)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("refuse", NotSent),
        ("black hole", NotSent),
        ("TLS stall", NotSent),
        ("1 byte a second", NoAnswer),
        ("10 GB body", NoAnswer),
        ("gzip bomb", NoAnswer),
        ("cut after processing", NoAnswer),
    ],
)
def test_what_was_sent_is_told_from_what_was_not(register: Register, name: str, told: type[Exception]) -> None:
    with Proxy(register.server_port) as proxy:
        behave(proxy, FAULTS[name])
        with pytest.raises(told):
            send(call(proxy.port, is_tls=FAULTS[name].is_tls))


def test_cut_after_processing_was_done_once(register: Register) -> None:
    with Proxy(register.server_port) as proxy:
        behave(proxy, FAULTS["cut after processing"])
        with pytest.raises(NoAnswer):
            send(call(proxy.port))

    assert len(register.done) == 1


def test_a_timeout_for_each_read_alone_would_wait_for_ever(register: Register) -> None:
    """Why the deadline is one for all: a usual client with the same seconds is still reading long after."""
    import httpx

    with Proxy(register.server_port) as proxy:
        proxy.pause, proxy.head = 0.3, 80
        behave(proxy, FAULTS["1 byte a second"])
        began = time.monotonic()
        httpx.post(f"http://127.0.0.1:{proxy.port}/a", timeout=0.5, trust_env=False)

    assert time.monotonic() - began > 3 * 0.5


def test_a_body_may_be_as_large_as_agreed_and_no_larger(register: Register) -> None:
    body = b'{"a": "' + b"a" * 90 + b'"}'
    for packed, headers in ((body, ()), (gzip.compress(body), ("Content-Encoding: gzip",))):
        with Proxy(register.server_port) as proxy:
            behave(proxy, Fault("say", lambda: [http("200 OK", packed, JSON, *headers)]))  # noqa: B023
            assert record_in(send(call(proxy.port, largest=len(body))))["a"] == "a" * 90
            with pytest.raises(NoAnswer):
                send(call(proxy.port, largest=len(body) - 1))


def test_other_packings_and_half_packings_are_no_answer(register: Register) -> None:
    whole = gzip.compress(b"{}")
    for body, encoding in ((b"\0", "br"), (whole[:-4], "gzip"), (b"no gzip", "gzip")):
        with Proxy(register.server_port) as proxy:
            behave(proxy, Fault("say", lambda: [http("200 OK", body, JSON, f"Content-Encoding: {encoding}")]))  # noqa: B023
            with pytest.raises(NoAnswer):
                send(call(proxy.port))


def test_a_header_with_a_line_end_is_never_sent(register: Register) -> None:
    wished = call(register.server_port)
    bad = Call(wished.base, wished.allow, "POST", "/a", Deadline(1), 1000, {"X": "a\r\nHost: evil"}, b"")
    with pytest.raises(NotSent):
        send(bad)
    assert register.done == []


@pytest.mark.parametrize("body", [b"[]", b"", b"{", b'"a"', b"[" * 100_000, b"\xff{}"])
def test_what_is_no_object_is_not_read(body: bytes) -> None:
    with pytest.raises(Unreadable):
        record_in(Answer(200, {"content-type": JSON}, body))
