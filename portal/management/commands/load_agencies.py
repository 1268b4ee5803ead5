from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from services.agencies.country_lists import UnknownCountry
from services.agencies.operations import load_agencies
from services.catalogue.guides import BadEvent
from services.catalogue.operations import load_life_events, renew_prose


class Command(BaseCommand):
    help = "Write calendars, life events, agencies, offices and desks from a YAML file. Running it again is safe."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        data = yaml.safe_load(file.read_text())
        try:
            load_life_events(data.get("life_events", []))
        except BadEvent as bad:
            raise CommandError(str(bad)) from None
        try:
            load_agencies(data.get("calendars", []), data.get("agencies", []))
        except UnknownCountry as unknown:
            raise CommandError(str(unknown)) from None
        renew_prose()
        self.stdout.write(f"{len(data.get('agencies', []))} agencies")
