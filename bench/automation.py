"""Automation of requests with five robot steps: the engine against the bare loop and against Celery chains.

    python -m bench.automation [requests]

Every contender does the same to the same tables: five steps and six events for each request. The bare loop is one
process, one transaction a request; `batches` writes a hundred requests at once. The Celery chain runs on a worker of
two processes and the run's own Valkey, as the usual way of writing such a workflow.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.setup import prepare, stores

STEPS = 5


def submitted(count: int) -> list[object]:
    """Submit requests whose five robot steps are due."""
    from tests import worlds

    version = worlds.published(
        [
            *(
                worlds.robot(
                    f"r{n}", "check_rule", to=f"r{n + 1}" if n < STEPS - 1 else "granted",
                    settings={"rule": "answers.rooms >= 0", "save_as": f"x{n}"},
                )
                for n in range(STEPS)
            ),
            worlds.desk("judge"),
        ]
    )  # fmt: skip
    return [worlds.apply(version, {"rooms": n % 5}).pk for n in range(count)]


def engine_in(processes: int) -> None:
    """Run the rules lane until nothing is due, in several processes as workers do."""
    import multiprocessing

    context = multiprocessing.get_context("fork")
    from django.db import connections

    connections.close_all()
    workers = [context.Process(target=_drain) for _ in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _drain() -> None:
    from services.workflow.automation import run_batch

    while run_batch():
        pass


INSERT_STEP = """
    INSERT INTO workflow_step (service_request_id, key, kind, state, branch, awaits, returned, opened_at, finished_at,
        outcome, lane, fence, attempts, trouble)
    VALUES (%s, %s, 'robot', 'done', '', 0, '{}', now(), now(), '', 'rules', 0, 0, '{}')
"""
INSERT_EVENT = """
    INSERT INTO ledger_event (subject, seq, kind, actor, at, facts, previous, digest)
    VALUES (%s, %s, 'step_done', 'robot:bare', now(), '{}', '\\x00', '\\x00')
"""
FINISH = "UPDATE requests_servicerequest SET status = 'approved', ended_at = now() WHERE id = %s"


def bare(requests: list[object], batch: int) -> None:
    """Do the same inserts and update with nothing around them."""
    from django.db import connection, transaction

    for start in range(0, len(requests), batch):
        some = requests[start : start + batch]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(INSERT_STEP, [(pk, f"r{n}") for pk in some for n in range(STEPS)])
            cursor.executemany(INSERT_EVENT, [(pk, 100 + n) for pk in some for n in range(STEPS + 1)])
            cursor.executemany(FINISH, [(pk,) for pk in some])


def per_second(count: int, work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def celery_chain(count: int) -> float:
    """Five tasks a request in a chain, each with one step and one event in a transaction of its own."""
    from bench import chain

    requests = submitted(count)
    with chain.worker():
        return per_second(count, lambda: chain.run(requests))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)):
        prepare("bench_automation")
        from tests import worlds

        worlds.build_agencies("north")
        submitted(50)
        engine_in(1)
        rows = []
        for _round in range(2):
            requests = submitted(count)
            ours = per_second(count, lambda: engine_in(2))
            one = submitted(count)
            lone = per_second(count, lambda: bare(one, 1))
            hundred = per_second(count, lambda: bare(requests_again(one), 100))
            chain = celery_chain(count // 10)
            rows.append((ours, lone, hundred, chain))
            del requests
        for ours, lone, hundred, chain in rows:
            print(
                f"engine, 2 processes {ours:,.0f}/s; bare loop, a request a transaction {lone:,.0f}/s ({ours / lone:.2f}); "
                f"bare loop, batches of 100 {hundred:,.0f}/s ({ours / hundred:.2f}); "
                f"Celery chain {chain:,.0f}/s ({ours / chain:.1f})"
            )


def requests_again(requests: list[object]) -> list[object]:
    """Give as many fresh requests as there were."""
    return submitted(len(requests))


if __name__ == "__main__":
    main()
