from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from services.ledger.keys import make_log_key, rotate_log_key
from services.requests.signing import make_keys, rotate_keys


class Command(BaseCommand):
    help = "Make the keys that sign documents and the ledger's heads, unless they are there; or replace them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rotate", action="store_true", help="replace the keys; what the old ones signed stays ours"
        )

    def handle(self, *, rotate: bool = False, **options: Any) -> None:
        if not rotate:
            made = [make_keys(settings.KEYS_DIR), make_log_key(settings.KEYS_DIR, settings.LOG_ORIGIN)]
            self.stdout.write("keys made" if any(made) else "keys are there")
            return
        try:
            rotate_keys(settings.KEYS_DIR)
            if not make_log_key(settings.KEYS_DIR, settings.LOG_ORIGIN):
                rotate_log_key(settings.KEYS_DIR)
        except FileNotFoundError:
            raise CommandError("there are no keys yet: run make_keys without --rotate") from None
        self.stdout.write("keys replaced; documents signed with the old ones stay ours")
