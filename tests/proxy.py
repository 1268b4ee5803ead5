"""A TCP proxy that misbehaves on request: between the portal and a register, PostgreSQL or Valkey.

with Proxy(port) as proxy:      # listens on 127.0.0.1:proxy.port, hands on to 127.0.0.1:port
    proxy.mode = "drip"         # from now on, for lines that are opened from now on
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Self

PIECE = 65_536
MODES = {
    "pass": "hands everything on",
    "refuse": "takes no line",
    "black_hole": "takes no line and doesn't say so: the other side waits",
    "stall": "takes the line and is silent, so that no TLS comes about",
    "drip": "hands the answer on, one byte a `pause` after `head` bytes",
    "cut": "cuts the line after `head` bytes of the answer",
    "cut_after": "hands the whole question on, waits for the answer, and cuts the line without it",
    "say": "reads the question and gives `answer()` instead",
}


class Proxy:
    """Listens on a port of its own and hands lines on to another port, each as `mode` says when it is opened."""

    def __init__(self, to: int, mode: str = "pass") -> None:
        self.to, self._mode, self.head, self.pause = to, "pass", 0, 1.0
        self.answer: Callable[[], Iterable[bytes]] = list
        self.lines = 0
        self._held: list[socket.socket] = []
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]
        self.mode = mode

    @property
    def mode(self) -> str:
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        assert mode in MODES, mode
        self._mode = mode
        self._close()
        if mode == "refuse":
            return
        self._listener = self._listen(self.port, 0 if mode == "black_hole" else 128)
        if mode == "black_hole":  # nobody takes what waits, and what waits fills the queue
            for _ in range(2):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", self.port))
                self._held.append(filler)
            return
        threading.Thread(target=self._take, args=(self._listener,), daemon=True).start()

    def _listen(self, port: int, backlog: int = 128) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(backlog)
        return listener

    def _take(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = listener.accept()
                self.lines += 1
                threading.Thread(target=self._serve, args=(line, self._mode), daemon=True).start()

    def _serve(self, line: socket.socket, mode: str) -> None:
        with contextlib.suppress(OSError), line:
            if mode == "stall":
                while line.recv(PIECE):
                    pass
            elif mode == "say":
                line.recv(PIECE)
                for piece in self.answer():
                    line.sendall(piece)
            else:
                self._hand_on(line, mode)

    def _hand_on(self, line: socket.socket, mode: str) -> None:
        with socket.create_connection(("127.0.0.1", self.to)) as other:
            threading.Thread(target=self._copy, args=(line, other), daemon=True).start()
            for piece in self._answered(other, mode):
                line.sendall(piece)
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _copy(self, line: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := line.recv(PIECE):
                other.sendall(piece)
            other.shutdown(socket.SHUT_WR)

    def _answered(self, other: socket.socket, mode: str) -> Iterator[bytes]:
        """Give of an answer what the mode lets through."""
        left = self.head
        while piece := other.recv(PIECE):
            if mode == "cut_after":
                return
            if mode == "pass":
                yield piece
                continue
            yield piece[:left]
            for byte in piece[left:]:
                if mode == "cut":
                    return
                time.sleep(self.pause)
                yield bytes([byte])
            left = max(left - len(piece), 0)

    def _close(self) -> None:
        for held in [self._listener, *self._held]:
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)  # wakes whoever waits in accept()
            held.close()
        self._held = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
