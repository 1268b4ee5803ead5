"""Keeps children running: starts them in order, starts the dead again, stops them in the reverse order."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from portal.embedded.processes import Child

LONGEST_PAUSE = 30.0
CALM_AFTER = 60.0
GRACE = 8.0


class Supervisor:
    """Own the children of one portal; `say` receives one plain line for each thing that happens."""

    def __init__(self, say: Callable[[str], None] = print) -> None:
        self.children: dict[str, Child] = {}
        self.say = say
        self.pauses: dict[str, float] = {}
        self.due: dict[str, float] = {}
        # The kernel ties a child's life to the thread that forked it, so one thread starts them all.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")

    def start(self, child: Child) -> None:
        """Take charge of a child and start it."""
        self.children[child.name] = child
        self._starter.submit(child.start).result()

    def restart(self, name: str) -> None:
        """Start a child again, after ending what is left of it."""
        self.children[name].kill()
        self.start(self.children[name])

    def kill(self, name: str) -> None:
        """End a child at once; nobody starts it again but `restart` or `tend`."""
        self.children[name].kill()

    def tend(self, now: float) -> None:
        """Look at every child once; start the dead again after pauses that grow."""
        for name, child in self.children.items():
            if child.is_running:
                continue
            if name not in self.due:
                self._note_death(child, now)
            elif self.due[name] <= now:
                del self.due[name]
                self.restart(name)

    def _note_death(self, child: Child, now: float) -> None:
        lived_long = now - child.started_at > CALM_AFTER
        pause = 1.0 if lived_long else min(2 * self.pauses.get(child.name, 0.5), LONGEST_PAUSE)
        self.pauses[child.name], self.due[child.name] = pause, now + pause
        self.say(f"{child.name} ended (code {child.exit_code}); starting it again in {pause:.0f} s. See {child.log}")

    def watch(self, ended: threading.Event) -> None:
        """Tend the children until told to end."""
        while not ended.wait(0.5):
            self.tend(time.monotonic())

    def stop(self, names: list[str] | None = None, grace: float = GRACE) -> None:
        """Stop children together, all of them by default, and forget them."""
        leaving = [self.children.pop(name) for name in names or list(self.children) if name in self.children]
        for child in leaving:
            child.ask_to_stop()
        deadline = time.monotonic() + grace
        for child in leaving:
            child.wait(deadline - time.monotonic())
        for child in leaving:
            self.due.pop(child.name, None)

    def close(self) -> None:
        """Stop every child and end the thread that started them."""
        self.stop()
        self._starter.shutdown()
