"""The sample world, loaded as the demonstration loads it."""

from pathlib import Path

from django.core.management import call_command

ROOT = Path(__file__).parents[2]


def load() -> None:
    call_command("load_agencies", str(ROOT / "samples" / "agencies.yaml"), verbosity=0)
    call_command("load_connectors", str(ROOT / "samples" / "connectors.yaml"), verbosity=0)
    call_command("load_services", str(ROOT / "samples"), verbosity=0)
