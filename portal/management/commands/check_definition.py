from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from services.catalogue.definition_text import read_text
from services.catalogue.soundness import Fault, Unsound, parse
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
            self.stderr.write(fault)
        if not faults:
            self.stdout.write(f"{file}: sound")
        return not faults


def faults_in(file: Path) -> Iterator[str]:
    """Give every fault of the definition in a file, in words, with its line."""
    try:
        faults = faults_of(file.read_bytes())
    except OSError as error:
        yield f"{file}: {error}"
    else:
        yield from (f"{file}:{fault.line}: {fault}" for fault in faults)


def faults_of(content: bytes) -> list[Fault]:
    try:
        text = read_text(content)
    except Unsound as unsound:
        return unsound.faults
    try:
        parse(text.data, FORMS)
    except Unsound as unsound:
        return text.placed(unsound.faults)
    return []
