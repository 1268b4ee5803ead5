"""A scanner for tests: a TCP server that speaks clamd's INSTREAM, looks for EICAR's signature, and fails as told."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from portal.embedded.ports import free_port

# In two parts, so that no scanner takes the tests themselves for what they look for.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
NOWHERE = f"tcp://127.0.0.1:{free_port()}"


def nothing() -> None:
    """Do nothing while a file is scanned."""


class Clamd(socketserver.ThreadingTCPServer):
    """`mode` is works, hangs, nonsense or half; `asked` counts files; `meanwhile` is called while one is scanned."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self, mode: str, most: int) -> None:
        super().__init__(("127.0.0.1", 0), Scanning)
        self.mode, self.most, self.asked = mode, most, 0
        self.meanwhile: Callable[[], object] = nothing
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


class Scanning(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        for piece in pieces(self.rfile):
            content += piece
            if len(content) > self.server.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.asked += 1
        self.server.meanwhile()
        self.answer(content)

    def answer(self, content: bytes) -> None:
        if self.server.mode == "hangs":
            self.server.ended.wait()
        elif self.server.mode == "nonsense":
            self.wfile.write(b"<html>It works!</html>\0")
        elif self.server.mode == "half":
            self.wfile.write(b"stream: O")
        else:
            self.wfile.write(b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    while length := int.from_bytes(stream.read(4), "big"):
        yield stream.read(length)


@contextmanager
def clamd(mode: str = "works", *, most: int = 25_000_000) -> Iterator[Clamd]:
    """Run a scanner on a free port."""
    with Clamd(mode, most) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        serving.start()
        yield server
        server.ended.set()
        server.shutdown()
        serving.join()
