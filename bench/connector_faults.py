"""A register misbehaves in every way while another one works: deadline, memory, effects, and what the other one feels.

Four worker threads, as in the demonstration. Each fault comes and goes: so many slots with it, each beside one without
it under the same load. What the steps at the other register took (from due to done) is pooled, and the ratio of the two
p95 is told with the interval that holds 95 of 100 of a thousand draws from the same spans.

    .venv/bin/python -m bench.connector_faults [seconds a slot] [slots] [name of one fault ...]
"""

import json
import multiprocessing
import random
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

DEADLINE_S, WORKERS, PAUSE_S, DRAWS = 2.0, 4, 0.1, 1000
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


@dataclass(frozen=True)
class Slot:
    """What was measured: spans of the other register in seconds, the longest call, how much memory grew in MB."""

    took: list[float]
    longest: float
    mb: float


@dataclass
class Comparison:
    during: list[Slot] = field(default_factory=list)
    without: list[Slot] = field(default_factory=list)

    def ratio(self) -> tuple[float, float, float]:
        """Give the ratio of the p95 with the fault and without, and its interval by drawing again."""
        chance = random.Random(1)
        arms = [[span for slot in slots for span in slot.took] for slots in (self.during, self.without)]
        drawn = sorted(
            _p95(chance.choices(arms[0], k=len(arms[0]))) / _p95(chance.choices(arms[1], k=len(arms[1])))
            for _ in range(DRAWS)
        )
        return _p95(arms[0]) / _p95(arms[1]), drawn[DRAWS // 40], drawn[-DRAWS // 40]

    def line(self, name: str) -> str:
        ratio, low, high = self.ratio()
        during, without = (
            _p95([span for slot in slots for span in slot.took]) for slots in (self.during, self.without)
        )
        longest, mb = max(slot.longest for slot in self.during), max(slot.mb for slot in self.during)
        count = sum(len(slot.took) for slot in self.during)
        told = f"{during * 1000:,.0f} ms | {without * 1000:,.0f} ms | {ratio:.2f} | {low:.2f} to {high:.2f}"
        return f"| {name} | {longest:.2f} s | {mb:.1f} MB | {count} | {told} |"


def _p95(spans: list[float]) -> float:
    return sorted(spans)[int(len(spans) * 0.95)]


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

    def slot(self, fault: str) -> "Slot":
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
        return Slot(self._took(began), max(self.calls, default=0), (peak - grown) / 1024)

    def compare(self, fault: str, slots: int) -> "Comparison":
        """Give what the other register felt with a fault and without, slot by slot in turn."""
        found = Comparison()
        for _slot in range(slots):
            if fault == UNBOUND:
                with without_bounds():
                    found.during.append(self.slot("black hole"))
            else:
                found.during.append(self.slot(fault))
            found.without.append(self.slot("none"))
        return found

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
        """Give how long the steps at the register that works took, from due to done."""
        from django.utils import timezone

        from services.workflow.models import Step

        steps = Step.objects.filter(target=QUIET, opened_at__gte=since)
        known = steps.values_list("opened_at", "finished_at")
        now = timezone.now()  # what isn't done yet takes at least until now
        return [((finished or now) - opened).total_seconds() for opened, finished in known]

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


def run(bench: Bench, names: list[str], slots: int) -> None:
    print(
        "| fault | longest call | memory | steps | p95 of the other register | without the fault | ratio | interval |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    bench.slot("none")
    for name in names:
        print(bench.compare(name, slots).line(name), flush=True)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    slots = int(sys.argv[2]) if len(sys.argv) > 2 else 3
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
        run(bench, sys.argv[3:] or [*FAULTS, UNBOUND], slots)
        bench.stop.set()
        for worker in workers:
            worker.join()
        print("entries made: {:,}, doubled: {}".format(*bench.doubled()))
        ours.send(None)
        proxy.join(5)
        supervisor.close()


if __name__ == "__main__":
    main()
