"""A listener inside that nobody may ever reach: it counts who does."""

import contextlib
import socket
import threading
from typing import Self


class Canary:
    """Listens on 127.0.0.1 and, where there is one, on [::1], on the same port."""

    def __init__(self) -> None:
        self.calls = 0
        self._called = threading.Event()
        first = socket.create_server(("127.0.0.1", 0))
        self.port: int = first.getsockname()[1]
        self._listeners = [first]
        with contextlib.suppress(OSError):
            self._listeners.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        for listener in self._listeners:
            threading.Thread(target=self._count, args=(listener,), daemon=True).start()

    def _count(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = listener.accept()
                self.calls += 1
                self._called.set()
                line.close()

    def wait(self) -> None:
        self._called.wait(2)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._listeners:
            listener.close()
