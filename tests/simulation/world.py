"""Play some applications in a fresh portal with the samples, and tell what became of each."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.management import call_command

from portal.management.simulation import sandbox
from portal.management.simulation.cases import KINDS
from portal.management.simulation.play import Play
from portal.management.simulation.stories import Story
from portal.management.simulation.traffic import Outage, Traffic
from services.requests.models import ServiceRequest

SAMPLES = Path(__file__).parent.parent.parent / "samples"
END = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Asia/Baku"))
LONG, SPREAD = 175, 7


def load_samples() -> None:
    call_command("make_keys", verbosity=0)
    call_command("load_agencies", str(SAMPLES / "agencies.yaml"), verbosity=0)
    call_command("load_connectors", str(SAMPLES / "connectors.yaml"), verbosity=0)
    call_command("load_services", str(SAMPLES / "services"), verbosity=0)
    call_command("load_people", str(SAMPLES / "people.yaml"), password="open-the-portal", verbosity=0)


def traffic(services: Iterable[str], days: int, seed: int = 1) -> Traffic:
    return Traffic([KINDS[code] for code in services], END - timedelta(days=days), END, END.tzinfo, seed)  # type: ignore[arg-type]


def one_of_each(known: Traffic) -> list[Story]:
    """Tell one story of every case, in the first days, so that each can come to its end."""
    first = known.start.astimezone(known.zone).date() + timedelta(days=1)
    stories = [
        known.story(kind, case, first + timedelta(days=number % SPREAD))
        for kind in known.kinds
        for number, case in enumerate(kind.cases)
    ]
    return sorted(stories, key=lambda story: story.at)


def play(known: Traffic, stories: list[Story], outages: Iterable[Outage] = ()) -> Play:
    random.seed(1)
    with sandbox.running(known.registers.records) as registers:
        played = Play(stories, outages, END, 1, registers)
        played.run()
    return played


def end_of(request: ServiceRequest) -> str:
    """Tell how a request ended as stories claim it: `approved`, `refused:reason`, `closed`, `withdrawn`."""
    refusal = request.decisions.filter(is_refusal=True).order_by("-pk").first()
    return f"refused:{refusal.reason}" if request.status == "refused" and refusal else str(request.status)
