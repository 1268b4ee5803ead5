"""Submission over HTTP: the portal's JSON API and the minimal raw Django view, 16 connections, the same web server.

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
            assert status in (200, 201), status
            spans.append(time.perf_counter() - begun)
            count += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(spans) / seconds, sorted(spans)[int(len(spans) * 0.95)] * 1000


def portal_sender() -> Send:
    """Sign a citizen in, and give a function that submits by the JSON API with session, CSRF token and key."""
    from django.conf import settings
    from django.test import Client

    from tests import worlds

    client = Client()
    client.force_login(worlds.citizen())
    token = "a" * 32
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = SimpleCookie({settings.CSRF_COOKIE_NAME: token, settings.SESSION_COOKIE_NAME: session})
    headers = {
        "Cookie": cookies.output(header="", sep=";").strip(),
        "Content-Type": "application/json",
        "X-CSRFToken": token,
    }
    body = json.dumps({"service": "permit", "office": "north-hall", "answers": {"rooms": 3}})
    start = time.time_ns()

    def send(connection: http.client.HTTPConnection, number: int) -> int:
        connection.request("POST", "/api/requests/", body, {**headers, "Idempotency-Key": f"{start}-{number}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return send


def floor_sender(connection: http.client.HTTPConnection, number: int) -> int:
    connection.request("POST", "/", "rooms=3", {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


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
            sender = portal_sender()
            load(ours, sender, 2)
            load(floor, floor_sender, 2)
            for _round in range(2):
                fast, least = load(floor, floor_sender, seconds)
                rate, p95 = load(ours, sender, seconds)
                print(f"minimal view {fast:,.0f}/s, p95 {least:.0f} ms")
                print(f"  JSON API {rate:,.0f}/s, p95 {p95:.0f} ms: {rate / fast:.2f}")


if __name__ == "__main__":
    main()
