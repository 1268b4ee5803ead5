from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from services.transparency.automation import rebuild, refresh
from services.transparency.forecasts import renew_forecasts


class Command(BaseCommand):
    help = "Count new events of the ledger into the public figures; workers do this every ten seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from-scratch", action="store_true", help="Forget all figures and count every event.")

    def handle(self, *, from_scratch: bool, **options: Any) -> None:
        counted = rebuild() if from_scratch else refresh()
        renew_forecasts(timezone.now())
        self.stdout.write(f"{counted} events counted")
