from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from services.catalogue.definition_text import read_text
from services.catalogue.operations import publish
from services.catalogue.soundness import Unsound
from services.workflow.actions import FORMS


class Command(BaseCommand):
    help = "Publish the definitions in a folder. The same text again changes nothing; a changed one is a new version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="A folder with YAML files, or one that has them in services/.")

    def handle(self, *, folder: Path, **options: Any) -> None:
        folder = folder / "services" if (folder / "services").is_dir() else folder
        files = sorted(folder.glob("*.yaml"))
        if not files:
            raise CommandError(f"No definitions (*.yaml) in {folder}.")
        unsound = [file for file in files if not self.publish(file)]
        if unsound:
            raise CommandError(f"{len(unsound)} of {len(files)} definitions are unsound and were not published.")

    def publish(self, file: Path) -> bool:
        try:
            version, is_new = publish(read_text(file.read_bytes()).data, timezone.now(), FORMS)
        except Unsound as error:
            self.stderr.write(f"{file.name}:\n{error}")
            return False
        self.stdout.write(f"{version.service.code} version {version.number}{'' if is_new else ' (unchanged)'}")
        return True
