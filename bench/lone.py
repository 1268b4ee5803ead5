"""How long one request alone takes: from the commit of its submission until its five robot steps are done.

    python -m bench.lone [requests]

A whole portal stands beside: worker of two processes, beat, web, its own PostgreSQL and Valkey.
"""

import os
import statistics
import sys
import time

from tests.live import LivePortal

POLL_S, LONGEST_S, GAP_S = 0.002, 60.0, 0.3


def seconds_until_done(pk: object, since: float) -> float:
    from services.requests.models import ServiceRequest

    while ServiceRequest.objects.filter(pk=pk, status="in_progress").exists():
        assert time.perf_counter() - since < LONGEST_S, "nobody did it"
        time.sleep(POLL_S)
    return time.perf_counter() - since


def measure(count: int) -> list[float]:
    """Submit requests one after the other, each when the one before has ended; give seconds."""
    from bench.automation import five_robots
    from tests import worlds

    worlds.build_agencies("north")
    version = five_robots()
    spans = []
    for number in range(count + 5):
        pk = worlds.apply(version, {"rooms": number % 5}).pk
        spans.append(seconds_until_done(pk, time.perf_counter()))
        time.sleep(GAP_S)
    return spans[5:]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    portal = LivePortal(
        "lone", "", {"PORTAL_MODE": "test"}, durable=True, worker_pool=("--pool", "prefork", "--concurrency", "2")
    )
    try:
        portal.begin()
        os.environ.update(portal.assembly.environment)
        import django

        django.setup()
        cuts = statistics.quantiles(measure(count), n=20)
        print(f"{count} requests, one at a time: half {1000 * cuts[9]:.0f} ms, 95 of 100 {1000 * cuts[18]:.0f} ms")
    finally:
        portal.end()


if __name__ == "__main__":
    main()
