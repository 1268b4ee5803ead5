from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from services.catalogue.soundness import Unsound, parse
from services.workflow.actions import FORMS


class Command(BaseCommand):
    help = "Name every fault of definitions by its path, with a remedy. Needs no database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="A definition in YAML.")

    def handle(self, *, files: list[Path], **options: Any) -> None:
        unsound = [file for file in files if not self.is_sound(file)]
        if unsound:
            raise CommandError(f"{len(unsound)} of {len(files)} definitions are unsound.")

    def is_sound(self, file: Path) -> bool:
        faults = list(faults_in(file))
        for fault in faults:
            self.stderr.write(f"{file}: {fault}")
        if not faults:
            self.stdout.write(f"{file}: sound")
        return not faults


def faults_in(file: Path) -> Iterator[str]:
    """Give every fault of the definition in a file, in words."""
    try:
        parse(yaml.safe_load(file.read_bytes()), FORMS)
    except (OSError, yaml.YAMLError) as error:
        yield str(error)
    except Unsound as unsound:
        yield from map(str, unsound.faults)
