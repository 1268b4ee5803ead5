"""Reading by the API, 16 connections, against a raw view; what the OpenAPI document takes; how a web process starts.

python -m bench.interfaces [seconds] [starts]
"""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

from bench.setup import prepare, stores, timed
from bench.submission import Send, load, served, status_of

REQUESTS, ROUNDS = 40, 2


def reader(path: str, headers: dict[str, str]) -> Send:
    def send(connection: http.client.HTTPConnection, number: int) -> int:
        return status_of(connection, path, "", headers)

    return send


def filled() -> tuple[UUID, str, str]:
    """Make a citizen with forty requests; give the person, a token's secret and one request."""
    from django.utils import timezone

    from services.workflow.operations.tokens import make_token
    from tests import worlds

    worlds.build_agencies("north")
    version, citizen = worlds.published([worlds.desk("judge")]), worlds.citizen()
    made = [worlds.apply(version, {"rooms": 3}, by=citizen, at=timezone.now()) for _ in range(REQUESTS)]
    _token, secret = make_token(user=citizen, name="Bench", scopes=["requests:read"], days=1, now=timezone.now())
    return citizen.pk, secret, str(made[0].pk)


def read_by_turns(seconds: float) -> None:
    """Load the raw view and the API in turn, and print the ratios."""
    person, secret, one = filled()
    headers = {"Authorization": f"Bearer {secret}"}
    calls = {
        "25 requests of a person": reader("/api/requests/?limit=25", headers),
        "one request": reader(f"/api/requests/{one}/", headers),
        "the list of services": reader("/api/services/", {}),
    }
    raw = reader(f"/read/{person}/", {})
    with served("portal.wsgi:application") as ours, served("bench.floor:application") as floor:
        for port, send in ((floor, raw), *((ours, call) for call in calls.values())):
            load(port, send, 2)
        for _round in range(ROUNDS):
            fast, least = load(floor, raw, seconds)
            print(f"raw view, 25 requests: {fast:,.0f}/s, p95 {least:.0f} ms")
            for name, send in calls.items():
                rate, p95 = load(ours, send, seconds)
                print(f"  {name}: {rate:,.0f}/s, p95 {p95:.0f} ms, ratio {rate / fast:.2f}")


def describe() -> None:
    """Make the OpenAPI document as its address does."""
    from drf_spectacular.generators import SchemaGenerator

    half, most, statements = timed(lambda: SchemaGenerator().get_schema(request=None, public=True), 5)
    print(f"OpenAPI document: half {half:.0f} ms, 95 of 100 {most:.0f} ms, {statements} statements")


def start(times: int) -> None:
    """Start Python with the application, and a web process until it answers."""
    for _time in range(times):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import portal.wsgi"], check=True, env=dict(os.environ))
        imported, begun = time.perf_counter() - begun, time.perf_counter()
        with served("portal.wsgi:application") as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/health/live")
            assert connection.getresponse().status == 200
            print(f"start: imported after {imported:.1f} s, first answer after {time.perf_counter() - begun:.1f} s")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 6.0
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)):
        prepare("bench_interfaces")
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        start(times)
        describe()
        read_by_turns(seconds)


if __name__ == "__main__":
    main()
