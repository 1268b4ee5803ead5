"""The accounts of the demonstration, read from the samples."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

PASSWORD = "open-the-portal"  # noqa: S105 - printed on the screen of every demonstration
CAST = ("aysel", "bruno", "carla", "dilara", "admin")


def cast(file: Path) -> Iterator[tuple[str, str]]:
    """Give e-mail address and part of each account worth trying."""
    for person in yaml.safe_load(file.read_text())["people"]:
        if person["email"].split("@")[0] in CAST:
            yield person["email"], part_of(person)


def part_of(person: dict[str, Any]) -> str:
    """Say in a few words what a person of the samples may do."""
    if person.get("is_superuser"):
        return "administrator"
    return "; ".join(f"{job['role']}, {job['agency']}" for job in person.get("memberships", [])) or "citizen"
