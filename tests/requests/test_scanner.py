"""What is asked of clamd, and that only a clear answer counts as one."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from services.requests.scanner import TooLargeToScan, Unscanned, scan
from tests.requests.clamd import EICAR, NOWHERE, clamd

PATIENCE_S = 10.0


@contextmanager
def answering(listening: socket.socket, reply: bytes, pause_s: float = 0) -> Iterator[None]:
    """Say something to one file, whatever it is, letter by letter when there is a pause, and hang up."""

    def serve() -> None:
        wire, _ = listening.accept()
        with wire, suppress(OSError):
            wire.recv(100)
            for part in [reply[at : at + 1] for at in range(len(reply))] if pause_s else [reply]:
                time.sleep(pause_s)
                wire.sendall(part)

    listening.listen()
    serving = threading.Thread(target=serve)
    serving.start()
    yield
    serving.join()


@contextmanager
def replying(reply: bytes, pause_s: float = 0) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening, answering(listening, reply, pause_s):
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


class TestClearAnswer:
    def test_is_nothing_found(self) -> None:
        with clamd() as scanner:
            assert scan([b"a letter"], scanner.url, PATIENCE_S) == ""

    @pytest.mark.parametrize("at", [0, 1, 34, 65_536])
    def test_is_what_was_found_wherever_it_is_and_however_it_was_cut(self, at: int) -> None:
        with clamd() as scanner:
            content = b"x" * at + EICAR

            assert scan([content[:30], b"", content[30:]], scanner.url, PATIENCE_S) == "Eicar-Signature"

    def test_comes_over_a_socket_of_the_file_system_too(self, tmp_path: Path) -> None:
        path = tmp_path / "clamd"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            with answering(listening, b"stream: OK\0"):
                assert scan([], f"unix://{path}", PATIENCE_S) == ""

    def test_may_be_that_it_is_too_large(self) -> None:
        with clamd(most=100_000) as scanner, pytest.raises(TooLargeToScan):
            scan([b"x" * 1_000_000] * 10, scanner.url, PATIENCE_S)


class TestNoAnswer:
    @pytest.mark.parametrize("mode", ["nonsense", "half"])
    def test_is_one_that_is_not_clear(self, mode: str) -> None:
        with clamd(mode) as scanner, pytest.raises(Unscanned):
            scan([EICAR], scanner.url, PATIENCE_S)

    @pytest.mark.parametrize("reply", [b"stream: OK", b"OK\0", b"stream: OKAY\0", b"stream:  FOUND\0", b"x: OK\0", b""])
    def test_is_anything_but_the_two_that_clamd_gives(self, reply: bytes) -> None:
        with replying(reply) as url, pytest.raises(Unscanned):
            scan([b"x"], url, PATIENCE_S)

    @pytest.mark.parametrize("url", [NOWHERE, "unix:///nowhere/clamd"], ids=["port", "socket"])
    def test_comes_from_nobody(self, url: str) -> None:
        with pytest.raises(Unscanned):
            scan([b"x"], url, PATIENCE_S)

    def test_comes_from_one_that_hangs_and_is_not_waited_for_longer_than_told(self) -> None:
        began = time.monotonic()
        with clamd("hangs") as scanner, pytest.raises(Unscanned):
            scan([b"x"], scanner.url, 0.3)

        assert time.monotonic() - began < PATIENCE_S / 2

    def test_comes_from_one_that_answers_letter_by_letter(self) -> None:
        """Each letter comes in time, all of them don't: the limit is on the whole."""
        with replying(b"stream: OK\0", pause_s=0.1) as url, pytest.raises(Unscanned, match=r"slow|timed out"):
            scan([b"x"], url, 0.3)

    def test_comes_from_one_that_never_stops_talking(self) -> None:
        with replying(b"x" * 100_000) as url, pytest.raises(Unscanned):
            scan([b"x"], url, PATIENCE_S)
