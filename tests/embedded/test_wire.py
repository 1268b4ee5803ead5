"""What reaches the real web server over the wire as no browser sends it (reliability's list A, numbers 17 and 18)."""

import os
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connection

from portal.embedded import programs
from portal.embedded.folder import Folder
from portal.embedded.ports import HOST, answers, free_port, wait_until

FORM, APPLY = "application/x-www-form-urlencoded", "/apply/permit/"
SECOND = f"GET /health/live HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


@pytest.fixture(scope="module")
def port(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run the web server as the portal does, on the tests' own database."""
    number, folder = free_port(), Folder(tmp_path_factory.mktemp("wire"))
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    web = programs.web(folder, number, {"DATABASE_URL": database.geturl()})
    web.start()
    wait_until(lambda: answers(number), seconds=120, failure="The web server doesn't answer.")
    yield number
    web.ask_to_stop()
    web.wait(20)


def sent(port: int, head: list[str], body: bytes = b"", line: str = f"POST {APPLY}") -> list[int]:
    """Send a request as it is written, and give the status of every answer until the server hangs up or waits."""
    words = "\r\n".join([f"{line} HTTP/1.1", f"Host: {HOST}", *head, "", ""]).encode()
    with socket.create_connection((HOST, port), 60) as wire:
        wire.sendall(words + body)
        return [int(status) for status in re.findall(rb"^HTTP/1\.1 (\d{3})", said_on(wire), re.MULTILINE)]


def said_on(wire: socket.socket) -> bytes:
    """Read until the server hangs up, or has said something and nothing more for three seconds."""
    said = b""
    try:
        while more := wire.recv(65_536):
            said += more
            wire.settimeout(3)
    except (TimeoutError, ConnectionError):
        pass
    return said


class TestHead:
    @pytest.mark.parametrize("name", ["Cookie", "Referer", "X-Anything"])
    def test_of_64_kb_is_refused(self, port: int, name: str) -> None:
        assert sent(port, ["Content-Length: 0", f"{name}: {'a' * 65_536}"]) == [431]

    def test_of_many_lines_is_refused(self, port: int) -> None:
        assert sent(port, ["Content-Length: 0", *(f"X-{number}: a" for number in range(200))]) == [431]

    def test_as_long_as_browsers_send_is_read(self, port: int) -> None:
        assert sent(port, [f"Cookie: other={'a' * 16_000}"], line="GET /health/live") == [200]


class TestLength:
    def test_told_in_two_ways_is_refused_and_nothing_is_smuggled(self, port: int) -> None:
        both = [f"Content-Type: {FORM}", "Content-Length: 5", "Transfer-Encoding: chunked"]

        assert sent(port, both, b"0\r\n\r\n" + SECOND) == [400]
        assert sent(port, both[::-1], b"0\r\n\r\n" + SECOND) == [400]

    @pytest.mark.parametrize(
        "head",
        [
            ["Content-Length: 3", "Content-Length: 4"],
            ["Content-Length: 3", "Transfer-Encoding: xchunked"],
            ["Content-Length: 3", "Transfer-Encoding : chunked"],
            ["Content-Length: -3"],
            ["Content-Length: 3x"],
        ],
        ids=" and ".join,
    )
    def test_that_can_be_read_in_two_ways_is_refused(self, port: int, head: list[str]) -> None:
        assert sent(port, head, b"abc" + SECOND) == [400]
