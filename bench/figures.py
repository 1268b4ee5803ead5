"""Figures at size: every public page and file of figures, refresh, rebuild; beside plain SQL and a materialised view.

    .venv/bin/python -m bench.figures 100000 1000000

Decided requests of 40 services, 60 offices and three years are generated in the database: a plain table of them for the
contenders, and what the roll-ups hold of them. Rebuild and refresh are measured on real events of the ledger.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

from bench.setup import prepare, stores

SERVICES, OFFICES, DAYS = 40, 60, 1095
ROUNDS, EVENTS_OF = 30, 5
CASES = """
    CREATE UNLOGGED TABLE bench_case AS
    SELECT 'service-' || n % 40 AS service, 'office-' || (n / 40) % 60 AS office,
        (ARRAY['online', 'counter', 'phone', 'post', 'email'])[1 + (n / 7) % 5] AS channel,
        current_date - 1 - (random() * %(days)s)::int AS day,
        least(60, floor(-ln(1 - random()) * (3 + n % 40 % 7)))::int AS worked,
        (10 ^ (random() * 3 + 2.5))::bigint * 1000000 AS took, random() < 0.08 AS refused
    FROM generate_series(1, %(count)s) AS n
"""
COUNTED = """
    INSERT INTO transparency_count (service, cut, key, month, measure, number)
    SELECT service, cut, key, date_trunc('month', day)::date, measure, count(*)
    FROM bench_case,
        LATERAL (VALUES ('', ''), ('office', office), ('channel', channel), ('version', '1')) AS cuts (cut, key),
        LATERAL (VALUES ('received'), (CASE WHEN refused THEN 'refused' ELSE 'approved' END),
            (CASE WHEN worked > 10 THEN 'late' ELSE 'on_time' END), ('first_time_right'), ('robot_steps'),
            ('clerk_steps')) AS measures (measure)
    GROUP BY 1, 2, 3, 4, 5
"""
DAILY = """
    INSERT INTO transparency_daycount (service, day, measure, number)
    SELECT service, day, measure, count(*)
    FROM bench_case,
        LATERAL (VALUES ('received'), (CASE WHEN refused THEN 'refused' ELSE 'approved' END)) AS measures (measure)
    GROUP BY 1, 2, 3
"""
RUNNING = """
    INSERT INTO transparency_bucket (service, cut, key, month, measure, bucket, number)
    SELECT service, cut, key, date_trunc('month', day)::date, 'running_days', worked, count(*)
    FROM bench_case,
        LATERAL (VALUES ('', ''), ('office', office), ('channel', channel), ('version', '1')) AS cuts (cut, key)
    GROUP BY 1, 2, 3, 4, 6
"""
ELAPSED = """
    INSERT INTO transparency_bucket (service, cut, key, month, measure, bucket, number)
    SELECT service, '', '', date_trunc('month', day)::date, measure, ceil(ln(took) / ln(1.0198))::int, count(*)
    FROM bench_case,
        LATERAL (VALUES ('decision'), ('step:judge'), ('step:check'), ('held:office')) AS measures (measure)
    GROUP BY 1, 4, 5, 6
"""
NAIVE = """
    SELECT count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY worked),
        percentile_disc(0.9) WITHIN GROUP (ORDER BY worked), avg((worked <= 10)::int)
    FROM bench_case WHERE day >= current_date - 365 AND service = ANY(%s) GROUP BY service
"""
VIEW = """
    CREATE MATERIALIZED VIEW bench_view AS
    SELECT service, date_trunc('month', day)::date AS month, worked, count(*) AS number FROM bench_case GROUP BY 1, 2, 3
"""
FROM_VIEW = """
    SELECT service, month, worked, sum(number) FROM bench_view
    WHERE month >= current_date - 365 AND service = ANY(%s) GROUP BY 1, 2, 3
"""
PAGES = {
    "state of all services": "/figures/",
    "state, JSON": "/figures/all.json",
    "one service": "/figures/service-3/",
    "one service, by days": "/figures/service-3/?unit=day",
    "one service, CSV": "/figures/service-3.csv",
    "an agency": "/figures/agencies/bench/",
    "an agency, JSON": "/figures/agencies/bench.json",
    "an office": "/figures/offices/office-7/",
    "an office, CSV": "/figures/offices/office-7.csv",
    "index": "/figures/index/",
    "index, CSV": "/figures/index.csv",
    "compare services": "/figures/compare/?a=service-1&b=service-2",
    "compare periods": "/figures/compare/?what=periods&service=service-3",
    "measures": "/figures/measures/",
}


def main(sizes: list[int]) -> None:
    """Fill, measure and empty a database for each size."""
    with stores(Path(mkdtemp(prefix="bench-figures-"))):
        prepare("bench_figures")
        sql("SET statement_timeout = 0")
        build_world()
        measure_counting()
        for size in sizes:
            measure(size)


def build_world() -> None:
    """Make an agency with sixty offices that delivers forty services."""
    from services.agencies.operations import load_agencies
    from services.catalogue.operations import load_life_events, publish
    from services.workflow.actions import FORMS
    from tests import worlds

    desks = [{"code": "permits", "name": worlds.text("permits")}]
    offices = [{"code": f"office-{n}", "name": worlds.text(f"Office {n}"), "desks": desks} for n in range(OFFICES)]
    agency = {"code": "bench", "name": worlds.text("Bench"), "kind": "national", "calendar": "baku", "offices": offices}
    calendar = {"code": "baku", "timezone": "Asia/Baku", "weekdays": [0, 1, 2, 3, 4], "holidays": []}
    load_agencies([calendar], [agency])
    load_life_events([{"code": "moving-home", "name": worlds.text("Moving home")}])
    delivered = [{"office": office["code"]} for office in offices]
    for number in range(SERVICES):
        known = {"service": f"service-{number}", "responsible": "bench", "delivered_by": delivered}
        steps = [worlds.desk("check", to="judge"), worlds.desk("judge")]
        publish(worlds.definition(steps, **known), datetime(2023, 1, 1, tzinfo=UTC), FORMS)


def sql(statement: str, values: object = None) -> list[tuple[object, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def measure(size: int) -> None:
    from django.utils import timezone

    from services.transparency.models import Bucket, Count, DayCount
    from services.transparency.standings import renew_standings

    for table in ("count", "daycount", "bucket", "length", "officefigures"):
        sql(f"TRUNCATE transparency_{table}")
    sql("DROP MATERIALIZED VIEW IF EXISTS bench_view")
    sql("DROP TABLE IF EXISTS bench_case")
    sql(CASES.replace("%(days)s", str(DAYS)).replace("%(count)s", str(size)))
    sql("CREATE INDEX ON bench_case (service, day)")
    for statement in (COUNTED, DAILY, RUNNING, ELAPSED):
        sql(statement)
    sql(VIEW)
    sql("ANALYZE")
    started = time.perf_counter()
    renew_standings(timezone.now(), all_of_them=True)
    print(
        f"\n## {size:,} decided requests; what is told of the offices is found in {time.perf_counter() - started:.1f} s"
    )
    print("rows:", *(f"{model.__name__} {model.objects.count():,}" for model in (Count, DayCount, Bucket)))
    pages()
    contenders()


def pages() -> None:
    """Ask for each page as the first visitor after a count, and as those who come after."""
    from django.conf import settings
    from django.core.cache import caches
    from django.db import connection, reset_queries
    from django.test import Client

    settings.FIGURES_KEPT_S = 600
    client = Client(HTTP_HOST="localhost")
    for name, address in PAGES.items():
        caches["figures"].clear()
        connection.force_debug_cursor = True
        reset_queries()
        assert client.get(address).status_code == 200, address
        first = len(connection.queries)
        client.get(address)
        again, connection.force_debug_cursor = len(connection.queries), False  # of this request alone
        ask = partial(client.get, address)
        tell(f"{name}, made", ask, f"{first} queries", before=caches["figures"].clear)
        tell(f"{name}, kept", ask, f"{again} queries")


def contenders() -> None:
    names = [f"service-{number}" for number in range(SERVICES)]
    for name, chosen, rounds in (("one service", ["service-3"], 5), ("all services", names, 2)):
        tell(f"plain SQL, {name}", lambda chosen=chosen: sql(NAIVE, [chosen]), rounds=rounds)
        tell(f"materialised view, {name}", lambda chosen=chosen: sql(FROM_VIEW, [chosen]), rounds=rounds)
    tell("refreshing the materialised view", lambda: sql("REFRESH MATERIALIZED VIEW bench_view"), rounds=1)


def tell(
    name: str,
    work: Callable[[], object],
    more: str = "",
    rounds: int = ROUNDS,
    before: Callable[[], object] = lambda: None,
) -> None:
    times, cpu = [], time.process_time()
    for _ in range(rounds):
        before()
        started = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - started))
    times.sort()
    p50, p95 = statistics.median(times), times[min(len(times) - 1, int(0.95 * len(times)))]
    own = 1000 * (time.process_time() - cpu) / rounds
    print(f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, of it {own:.1f} ms this process {more}")


def measure_counting(requests: int = 6_000) -> None:
    """Measure a refresh after 1,000 new decisions, and a rebuild, on events of the ledger."""
    from services.ledger.operations import record
    from services.transparency import automation

    sql("TRUNCATE transparency_measuredrequest, transparency_cursor")
    for part in range(0, requests, 2000):
        record(list(lives(part, part + 2000)))
    started = time.perf_counter()
    counted = automation.refresh()
    took = time.perf_counter() - started
    print(f"\n## Counting\nrefresh of {counted:,} new events: {counted / took:,.0f} events/s")
    times = []
    for batch in range(5):
        record([end for number in range(batch * 1000, batch * 1000 + 1000) for end in decisions(number)])
        started, cpu = time.perf_counter(), time.process_time()
        automation.refresh()
        times.append((1000 * (time.perf_counter() - started), 1000 * (time.process_time() - cpu)))
    told = ", ".join(f"{wall:.0f} ({own:.0f})" for wall, own in times)
    print(f"refresh after 1,000 new decisions, and of it this process: {told} ms")
    started, cpu = time.perf_counter(), time.process_time()
    counted = automation.rebuild()
    rate, own = counted / (time.perf_counter() - started), counted / (time.process_time() - cpu)
    print(f"rebuild: {rate:,.0f} events/s of {counted:,}; {own:,.0f} by the time of this process alone")


def lives(first: int, end: int) -> Iterator[object]:
    from services.ledger.operations import Entry

    chance, start = random.Random(first), datetime(2025, 1, 6, 8, tzinfo=UTC)
    for number in range(first, end):
        subject, at = UUID(int=number), start + timedelta(hours=chance.randrange(8000))
        place = {"service": f"service-{number % 40}", "version": 1, "office": f"office-{number // 40 % 60}"}
        facts = {**place, "channel": "online", "agency": "bench", "day": at.date().isoformat()}
        yield Entry(subject, "submitted", "citizen:1", at, facts)
        yield Entry(subject, "step_done", "robot:x", at, {"step": "find", "kind": "robot", "saves_minutes": 5})
        yield Entry(subject, "step_opened", "system", at, {"step": "judge", "kind": "desk"})
        yield Entry(subject, "claimed", "clerk:1", at, {"step": "judge"})


def decisions(number: int) -> list[object]:
    from services.ledger.operations import Entry

    at = datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(hours=number % 700)
    facts = {
        "outcome": "approved",
        "day": at.date().isoformat(),
        "on_time": number % 9 > 0,
        "working_days": number % 30,
    }
    return [Entry(UUID(int=number), "ended", "system", at, facts)]


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100_000])
