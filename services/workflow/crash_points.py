"""Places where a worker or a web process may die in a test: the moments at which dying would do the most harm."""

import os
import signal
from collections import Counter
from pathlib import Path

from django.conf import settings

_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Kill this process when the tests' `CRASH_AT` names this place as `name:n`, at its n-th passing, once for all."""
    if settings.CRASH_AT:
        _pass(name, Path(settings.CRASHES_DIR))


def _pass(name: str, crashes: Path) -> None:
    _passed[name] += 1
    crash = f"{name}:{_passed[name]}"
    if crash not in settings.CRASH_AT:
        return
    try:
        (crashes / crash).touch(exist_ok=False)  # whoever comes here after a restart lives on
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
