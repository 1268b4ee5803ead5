"""A register misbehaves in every way while another one works: deadline, memory, effects, and what the other one feels.

Four worker threads, as in the demonstration. Each fault has a window of its own between two windows without one, under
the same load; the other register's p95 (a step's time from due to done) is compared with the mean of both neighbours.

    .venv/bin/python -m bench.connector_faults [seconds a window] [name of one fault ...]
"""

import json
import multiprocessing
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.setup import prepare, stores

DEADLINE_S, WORKERS, PAUSE_S = 2.0, 4, 0.2
SLOW, QUIET = "parcels", "population"
UNBOUND = "black hole, no bound, no breaker"


def serve_proxy(to: int, pipe: Any) -> None:
    """Run the proxy in a process of its own, so that what it sends isn't in our memory."""
    from tests.connectors.faults import FAULTS, Fault
    from tests.proxy import Proxy

    with Proxy(to) as proxy:
        pipe.send(proxy.port)
        for name in iter(pipe.recv, None):
            fault = FAULTS.get(name, Fault("pass"))
            list(zip(range(2), fault.answer(), strict=False))
            proxy.answer, proxy.mode = fault.answer, fault.mode
            pipe.send(name)


@dataclass
class Bench:
    """Two services, one at the register behind the proxy, one at a register that works."""

    pipe: Any
    registry: str
    proxy_port: int
    seconds: float
    calls: list[float] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def set_up(self) -> None:
        from tests import worlds

        worlds.build_agencies("north")
        limits = {"deadline_s": DEADLINE_S, "calls_a_minute": 1_000_000}
        keys = {"idempotency": {"honoured": True}, "limits": limits}
        self.slow = worlds.connector(SLOW, f"http://127.0.0.1:{self.proxy_port}", **keys)
        quiet = worlds.connector(QUIET, self.registry, limits=limits)
        worlds.build_connectors(self.slow, quiet)
        self.slow_version = self._published("slow", "registry_update", SLOW)
        self.quiet_version = self._published("quiet", "registry_lookup", QUIET)

    def _published(self, name: str, action: str, registry: str) -> Any:
        from tests import worlds

        settings = {"registry": registry, "key": "'5ZK3Q1U'", "save_as": "known"}
        step = worlds.robot("call", action, to="granted", settings=settings)
        return worlds.published([step, worlds.desk("judge")], service=name)

    def work(self) -> None:
        from services.workflow.automation import run_lane

        while not self.stop.is_set():
            if not run_lane("registries"):
                time.sleep(0.02)

    def window(self, fault: str) -> dict[str, float]:
        """Let requests come for some seconds while a fault is on; give what was measured."""
        from django.utils import timezone

        from services.workflow.models import Breaker, Step
        from tests import worlds

        Step.objects.filter(state="due").update(state="cancelled", run_at=None)
        Breaker.objects.all().delete()
        self._behave(fault)
        self.calls.clear()
        grown, began = _resident_kb(), timezone.now()
        until = time.monotonic() + self.seconds
        peak, number = grown, 0
        while time.monotonic() < until:
            worlds.apply(self.quiet_version, at=timezone.now())
            if number % 2 == 0:
                worlds.apply(self.slow_version, at=timezone.now())
            number += 1
            peak = max(peak, _resident_kb())
            time.sleep(PAUSE_S)
        time.sleep(DEADLINE_S + 0.5)
        peak = max(peak, _resident_kb())
        took = self._took(began)
        return {"p95": took[int(len(took) * 0.95)], "longest": max(self.calls, default=0), "mb": (peak - grown) / 1024}

    def _behave(self, fault: str) -> None:
        from django.utils import timezone

        from services.connectors.operations import load_connectors
        from tests.connectors.faults import FAULTS

        self.pipe.send(fault)
        self.pipe.recv()
        scheme = "https" if fault in FAULTS and FAULTS[fault].is_tls else "http"
        changed = {**self.slow, "base_url": f"{scheme}://127.0.0.1:{self.proxy_port}"}
        load_connectors({"connectors": [changed]}, timezone.now())

    def _took(self, since: Any) -> list[float]:
        """Give how long the steps at the register that works took, from due to done, in order."""
        from django.utils import timezone

        from services.workflow.models import Step

        steps = Step.objects.filter(target=QUIET, opened_at__gte=since)
        known = steps.values_list("opened_at", "finished_at")
        now = timezone.now()  # what isn't done yet takes at least until now
        return sorted(((finished or now) - opened).total_seconds() for opened, finished in known)

    def doubled(self) -> tuple[int, int]:
        """Give how many entries the register made, and how many of them for a step that had one already."""
        with urllib.request.urlopen(f"{self.registry}/effects/{SLOW}", timeout=30) as answer:
            effects = json.load(answer)["effects"]
        counts = Counter(effect["body"]["reference"] for effect in effects)
        return len(effects), sum(count - 1 for count in counts.values())


def _resident_kb() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


@contextmanager
def without_bounds() -> Iterator[None]:
    """Switch the bound of calls and the breaker off: the control, under which the other register must suffer."""
    from services.workflow import admission, breakers

    kept = admission.admit, admission.closed, breakers.lets_through
    admission.admit, admission.closed, breakers.lets_through = (lambda *_: True), (lambda *_: []), (lambda *_: True)
    try:
        yield
    finally:
        admission.admit, admission.closed, breakers.lets_through = kept


def timed(bench: Bench) -> None:
    """Note how long each call of the register behind the proxy takes, whatever comes of it."""
    from services.connectors import calling

    real = calling.send

    def send(call: Any) -> Any:
        began = time.monotonic()
        try:
            return real(call)
        finally:
            if call.base.port == bench.proxy_port:
                bench.calls.append(time.monotonic() - began)

    calling.send = send


def run(bench: Bench, names: list[str]) -> None:
    print(f"{'fault':34} {'p95':>8} {'without':>8} {'ratio':>6} {'longest call':>12} {'memory':>8}", flush=True)
    bench.window("none")
    before = bench.window("none")
    for name in names:
        if name == UNBOUND:
            with without_bounds():
                during = bench.window("black hole")
        else:
            during = bench.window(name)
        after = bench.window("none")
        without = (before["p95"] + after["p95"]) / 2
        line = f"{name:34} {during['p95'] * 1000:5.0f} ms {without * 1000:5.0f} ms {during['p95'] / without:6.2f}"
        print(f"{line} {during['longest']:10.2f} s {during['mb']:5.1f} MB", flush=True)
        before = after


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)):
        prepare("bench_connectors")
        from portal.embedded import programs
        from portal.embedded.folder import Folder
        from portal.embedded.ports import answers, free_port, wait_until
        from portal.embedded.supervisor import Supervisor
        from tests.connectors.faults import FAULTS

        supervisor, port = Supervisor(print), free_port()
        records = programs.BASE_DIR / "samples" / "registry.yaml"
        supervisor.start(programs.registry(Folder(Path(folder) / "register"), port, records))
        wait_until(lambda: answers(port), seconds=10, failure="no register")
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        proxy = context.Process(target=serve_proxy, args=(port, theirs), daemon=True)
        proxy.start()
        bench = Bench(ours, f"http://127.0.0.1:{port}", ours.recv(), seconds)
        bench.set_up()
        timed(bench)
        workers = [threading.Thread(target=bench.work, daemon=True) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        run(bench, sys.argv[2:] or [*FAULTS, UNBOUND])
        bench.stop.set()
        for worker in workers:
            worker.join()
        print("entries made: {:,}, doubled: {}".format(*bench.doubled()))
        ours.send(None)
        proxy.join(5)
        supervisor.close()


if __name__ == "__main__":
    main()
