"""Clients who submit requests, keep on disk what they meant and what they were told, and ask until they know."""

import contextlib
import http.client
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path

import httpx

from portal.embedded.ports import HOST
from tests.drill.portals import DrillPortal
from tests.drill.set_up import DRIVER, PASSWORD

OFTEN_AGAIN, OFTEN_PAPERS = 5, 25
PATIENCE_S = 180.0
LONGEST_HELD_S = 60.0


class Journal:
    """What clients meant to send and what they were told: each line is on the disk before they go on."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a+b")
        self._lock = threading.Lock()

    def note(self, what: str, key: str, told: str = "") -> None:
        with self._lock:
            self._file.write(json.dumps([what, key, told]).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def read(self, what: str) -> dict[str, set[str]]:
        """Give by key what was noted of a kind."""
        noted: dict[str, set[str]] = {}
        with self._lock:
            self._file.seek(0)
            for line in self._file:
                kind, key, told = json.loads(line)
                if kind == what:
                    noted.setdefault(key, set()).add(told)
        return noted


def signed_in(portal: DrillPortal) -> dict[str, str]:
    """Give the headers of a citizen who has signed in."""
    with httpx.Client(base_url=portal.url, timeout=30) as client:
        token = client.get("/account/login/").cookies["csrf"]
        form = {"login": DRIVER, "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = client.post("/account/login/", data=form, headers={"Referer": portal.url})
        assert answer.status_code == 302, answer.text
        cookies = SimpleCookie(dict(client.cookies.items()))
        token = client.cookies["csrf"]
    known = {"Cookie": cookies.output(header="", sep=";").strip(), "X-CSRFToken": token, "Referer": portal.url}
    return {**known, "Content-Type": "application/json"}


@dataclass
class Clients:
    """Sixteen at once; every fifth request is sent once more, as by somebody whose answer got lost."""

    portal: DrillPortal
    journal: Journal
    requests: int
    seed: int
    at_once: int = 16
    most_open: int = 200
    papers_every: int = OFTEN_PAPERS
    answers: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    may_send: threading.Event = field(default_factory=threading.Event)
    shall_end: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        headers, numbers = signed_in(self.portal), iter(range(self.requests))
        self.may_send.set()
        self._threads = [
            threading.Thread(target=self._submit_some, args=(headers, numbers)) for _ in range(self.at_once)
        ]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def submit_all(self) -> None:
        self.begin()
        self.join()

    def key(self, number: int) -> str:
        return f"seed{self.seed}-{number:05}"

    def _submit_some(self, headers: dict[str, str], numbers: Iterator[int]) -> None:
        while True:
            with self._lock:
                number = next(numbers, None)
            if number is None or self.shall_end.is_set():
                return
            self.may_send.wait(LONGEST_HELD_S)
            for _ in range(2 if number % OFTEN_AGAIN == 0 else 1):
                self._submit_until_known(headers, number)
            with self._lock:
                self.acknowledged += 1

    def _submit_until_known(self, headers: dict[str, str], number: int) -> None:
        key = self.key(number)
        papers = int(number % self.papers_every == 0)
        body = json.dumps({"service": "drill", "office": "drill-hall", "answers": {"plate": key, "papers": papers}})
        self.journal.note("meant", key)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            status, answer = self._send(body, {**headers, "Idempotency-Key": key})
            with self._lock:
                self.answers[status] += 1
            if status == "201":
                self.journal.note("acknowledged", key, json.loads(answer)["id"])
                return
            if status.startswith("4"):
                self.journal.note("refused", key, f"{status} {answer[:200]!r}")
                return
            time.sleep(0.3)

    def _send(self, body: str, headers: dict[str, str]) -> tuple[str, bytes]:
        """Send once; give the status, or that there was no answer."""
        connection = http.client.HTTPConnection(HOST, self.portal.assembly.port, timeout=15)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("POST", "/api/requests/", body, headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status == 503 and not answer.headers["Retry-After"]:
                return "503 without Retry-After", content
            return str(answer.status), content
        return "no answer", b""
