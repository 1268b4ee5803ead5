"""The resume file: what the portal answered for each row, on the disk before the next row is sent."""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from portalctl.stops import Stop

FORMAT = "portalctl-resume-1"
BEGINNING = b'{"format": "'
TORN = "The resume file can't be written. Make room, then run the same again."


@dataclass(frozen=True)
class Outcome:
    """How a row ended; `content` is the digest of what was sent for it."""

    key: str
    content: str
    state: str
    reference: str = ""
    id: str = ""
    columns: str = ""
    reason: str = ""
    notice: str = ""


class Journal:
    """Lines of JSON that only grow. A line that a kill tore is taken away: its row is sent again, under the same key.

    Only one process at a time holds the file.
    """

    def __init__(self, file: Path, about: Mapping[str, str]) -> None:
        self._lock, self._is_torn = Lock(), False
        try:
            self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(f"Another portalctl is at work with {file}.") from None
        except OSError as fault:
            raise Stop(f"The resume file can't be used: {fault}.") from None
        head = {"format": FORMAT, **about}
        lines = self._read(file)
        if not lines:
            self._append(head)
        elif lines[0] != head:
            raise Stop(f"{file} belongs to something else: {lines[0]}. Name another by --resume.")
        try:
            self.outcomes = {known["key"]: Outcome(**known) for known in lines[1:]}
        except (KeyError, TypeError):
            raise Stop(f"{file} is no resume file of this program. Name another by --resume.") from None

    def note(self, outcome: Outcome) -> None:
        """Keep how a row ended; it is on the disk when this returns."""
        self._append(asdict(outcome))
        self.outcomes[outcome.key] = outcome

    def close(self) -> None:
        os.close(self._file)

    def _append(self, content: Mapping[str, Any]) -> None:
        line = json.dumps(content, ensure_ascii=False).encode() + b"\n"
        with self._lock:
            if self._is_torn:
                raise Stop(TORN)
            try:
                while line:
                    line = line[os.write(self._file, line) :]
                os.fsync(self._file)
            except OSError as fault:  # half a line may be there: nothing may follow it
                self._is_torn = True
                raise Stop(f"{TORN} {fault}.") from None

    def _read(self, file: Path) -> list[Any]:
        with os.fdopen(os.dup(self._file), "rb") as content:
            content.seek(0)
            whole = content.read()
        if whole and not whole.startswith(BEGINNING[: len(whole)]):
            raise Stop(f"{file} is no resume file of this program. Name another by --resume.")
        end = whole.rfind(b"\n") + 1
        try:
            lines = [json.loads(line) for line in whole[:end].splitlines()]
        except ValueError:
            raise Stop(f"{file} is no resume file of this program. Name another by --resume.") from None
        os.ftruncate(self._file, end)
        return lines
