"""Submission over HTTP, 16 connections: the JSON API and the form against the minimal raw Django view.

python -m bench.submission [seconds]
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path

from bench.setup import prepare, stores

CONNECTIONS = 16
Send = Callable[[http.client.HTTPConnection, int], int]


@contextmanager
def served(application: str, **environment: str) -> Iterator[int]:
    """Serve an application as the portal's web process is served; give the port."""
    from portal.embedded.ports import HOST, answers, free_port

    port = free_port()
    words = ["--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws", "--workers", "2"]
    command = [sys.executable, "-m", "granian", *words, "--blocking-threads", "8", "--log-level", "error", application]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        while not answers(port):
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def load(port: int, send: Send, seconds: float) -> tuple[float, float]:
    """Send from all connections for some seconds; give answers a second and the 95th percentile in ms."""
    spans: list[float] = []
    until = time.perf_counter() + seconds

    def work(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        count = 0
        while (begun := time.perf_counter()) < until:
            status = send(connection, number * 1_000_000 + count)
            assert status in (200, 201, 302), status
            spans.append(time.perf_counter() - begun)
            count += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(spans) / seconds, sorted(spans)[int(len(spans) * 0.95)] * 1000


def signed_in() -> tuple[object, dict[str, str]]:
    """Sign a citizen in; give the person and the headers that carry session and CSRF token."""
    from django.conf import settings
    from django.test import Client

    from tests import worlds

    citizen, client, token = worlds.citizen(), Client(), "a" * 32
    client.force_login(citizen)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = SimpleCookie({settings.CSRF_COOKIE_NAME: token, settings.SESSION_COOKIE_NAME: session})
    return citizen, {"Cookie": cookies.output(header="", sep=";").strip(), "X-CSRFToken": token}


def json_sender(headers: dict[str, str]) -> Send:
    """Submit by the JSON API with session, CSRF token and key."""
    body = json.dumps({"service": "permit", "office": "north-hall", "answers": {"rooms": 3}})
    start = time.time_ns()

    def send(connection: http.client.HTTPConnection, number: int) -> int:
        known = {**headers, "Content-Type": "application/json", "Idempotency-Key": f"{start}-{number}"}
        return status_of(connection, "/api/requests/", body, known)

    return send


def form_sender(citizen: object, headers: dict[str, str], count: int) -> Send:
    """Submit by the last page of the form; the drafts are there before the clock runs."""
    from services.agencies.models import Office
    from services.catalogue.models import Service
    from services.requests.models import Draft

    service, office = Service.objects.get(), Office.objects.get()
    drafts = [
        Draft(service=service, office=office, applicant=citizen, answers={"rooms": "3"})  # type: ignore[misc]
        for _ in range(count)
    ]
    keys = iter([draft.pk for draft in Draft.objects.bulk_create(drafts, batch_size=5000)])

    def send(connection: http.client.HTTPConnection, number: int) -> int:
        known = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        return status_of(connection, f"/apply/draft/{next(keys)}/check/", "declared=on", known)

    return send


def status_of(connection: http.client.HTTPConnection, path: str, body: str, headers: dict[str, str]) -> int:
    """Send a text, or read where there is none."""
    connection.request("POST" if body else "GET", path, body or None, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def floor_sender(connection: http.client.HTTPConnection, number: int) -> int:
    return status_of(connection, "/", "rooms=3", {"Content-Type": "application/x-www-form-urlencoded"})


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)):
        prepare("bench_submission")
        from django.core.management import call_command

        from tests import worlds

        call_command("collectstatic", interactive=False, verbosity=0)
        worlds.build_agencies("north")
        version = worlds.published([worlds.desk("judge")])
        place = worlds.desk_of("north", "permits")
        known = f"{version.service_id},{version.pk},{place.office_id},{place.pk}"
        with served("portal.wsgi:application") as ours, served("bench.floor:application", BENCH_KNOWN=known) as floor:
            citizen, headers = signed_in()
            by_json, by_form = json_sender(headers), form_sender(citizen, headers, 20_000)
            for port, send in ((ours, by_json), (floor, floor_sender)):
                load(port, send, 2)
            for _round in range(2):
                fast, least = load(floor, floor_sender, seconds)
                print(f"minimal view {fast:,.0f}/s, p95 {least:.0f} ms")
                for name, send in (("JSON", by_json), ("form", by_form)):
                    rate, p95 = load(ours, send, seconds)
                    print(f"  {name} {rate:,.0f}/s, p95 {p95:.0f} ms: {rate / fast:.2f}")


if __name__ == "__main__":
    main()
