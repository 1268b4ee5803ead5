from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from services.catalogue.definition_text import read_text
from services.catalogue.soundness import Unsound
from services.connectors.form import BadConnectors
from services.connectors.operations import load_connectors


class Command(BaseCommand):
    help = "Write connectors from a YAML file, all or none. The same text again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            text = read_text(file.read_bytes())
            changed = load_connectors(text.data, timezone.now())
        except Unsound as unsound:
            raise CommandError("\n".join(f"{file}:{fault.line}: {fault}" for fault in unsound.faults)) from None
        except BadConnectors as bad:
            lines = [f"{file}:{text.line_of(fault.path)}: {fault}" for fault in bad.faults]
            raise CommandError("\n".join(lines)) from None
        self.stdout.write(f"{len(changed)} new or changed of {len(text.data['connectors'])} connectors")
