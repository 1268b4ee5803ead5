"""A provider of SMS for drills: it takes every text and drops none that comes again, so that copies can be counted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from portal.embedded.ports import HOST


class Provider(ThreadingHTTPServer):
    """`keys` has the key of each text in the order in which they came; it lives outside of what is killed."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), Taking)
        self.keys: list[str] = []
        self._serving = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}/"

    def begin(self) -> None:
        self._serving.start()

    def end(self) -> None:
        if self._serving.is_alive():
            self.shutdown()
            self._serving.join()
        self.server_close()


class Taking(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keys.append(self.headers["Idempotency-Key"])
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def taking_texts() -> Iterator[Provider]:
    """Run a provider on a free port."""
    provider = Provider()
    provider.begin()
    yield provider
    provider.end()
