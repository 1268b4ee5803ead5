from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from services.requests.signing import make_keys


class Command(BaseCommand):
    help = "Make the keys that sign documents, unless they are there."

    def handle(self, **options: Any) -> None:
        made = make_keys(settings.KEYS_DIR)
        self.stdout.write("keys made" if made else "keys are there")
