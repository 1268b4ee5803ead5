"""The folder in which one portal keeps its files, secrets and logs."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another supervisor holds the folder."""


class Folder:
    """Own a folder: one supervisor at a time, secrets that last, one log per child."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        for part in ("log", "secrets", "mail", "files", "registry", "beat"):
            (self.path / part).mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o711)
        (self.path / "secrets").chmod(0o700)
        self._lock: IO[str] | None = None

    def lock(self) -> None:
        """Hold the folder until this process ends; the kernel lets go even after kill -9."""
        lock = (self.path / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunning(
                f"Already running (process {lock.read().strip() or 'unknown'}) in {self.path}. "
                "Stop it first, or set PORTAL_VAR to another folder."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None

    def secret(self, name: str) -> str:
        """Give a secret of this folder, made at its first use; its prefix keeps it out of production."""
        file = self.path / "secrets" / name
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(f"demo-{secrets.token_urlsafe(48)}")
        return file.read_text()

    def log(self, name: str) -> Path:
        return self.path / "log" / f"{name}.log"

    def is_stamped(self, stamp: str) -> bool:
        """Tell whether the set-up that the stamp stands for was finished here."""
        file = self.path / "stamp"
        return file.exists() and file.read_text() == stamp

    def put_stamp(self, stamp: str) -> None:
        (self.path / "stamp").write_text(stamp)


def stamp_of(roots: Iterable[Path]) -> str:
    """Digest the names, sizes and times of all files below the roots."""
    digest = hashlib.sha256()
    for root in roots:
        for file in sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
            state = file.stat()
            digest.update(f"{file}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()
