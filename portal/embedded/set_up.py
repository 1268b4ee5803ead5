"""Fill an empty portal: one process for all steps, because starting Python is what takes the time."""

import io
import logging
import sys
import time
from pathlib import Path

import django
import structlog
from django.core.management import CommandError, call_command

from portal.embedded.people import PASSWORD

SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples"


def main() -> int:
    """Run every step and show its name, its result and its time."""
    django.setup()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        for step in steps():
            run(*step)
    except CommandError as error:
        print(f"failed.\n{error}", flush=True)
        return 1
    return 0


def run(words: str, command: str, arguments: list[str], options: dict[str, object]) -> None:
    """Run one command between its name and its time."""
    print(f"  {words} ...", end=" ", flush=True)
    started, result = time.monotonic(), io.StringIO()
    call_command(command, *arguments, verbosity=0, stdout=result, **options)
    last_line = result.getvalue().strip().splitlines()[-1:]
    print(*last_line, f"({time.monotonic() - started:.1f} s)", flush=True)


def steps() -> list[tuple[str, str, list[str], dict[str, object]]]:
    """List what to run: words to show, command, arguments, options."""
    return [
        ("making tables", "migrate", [], {"interactive": False}),
        ("making keys", "make_keys", [], {}),
        ("loading agencies", "load_agencies", [str(SAMPLES / "agencies.yaml")], {}),
        ("loading connectors", "load_connectors", [str(SAMPLES / "connectors.yaml")], {}),
        ("loading services", "load_services", [str(SAMPLES / "services")], {}),
        ("loading people", "load_people", [str(SAMPLES / "people.yaml")], {"password": PASSWORD}),
        ("letting a year happen", "play_history", [], {}),
        ("collecting static files", "collectstatic", [], {"interactive": False}),
    ]


if __name__ == "__main__":
    sys.exit(main())
