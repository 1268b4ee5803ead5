"""Claim the next step: the portal's operation against the bare statement, 16 clerks, a million open steps.

python -m bench.claim_next [steps] [seconds]
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.setup import copy_row, prepare, stores

CLERKS, TOWNS = 16, 60
CONTACT = """jsonb_build_object('name', (ARRAY['Aysel', 'Elvin', 'Leyla', 'Rauf', 'Nigar', 'Tural'])[1 + mod(n, 6)]
    || ' ' || (ARRAY['Mammadova', 'Aliyev', 'Huseynova', 'Guliyev', 'Hasanova'])[1 + mod(n, 5)] || mod(n, 997)::text)"""
SECONDS = 4.0
BARE = """
    UPDATE workflow_step SET assignee_id = %s, claimed_at = now() WHERE id = (
        SELECT id FROM workflow_step WHERE desk_id = %s AND state = 'open' AND assignee_id IS NULL
        ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""


def fill(count: int) -> list[object]:
    """Make sixty towns with `count` open steps in all, and sixteen clerks who work at a desk of the first."""
    from django.db import connection

    from services.requests.models import ServiceRequest
    from services.workflow.models import Step
    from tests import worlds

    towns, each = [f"town{n}" for n in range(TOWNS)], count // TOWNS
    worlds.build_agencies(*towns)
    version = worlds.published([worlds.desk("judge")], towns=towns)
    for number, town in enumerate(towns):
        request, first = worlds.apply(version, office=f"{town}-hall"), number * each
        later = "one.due_at + n * interval '1 second'"
        pk = "lpad(to_hex(n), 32, '0')::uuid"
        fresh = {"id": pk, "reference": "lpad(n::text, 10, '0')", "contact": CONTACT, "due_at": later}
        copy_row(request, first + 1, first + each, fresh)
        step = worlds.open_step(request)
        copy_row(step, first + 1, first + each, {"service_request_id": pk, "due_at": later})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert Step.objects.count() == ServiceRequest.objects.count() == (each + 1) * TOWNS
    return [worlds.clerk(f"clerk{n}", "town0", ("permits",)) for n in range(CLERKS)]


def per_second(claim: Callable[[int], object], seconds: float) -> tuple[float, list[object]]:
    """Let all clerks claim for some seconds; give how many claims a second, and what was claimed."""
    claimed: list[object] = []
    until = time.monotonic() + seconds

    def work(number: int) -> None:
        from django.db import connection

        while time.monotonic() < until:
            claimed.append(claim(number))
        connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLERKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(claimed) / seconds, claimed


def main() -> None:
    count, seconds = (*(float(word) for word in sys.argv[1:]), *(1_000_000, SECONDS)[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)):
        prepare("bench_claims")
        clerks = fill(int(count))
        from django.db import connection
        from django.utils import timezone

        from services.workflow.operations.desk import claim_next
        from tests import worlds

        place = worlds.desk_of("town1", "permits")  # as many open steps, and none that the operation has claimed

        def bare(number: int) -> object:
            with connection.cursor() as cursor:
                cursor.execute(BARE, [clerks[number].pk, place.pk])  # type: ignore[attr-defined]
                row = cursor.fetchone()
                return row and row[0]

        def operation(number: int) -> object:
            step = claim_next(clerks[number], timezone.now())  # type: ignore[arg-type]
            return step.pk if step else None

        floor, first = per_second(bare, seconds)
        ours, second = per_second(operation, seconds)
        taken = first + second
        assert None not in taken, "the desk ran out of steps: give it fewer seconds"
        assert len(taken) == len(set(taken)), "a step was claimed twice"
        print(f"{count:,.0f} open steps, {CLERKS} clerks: bare {floor:,.0f}/s", end=", ")
        print(f"operation {ours:,.0f}/s, {ours / floor:.2f}")


if __name__ == "__main__":
    main()
