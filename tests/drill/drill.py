"""A drill: clients submit while the killer kills; what comes to rest is looked at."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Any

import psycopg

from portal.embedded.ports import wait_until
from tests.drill.checker import Checker, Found
from tests.drill.clients import OFTEN_PAPERS, Clients, Journal
from tests.drill.killer import Killer
from tests.drill.portals import DrillPortal

TELL_EVERY_S = 10.0
LINE_S = 10.0  # clients are held back while something has been due for longer
LONGEST_WAIT = """
    SELECT extract(epoch FROM clock_timestamp() - run_at), key || ', ' || lane || ', ' || state || ', try ' || attempts
    FROM workflow_step WHERE state IN ('due', 'running') AND run_at < clock_timestamp() ORDER BY run_at LIMIT 1
"""
STOOD_STILL_S = 0.4
STANDING_STILL = """
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
    AND extract(epoch FROM clock_timestamp() - state_change) > %s
"""


@dataclass
class Drill:
    """One run over so many requests; a seed names its requests, its kills and its moments."""

    portal: DrillPortal
    requests: int
    seed: int
    kills: int = 0
    gap_s: float = 1.5
    lease_s: float = 3
    papers_every: int = OFTEN_PAPERS
    longest_s: float = inf
    longest_wait: tuple[float, str] = (0.0, "nothing")
    settled_after_s: float = 0
    took_s: float = 0
    say: Callable[[str], None] = lambda _: None
    _over: threading.Event = field(default_factory=threading.Event)

    @cached_property
    def journal(self) -> Journal:
        return Journal(self.portal.folder.path / f"clients-{self.seed}.jsonl")

    @cached_property
    def clients(self) -> Clients:
        return Clients(self.portal, self.journal, self.requests, self.seed, papers_every=self.papers_every)

    @cached_property
    def killer(self) -> Killer:
        return Killer(self.portal, self.kills, self.seed, self.gap_s, self.lease_s)

    def run(self, patience_s: float = 60) -> Found:
        """Submit under fire, wait until all is done but no longer than a minute after the last kill, and look."""
        begun = time.monotonic()
        watching = threading.Thread(target=self._watch, args=(begun,))
        watching.start()
        self.clients.begin()
        self.killer.begin(lambda: self.clients.acknowledged / self.requests)
        self.clients.join()
        if self.clients.shall_end.is_set():
            self.killer.is_enough.set()
        self.killer.end()
        self.settled_after_s = self.portal.wait_until_finished(patience_s)
        self._over.set()
        watching.join()
        self.took_s = time.monotonic() - begun
        return self.look()

    def look(self) -> Found:
        """Look at what came to rest."""
        return Checker(self.portal, self.journal, self.seed).look()

    def _watch(self, begun: float) -> None:
        """Tend the portal, keep the longest time that anything was due, hold clients back while much is unfinished."""
        told = begun
        while not self._over.wait(1):
            self.killer.tend()
            if time.monotonic() > begun + self.longest_s:
                self.clients.shall_end.set()
            if time.monotonic() > told + TELL_EVERY_S:
                told = time.monotonic()
                self._tell(told - begun)
            with suppress(psycopg.Error):
                wait, what = (self.portal.rows(LONGEST_WAIT) or [(0, "nothing")])[0]
                self.longest_wait = max(self.longest_wait, (float(wait), what))
                much = wait > LINE_S or self.portal.unfinished() > self.clients.most_open
                (self.clients.may_send.clear if much else self.clients.may_send.set)()

    def _tell(self, seconds: float) -> None:
        done, kills = self.clients.acknowledged, sum(self.killer.counts.values())
        self.say(
            f"{seconds:5.0f} s: {done} requests acknowledged, {kills} kills, {self.portal.unfinished()} unfinished"
        )


def late_result_drill(portal: DrillPortal, seed: int) -> Drill:
    """Let a worker stand still in a call until another one has taken its step over, and come back with its result."""
    drill = Drill(portal, requests=12, seed=seed)
    portal.let_registry_be("slow", 2)
    drill.clients.submit_all()
    zombie, held = _stopped_in_a_call(portal)
    wait_until(lambda: not held & _calls(portal), seconds=60, failure="Nobody took the step over.")
    os.kill(zombie, signal.SIGCONT)
    portal.wait_until_finished(60)
    return drill


def _stopped_in_a_call(portal: DrillPortal) -> tuple[int, set[tuple[Any, ...]]]:
    """Stop a worker's child that stands in a call, outside of every transaction; give its process and the call."""
    while True:
        wait_until(lambda: len(_calls(portal)) > 1, seconds=60, failure="Not every worker's child is in a call.")
        worker = portal.workers_of("worker")[0]
        os.kill(worker, signal.SIGSTOP)
        if held := _held_by_the_stopped(portal):
            return worker, held
        os.kill(worker, signal.SIGCONT)


def _held_by_the_stopped(portal: DrillPortal) -> set[tuple[Any, ...]]:
    """Give the call that is left when all others have ended; nothing where a child stands in a transaction."""
    both = _calls(portal)
    time.sleep(STOOD_STILL_S)
    if len(both) < 2 or portal.rows(STANDING_STILL, STOOD_STILL_S / 2):
        return set()
    wait_until(lambda: len(both & _calls(portal)) < 2, seconds=60, failure="The other child did not go on.")
    return both & _calls(portal)


def _calls(portal: DrillPortal) -> set[tuple[Any, ...]]:
    """Give the steps that are being called for, with the fencing number of who holds each."""
    return set(portal.rows("SELECT id, fence FROM workflow_step WHERE state = 'running' AND lane = 'registries'"))
