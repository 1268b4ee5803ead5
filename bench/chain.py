"""The usual way: one Celery task a step, chained."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import celery

app = celery.Celery("chain", broker=os.environ.get("REDIS_URL", ""))
app.conf.update(task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=1, task_default_queue="chain")
LAST = 4


@app.task(name="bench.chain.step")  # type: ignore[untyped-decorator]
def step(pk: str, number: int) -> None:
    """Write one step and its event; the last one ends the request."""
    from django.db import connection, transaction

    from bench.automation import FINISH, INSERT_EVENT, INSERT_STEP

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT_STEP, [[pk], number, number])
        cursor.execute(INSERT_EVENT, [[pk], 101 + number, 101 + number])
        if number == LAST:
            cursor.execute(FINISH, [[pk]])


@contextmanager
def worker() -> Iterator[None]:
    """Run a worker of two processes."""
    words = ["worker", "--concurrency", "2", "--queues", "chain", "--loglevel", "ERROR", "--without-gossip"]
    process = subprocess.Popen([sys.executable, "-m", "celery", "--app", "bench.chain_worker", *words])
    time.sleep(6)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def run(requests: list[object]) -> None:
    """Send a chain for each request and wait until all have ended."""
    from django.db import connection

    app.conf.broker_url = os.environ["REDIS_URL"]
    for pk in requests:
        celery.chain(*(step.si(str(pk), number) for number in range(LAST + 1))).apply_async()
    query = "SELECT count(*) FROM requests_servicerequest WHERE status = 'in_progress' AND id = ANY(%s)"
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [requests])
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.02)
