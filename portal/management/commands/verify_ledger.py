from typing import Any

from django.core.management.base import BaseCommand, CommandError

from services.ledger.checking import faults
from services.ledger.models import Event, Seal


class Command(BaseCommand):
    help = "Check the ledger: every chain, leaf, public event, tile, seal and time. Name everything that doesn't hold."

    def handle(self, **options: Any) -> None:
        number = 0
        for fault in faults():
            number += 1
            self.stderr.write(str(fault))
        if number:
            raise CommandError(f"{number} things don't hold.")
        newest = Seal.objects.order_by("-pk").first()
        sealed = f"{newest.size} of them sealed by {newest.at:%Y-%m-%d %H:%M:%S} UTC" if newest else "none sealed yet"
        self.stdout.write(f"{Event.objects.count()} events, {sealed}; every chain holds, and every leaf.")
