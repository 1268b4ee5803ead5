import random
import time
from argparse import ArgumentParser
from collections import Counter
from datetime import date, datetime, timedelta
from datetime import time as day_time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from portal.management.simulation import report, sandbox
from portal.management.simulation.cases import KINDS
from portal.management.simulation.play import Play
from portal.management.simulation.stories import Story
from portal.management.simulation.traffic import Traffic
from services.agencies.models import Calendar
from services.catalogue.models import Service
from services.requests.models import ServiceRequest
from services.transparency.automation import refresh
from services.transparency.forecasts import renew_forecasts
from services.workflow.models import Heartbeat

LIVES = timedelta(minutes=1)
ZONE = "azerbaijan"


class Command(BaseCommand):
    help = "Let people ask, robots work and clerks decide for some months, through the portal's own operations. Seeded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=90, help="how long, until now (default: 90)")
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--scale", type=float, default=0.02, help="part of the real numbers (default: 0.02)")
        parser.add_argument("--until", type=date.fromisoformat, help="end with the evening before this day, not now")
        parser.add_argument("--service", choices=sorted(KINDS), action="append", help="only this one; may be repeated")

    def handle(self, *, days: int, seed: int, scale: float, **options: Any) -> None:
        if days < 1 or not 0 < scale <= 1:
            raise CommandError("--days must be 1 or more, --scale above 0 and at most 1.")
        if not self._may_run():
            return
        started, zone = time.monotonic(), Calendar.objects.get(code=ZONE).zone
        end = datetime.combine(options["until"], day_time(), zone) if options["until"] else timezone.now()
        kinds = [KINDS[code] for code in sorted(options["service"] or KINDS)]
        traffic = Traffic(kinds, end - timedelta(days=days), end, zone, seed)
        stories = traffic.stories(scale)
        counts = self._play(traffic, stories, end, seed, is_quiet=options["verbosity"] == 0)
        refresh()
        renew_forecasts(timezone.now())
        seconds = time.monotonic() - started
        self.stdout.write(report.table(report.rows()))
        self.stdout.write(report.waits())
        self.stdout.write(
            f"{len(stories)} requests of {days} days in {seconds:.0f} s (seed {seed}, scale {scale:g}), "
            f"{counts['outages']} times a register was away"
        )

    def _play(
        self, traffic: Traffic, stories: list[Story], end: datetime, seed: int, *, is_quiet: bool
    ) -> Counter[str]:
        random.seed(seed)  # robots rest for random times before they try again
        try:
            with sandbox.running(traffic.registers.records) as registers:
                play = Play(stories, traffic.outages(), end, seed, registers)
                with tqdm(total=len(stories), unit=" requests", disable=is_quiet) as bar:
                    play.run(bar.update)
        except sandbox.StrangeRegister as error:
            raise CommandError(str(error)) from None
        return play.counts

    def _may_run(self) -> bool:
        """Tell whether there is nothing yet; raise where a simulation would do harm."""
        if settings.IS_PRODUCTION:
            raise CommandError("Refused in production: nobody of the simulated exists.")
        if not Service.objects.published().filter(code__in=KINDS).count() == len(KINDS):
            raise CommandError("Publish samples/services first: manage.py load_services samples/services")
        if not sandbox.address():
            raise CommandError("Set REGISTRY_URL to where the sandbox register is or shall be: http://127.0.0.1:8001")
        if Heartbeat.objects.filter(name="worker", at__gt=timezone.now() - LIVES).exists():
            raise CommandError("Workers are running: they would do at once what has its own time here. Stop them.")
        if ServiceRequest.objects.exists():
            self.stdout.write("there is a history already")
            return False
        return True
