from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from services.transparency.automation import rebuild, refresh
from services.transparency.forecasts import renew_forecasts
from services.transparency.standings import renew_standings


class Command(BaseCommand):
    help = "Count new events of the ledger into the public figures; workers do this every ten seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from-scratch", action="store_true", help="Forget all figures and count every event.")

    def handle(self, *, from_scratch: bool, **options: Any) -> None:
        counted = self._rebuild() if from_scratch else refresh()
        renew_forecasts(timezone.now())
        renew_standings(timezone.now(), all_of_them=True)
        self.stdout.write(f"{counted} events counted")

    def _rebuild(self) -> int:
        """Count every event again, and show how far that is."""
        with tqdm(unit=" events", disable=None) as bar:

            def tell(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            return rebuild(tell)
