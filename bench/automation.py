"""Automation of requests with five robot steps: the engine against the bare loop and against Celery chains.

    python -m bench.automation [requests]

Every contender does the same to the same tables: five steps and six events for each request. The bare loop is one
process, one transaction a request; `batches` writes a hundred requests at once. The Celery chain runs on a worker of
two processes and the run's own Valkey, as the usual way of writing such a workflow; SpiffWorkflow in two, too.
"""

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.setup import prepare, stores

if TYPE_CHECKING:
    from services.catalogue.models import ServiceVersion

STEPS = 5


def five_robots() -> "ServiceVersion":
    """Publish a service of five robot steps."""
    from tests import worlds

    return worlds.published(
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


def submitted(count: int) -> list[object]:
    """Submit requests whose five robot steps are due."""
    from django.utils import timezone

    from tests import worlds

    version, now = five_robots(), timezone.now()
    return [worlds.apply(version, {"rooms": n % 5}, at=now).pk for n in range(count)]


def engine_in(processes: int) -> None:
    """Run the rules lane until nothing is due, in several processes as workers do."""
    at_once([_drain] * processes)


def at_once(works: Sequence[Callable[[], None]]) -> None:
    """Do each work in a process of its own; wait for all."""
    context = multiprocessing.get_context("fork")
    from django.db import connections

    connections.close_all()
    workers = [context.Process(target=work) for work in works]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0


def _drain() -> None:
    from services.workflow.automation import run_batch

    while run_batch():
        pass


INSERT_STEP = """
    INSERT INTO workflow_step (service_request_id, key, kind, state, branch, awaits, returned, opened_at, finished_at,
        outcome, lane, fence, attempts, trouble, passed_over, told)
    SELECT pk, 'r' || n, 'robot', 'done', '', 0, '{}', now(), now(), '', 'rules', 0, 0, '{}', 0, 0
    FROM unnest(%s::uuid[]) pk, generate_series(%s, %s) n
"""
INSERT_EVENT = """
    INSERT INTO ledger_event (subject, seq, kind, actor, at, facts, previous, digest)
    SELECT pk, n, 'step_done', 'robot:bare', now(), '{}', '\\x00', '\\x00'
    FROM unnest(%s::uuid[]) pk, generate_series(%s, %s) n
"""
FINISH = "UPDATE requests_servicerequest SET status = 'approved', ended_at = now() WHERE id = ANY(%s::uuid[])"
CLOSE = "UPDATE workflow_step SET state = 'done', run_at = NULL WHERE service_request_id = ANY(%s::uuid[])"


def bare(requests: list[object], batch: int) -> None:
    """Do the same inserts and updates with nothing around them."""
    from django.db import connection, transaction

    for start in range(0, len(requests), batch):
        some = requests[start : start + batch]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INSERT_STEP, [some, 1, STEPS])
            cursor.execute(INSERT_EVENT, [some, 101, 101 + STEPS])
            cursor.execute(CLOSE, [some])
            cursor.execute(FINISH, [some])


def per_second(count: int, work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def celery_chain(count: int) -> float:
    """Five tasks a request in a chain, each with one step and one event in a transaction of its own."""
    from bench import chain

    requests = submitted(count)
    with chain.worker():
        found = per_second(count, lambda: chain.run(requests))
    leave_nothing_due(requests)
    return found


def leave_nothing_due(requests: list[object]) -> None:
    """Close the engine's own steps of what others have done, so that it doesn't find them in the next round."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(CLOSE, [requests])


def spiffworkflow(count: int) -> float:
    """SpiffWorkflow in two processes, each with half of the requests."""
    from bench import spiff

    requests = submitted(count)
    spiff.begin(requests)
    halves = [partial(spiff.drain, requests[start::2]) for start in range(2)]
    found = per_second(count, lambda: at_once(halves))
    leave_nothing_due(requests)
    return found


def one_round(count: int) -> str:
    """Let every contender do its work once; give the figures in words."""
    submitted(count)
    ours = per_second(count, lambda: engine_in(2))
    fresh, more = submitted(count), submitted(count)
    lone = per_second(count, lambda: bare(fresh, 1))
    hundred = per_second(count, lambda: bare(more, 100))
    chain = celery_chain(count // 10)
    spiff = spiffworkflow(count // 10)
    return (
        f"engine, 2 processes {ours:,.0f}/s\n"
        f"  bare loop, a transaction a request {lone:,.0f}/s: {ours / lone:.2f}\n"
        f"  bare loop, batches of 100 {hundred:,.0f}/s: {ours / hundred:.2f}\n"
        f"  Celery chain {chain:,.1f}/s: {ours / chain:.1f}\n"
        f"  SpiffWorkflow, reloaded and saved at each step {spiff:,.1f}/s: {ours / spiff:.1f}"
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)):
        prepare("bench_automation")
        from tests import worlds

        worlds.build_agencies("north")
        submitted(50)
        engine_in(1)
        for _round in range(2):
            print(one_round(count))


if __name__ == "__main__":
    main()
