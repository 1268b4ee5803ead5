"""Claim the next step: the portal's operation against the bare statement, 16 clerks, a million open steps.

python -m bench.claim_next [steps]
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.setup import prepare, stores

CLERKS = 16
SECONDS = 8.0
BARE = """
    UPDATE workflow_step SET assignee_id = %s, claimed_at = now() WHERE id = (
        SELECT id FROM workflow_step WHERE desk_id = %s AND state = 'open' AND assignee_id IS NULL
        ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""
FILL = """
    INSERT INTO requests_servicerequest
        (id, reference, service_id, version_id, office_id, contact, language, channel, status, answers, salt, facts,
         submitted_at, due_at, submission_digest)
    SELECT gen_random_uuid(), lpad(n::text, 10, '0'), %(service)s, %(version)s, %(office)s, '{}', 'en', 'online',
           'in_progress', '{}', '\\x00', '{}', now(), now() + n * interval '1 second', ''
    FROM generate_series(%(first)s, %(last)s) n;
"""
STEPS = """
    INSERT INTO workflow_step
        (service_request_id, key, kind, state, branch, awaits, returned, opened_at, outcome, lane, fence, attempts,
         trouble, desk_id, due_at)
    SELECT id, 'judge', 'desk', 'open', '', 0, '{}', now(), '', '', 0, 0, '{}', %(desk)s, due_at
    FROM requests_servicerequest WHERE office_id = %(office)s;
"""


def fill(count: int) -> list[object]:
    """Make ten towns with `count` open steps in all, and sixteen clerks who work at all their desks."""
    from django.db import connection

    from tests import worlds

    towns = [f"town{n}" for n in range(10)]
    worlds.build_agencies(*towns)
    version = worlds.published([worlds.desk("judge")], towns=towns)
    with connection.cursor() as cursor:
        for town in towns:
            place = worlds.desk_of(town, "permits")
            known = {"service": version.service_id, "version": version.pk, "office": place.office_id, "desk": place.pk}
            start = towns.index(town) * (count // 10)
            cursor.execute(FILL, {**known, "first": start + 1, "last": start + count // 10})
            cursor.execute(STEPS, known)
        cursor.execute("ANALYZE")
    return [worlds.clerk(f"clerk{n}", "town0", ("permits",)) for n in range(CLERKS)]


def per_second(claim: Callable[[int], object]) -> tuple[float, list[object]]:
    """Let all clerks claim for some seconds; give how many claims a second, and what was claimed."""
    claimed: list[object] = []
    until = time.monotonic() + SECONDS

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
    return len(claimed) / SECONDS, claimed


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)):
        prepare("bench_claims")
        clerks = fill(count)
        from django.db import connection
        from django.utils import timezone

        from services.workflow.operations.desk import claim_next
        from tests import worlds

        place = worlds.desk_of("town0", "permits")

        def bare(number: int) -> object:
            with connection.cursor() as cursor:
                cursor.execute(BARE, [clerks[number].pk, place.pk])  # type: ignore[attr-defined]
                return cursor.fetchone()[0]

        def operation(number: int) -> object:
            step = claim_next(clerks[number], timezone.now())  # type: ignore[arg-type]
            return step.pk if step else None

        floor, first = per_second(bare)
        ours, second = per_second(operation)
        taken = first + second
        assert len(taken) == len(set(taken)), "a step was claimed twice"
        print(
            f"{count:,} open steps, {CLERKS} clerks: bare {floor:,.0f}/s, operation {ours:,.0f}/s, {ours / floor:.2f}"
        )


if __name__ == "__main__":
    main()
