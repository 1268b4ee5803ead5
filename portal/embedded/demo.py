"""The demonstration: one command, one supervisor, one address."""

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from portal.embedded.account import NoAccount
from portal.embedded.assembly import Assembly, NotReady
from portal.embedded.folder import AlreadyRunning, Folder
from portal.embedded.people import PASSWORD, cast
from portal.embedded.ports import is_busy
from portal.embedded.programs import BASE_DIR
from portal.embedded.stores import MissingWheel


class BusyPort(Exception):
    """Somebody else listens on the port of the demonstration."""


FORESEEN = (AlreadyRunning, BusyPort, MissingWheel, NoAccount, NotReady, TimeoutError)


def run() -> int:
    """Run the demonstration until Ctrl-C or SIGTERM; give the exit code."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop_waiting(ended))
    try:
        assembly = claim()
    except FORESEEN as error:
        return refuse(error)
    try:
        start(assembly)
        assembly.supervisor.watch(ended)
    except FORESEEN as error:
        return refuse(error)
    except Interrupted:
        pass
    finally:
        ended.set()
        say("\nStopping ...")
        assembly.stop()
    return 0


class Interrupted(Exception):
    """The person or the system asked us to end while we were still starting."""


def stop_waiting(ended: threading.Event) -> None:
    # The first signal breaks off whatever is being waited for; later ones must not disturb the stopping.
    if not ended.is_set():
        ended.set()
        raise Interrupted


def refuse(error: Exception) -> int:
    say(f"error: {error}")
    return 1


def claim() -> Assembly:
    """Take the folder and the port, or raise with one line that says who has them."""
    folder = Folder(Path(os.environ.get("PORTAL_VAR") or BASE_DIR / "var"))
    folder.lock()
    port = int(os.environ.get("PORT") or 8000)
    if is_busy(port):
        raise BusyPort(f"Port {port} is in use. Choose another one: make demo PORT={port + 80}")
    return Assembly(folder, port, os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""), say=say)


def start(assembly: Assembly) -> None:
    """Start everything, with a line for each part."""
    started = time.monotonic()
    say(f"Starting {assembly.own_stores} ...")
    assembly.start_stores()
    say("Setting up ...")
    assembly.set_up()
    say("Starting web, worker, beat and the sandbox registry ...")
    assembly.start_programs()
    assembly.wait_until_ready()
    say(welcome(assembly, time.monotonic() - started))


def say(words: str) -> None:
    # A terminal that was closed must not keep us from stopping what we started.
    with suppress(OSError):
        print(words, flush=True)


def welcome(assembly: Assembly, seconds: float) -> str:
    """Tell where the portal is and who may try it."""
    people = [f"  {email:<22} {part}" for email, part in cast(BASE_DIR / "samples" / "people.yaml")]
    lines = [
        f"\nReady after {seconds:.0f} s: {assembly.url}",
        f"\nAccounts (password: {PASSWORD})",
        *people,
        f"\nFiles and logs are in {assembly.folder.path}. Ctrl-C ends everything.",
    ]
    return "\n".join(lines)
