from typing import Any

from django.core.management.base import BaseCommand, CommandError

from services.ledger.models import Event
from services.ledger.queries import broken_links


class Command(BaseCommand):
    help = "Recompute every chain of the ledger and name each event that doesn't fit."

    def handle(self, **options: Any) -> None:
        broken = list(broken_links())
        for link in broken:
            self.stderr.write(f"event {link.event_id} ({link.subject}/{link.seq}): {link.why}")
        if broken:
            raise CommandError(f"{len(broken)} events don't fit.")
        self.stdout.write(f"{Event.objects.count()} events, every chain holds.")
