"""Child processes that never outlive the process that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(parent: int | None = None) -> None:
    """Ask the kernel to kill this process when its parent ends, however that happens (Linux only)."""
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


@dataclass
class Child:
    """One process of the portal, started again with the same words after it ended; no log means our own output."""

    name: str
    command: Sequence[str]
    log: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    user: str | None = None
    before_exec: Callable[[], None] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0

    def start(self) -> None:
        """Start the process in a session of its own, so that Ctrl-C in a terminal reaches the supervisor only."""
        parent = os.getpid()
        self.started_at = time.monotonic()
        with open(self.log or os.devnull, "ab") as log:  # noqa: PTH123
            output = log if self.log else None
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=dict(os.environ, **self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                user=self.user,
                preexec_fn=lambda: self._in_child(parent),  # noqa: PLW1509 - it only makes system calls
            )

    def _in_child(self, parent: int) -> None:
        # Runs after the change of user, which would reset the death signal.
        if self.before_exec:
            self.before_exec()
        die_with_parent(parent)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self.process.poll() if self.process else None

    @property
    def last_words(self) -> str:
        """Give the end of the log, for an error message."""
        return self.log.read_text(errors="replace")[-1000:] if self.log else ""

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and to whatever it started."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def ask_to_stop(self) -> None:
        if self.process and self.is_running:
            self.process.send_signal(self.stop_signal)

    def wait(self, seconds: float) -> None:
        """Wait for the end; kill what is left of the process and of its children after that many seconds."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(seconds, 0.01))
        self.kill()

    def kill(self) -> None:
        """End the process and everything it started at once, as a power cut would."""
        if self.process is None:
            return
        self.signal(signal.SIGKILL)
        self.process.wait()
