import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from services.catalogue.definition import Definition

SCHEMA = Path(settings.BASE_DIR) / "docs" / "definition.schema.json"


class Command(BaseCommand):
    help = "Write the JSON Schema of definitions, by which editors complete and check them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", default=SCHEMA, help="Where to write it.")
        parser.add_argument("--check", action="store_true", help="Write nothing; fail when the file is stale.")

    def handle(self, *, file: Path, check: bool, **options: Any) -> None:
        schema = schema_text()
        if not check:
            file.write_text(schema, encoding="utf-8")
        elif not file.is_file() or file.read_text(encoding="utf-8") != schema:
            raise CommandError(f"{file} is stale. Run: manage.py export_schema")
        self.stdout.write(f"{file} {'is up to date' if check else 'written'}")


def schema_text() -> str:
    """Give the JSON Schema of a definition as the file holds it."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | Definition.model_json_schema(), indent=1, ensure_ascii=False) + "\n"
