"""The desk's pages with many open steps: server time and statements of each, without a network.

python -m bench.desk [steps] [times]
"""

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.claim_next import TOWNS, fill
from bench.setup import prepare, stores, timed

TIMES, DEEP, A_PAGE = 60, 40, 25


def measured(name: str, times: int, work: Callable[[], Any]) -> None:
    half, most, statements = timed(work, times)
    print(f"  {name}: half {half:.1f} ms, 95 of 100 {most:.1f} ms, {statements} statements")


def opened(client: Any, address: str) -> Callable[[], Any]:
    def get() -> str:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return str(answer.content.decode())

    return get


def decided(clerk: Any) -> Callable[[], Any]:
    """Give the work of one decision: take the next and decide it."""
    from django.utils import timezone

    from services.workflow.operations import desk

    def decide() -> None:
        step = desk.claim_next(clerk, timezone.now())
        assert step is not None
        desk.decide(step, "yes", clerk, timezone.now())

    return decide


def main() -> None:
    count, times = (*(int(word) for word in sys.argv[1:]), *(1_000_000, TIMES)[len(sys.argv) - 1 :])
    pages = min(DEEP, count // TOWNS // A_PAGE - 2)
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)):
        prepare("bench_desk")
        from django.conf import settings
        from django.core.management import call_command
        from django.test import Client

        from services.requests.models import ServiceRequest

        call_command("collectstatic", interactive=False, verbosity=0)
        clerk = fill(count)[0]
        client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
        client.force_login(clerk)  # type: ignore[arg-type]
        known = ServiceRequest.objects.filter(office__code="town0-hall").latest("reference").written_reference
        first = opened(client, "/desk/")
        deep = first()
        for _page in range(pages):
            following = re.search(r'rel="next" href="\?([^"]+)"', deep)
            assert following, "there is no next page"
            deep = client.get(f"/desk/?{following[1].replace('&amp;', '&')}").content.decode()
        print(f"{count:,} open steps, a sixtieth of them at this clerk's desk:")
        measured("first page of the queue", times, first)
        measured(f"its page {pages + 1}", times, opened(client, f"/desk/?{following[1].replace('&amp;', '&')}"))
        measured("late ones only", times, opened(client, "/desk/?state=late"))
        measured("counts afresh", times, opened(client, "/desk/counts/"))
        measured("find by reference", times, lambda: client.post("/desk/find/", {"words": known}))
        measured("find by name", times, lambda: client.post("/desk/find/", {"words": "Aysel Mammadova"}))
        measured("take the next and decide it", times, decided(clerk))


if __name__ == "__main__":
    main()
