"""Kills parts of a portal at seeded moments, only what the portal itself started, and starts again what must be."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
from celery import Celery
from kombu.exceptions import OperationalError

from tests.drill.portals import PROGRAMS, DrillPortal, children_of

WEIGHTS = {"worker child": 45, "worker": 15, "web worker": 20, "beat": 5, "valkey": 10, "postgres": 5}
PAUSE_S = 0.5
TROUBLE = 0.2  # of the kills are followed by some other trouble
STORES = ("postgres", "valkey")
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
LANES = ("rules", "registries", "documents", "mail")


@dataclass
class Killer:
    """Kills so many times with a mean gap, spread over the work; besides, it freezes, flushes and rings in vain."""

    portal: DrillPortal
    kills: int
    seed: int
    gap_s: float
    lease_s: float
    counts: Counter[str] = field(default_factory=Counter)
    besides: Counter[str] = field(default_factory=Counter)
    ended_alone: Counter[str] = field(default_factory=Counter)
    is_enough: threading.Event = field(default_factory=threading.Event)
    _hands: threading.RLock = field(default_factory=threading.RLock)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, progress: Callable[[], float]) -> None:
        """Begin; the kill number k waits until k/n of the work is done, so that all of it is under fire."""
        self._threads = [threading.Thread(target=self._flush_on)]
        self._threads.append(threading.Thread(target=self._kill_all, args=(progress,)))
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Wait until all is killed that shall be, and stop troubling."""
        self._threads[-1].join()
        self._over.set()
        for thread in self._threads:
            thread.join()

    def tend(self) -> None:
        """Start again what ended though nobody killed it, as whoever runs a portal does; that it did is told.

        Worker and web end by themselves when a child of theirs is killed before it has wholly started.
        """
        with self._hands:
            for name in (*STORES, *PROGRAMS, "registry"):
                if not self.portal.child(name).is_running:
                    self.ended_alone[name] += 1
                    self.portal.start(name)

    def _kill_all(self, progress: Callable[[], float]) -> None:
        chance = random.Random(self.seed)
        names, weights = list(WEIGHTS), list(WEIGHTS.values())
        for number in range(self.kills):
            gap, [victim] = chance.expovariate(1 / self.gap_s), chance.choices(names, weights)
            time.sleep(min(gap, 4 * self.gap_s))
            while progress() < number / self.kills:
                if self.is_enough.wait(0.1):
                    return
            way = chance.random()
            while not self._kill(victim, way):
                time.sleep(0.2)
            self.counts[victim] += 1
            if chance.random() < TROUBLE:
                self._trouble(chance)

    def _kill(self, victim: str, way: float) -> bool:
        """Kill a victim; a number from 0 to 1 says which of them, or how. Tell whether there was one."""
        with self._hands:
            match victim:
                case "worker child":
                    return self._kill_among(self.portal.workers_of("worker"), way)
                case "web worker":
                    return self._kill_among(self.portal.workers_of("web"), way)
                case "worker":
                    return self._kill_first("worker")
                case "postgres":
                    return self._hit_postgres(way)
                case _:
                    return self._kill_whole(victim)

    def _kill_among(self, pids: list[int], way: float) -> bool:
        return bool(pids) and self.portal.kill_one(pids[int(way * len(pids))])

    def _kill_first(self, name: str) -> bool:
        """Kill the first process alone: its children are orphans until it is started again."""
        killed = self.portal.kill_one(self.portal.pid(name))
        time.sleep(PAUSE_S)
        self.portal.start(name)
        return killed

    def _kill_whole(self, name: str) -> bool:
        self.portal.kill(name)
        time.sleep(PAUSE_S)
        self.portal.start(name)
        return True

    def _hit_postgres(self, way: float) -> bool:
        """Kill one backend, after which PostgreSQL ends all and recovers; or all connections; or the whole server."""
        if way > 2 / 3:
            self.besides["postgres: whole server"] += 1
            return self._kill_whole("postgres")
        with contextlib.suppress(psycopg.Error):
            if way > 1 / 3:
                self.portal.rows(f"SELECT pg_terminate_backend(pid) FROM ({BACKENDS}) AS others")
                self.besides["postgres: all connections ended"] += 1
                return True
            ours = set(children_of(self.portal.pid("postgres")))
            pids = sorted(pid for (pid,) in self.portal.rows(BACKENDS) if pid in ours)
            self.besides["postgres: one backend killed"] += bool(pids)
            return self._kill_among(pids, 3 * way)
        return False

    # -- besides ------------------------------------------------------------------------------------------------------

    def _flush_on(self) -> None:
        """Empty Valkey every two seconds, all the time."""
        while not self._over.wait(2):
            self.portal.flush()
            self.besides["valkey emptied"] += 1

    def _trouble(self, chance: random.Random) -> None:
        """Do what no kill does."""
        trouble = chance.choice([self._freeze, self._ask_to_stop, self._flap, self._ring_in_vain])
        trouble(chance)

    def _freeze(self, chance: random.Random) -> None:
        """Stop a worker's child for longer than its lease, while all else goes on: it comes back as a zombie."""
        if pids := self.portal.workers_of("worker"):
            thread = threading.Thread(target=self.freeze, args=(chance.choice(pids),))
            self._threads.insert(0, thread)
            thread.start()

    def freeze(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            self.besides["worker child frozen for longer than its lease"] += 1
            self._over.wait(self.lease_s * 1.3)
            os.kill(pid, signal.SIGCONT)

    def _ask_to_stop(self, chance: random.Random) -> None:
        with self._hands:
            number = chance.choice([signal.SIGTERM, signal.SIGQUIT])
            os.kill(self.portal.pid("worker"), number)
            self.portal.child("worker").wait(5)
            self.portal.start("worker")
            self.besides[f"worker asked to stop ({number.name})"] += 1

    def _flap(self, chance: random.Random) -> None:
        """Take Valkey away three times within three seconds."""
        for _ in range(3):
            with self._hands:
                self._kill_whole("valkey")
            time.sleep(PAUSE_S)
        self.besides["valkey away three times within three seconds"] += 1

    def _ring_in_vain(self, chance: random.Random) -> None:
        """Let every lane's message come three times."""
        app = Celery(broker=self.portal.redis_url)
        app.conf.broker_transport_options = {"socket_connect_timeout": 1, "max_retries": 1}
        lanes = [lane for lane in LANES for _ in range(3)]
        chance.shuffle(lanes)
        with contextlib.suppress(OperationalError), app.connection_for_write() as connection:
            for lane in lanes:
                words = {"queue": lane, "connection": connection, "retry": False}
                app.send_task("services.workflow.tasks.run_lane", args=[lane], **words)
            self.besides["every message three times"] += 1
