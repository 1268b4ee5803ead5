"""Without each guard the same checker finds the fault that the guard is there for; with it, it doesn't.

One portal goes from one set of guards to the next: the order of these tests spares half of the restarts.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from portal.embedded.ports import wait_until
from tests.drill.drill import Drill, late_result_drill
from tests.drill.portals import ROOT, DrillPortal

pytestmark = pytest.mark.slow
NO_SWEEP = {"GUARDS_OFF": "sweep", "CRASH_AT": "before_bell:1"}
NO_KEYS_NO_ORDER = {"GUARDS_OFF": "idempotency,final_order"}


def test_with_the_final_order_who_commits_late_is_counted_and_sealed(portal: DrillPortal) -> None:
    portal.become()
    drill = late_commit_drill(portal, seed=38)

    assert drill.look().rules_broken == set()


class TestWithoutTheSweep:
    def test_dying_between_commit_and_bell_leaves_a_request_stuck(self, portal: DrillPortal) -> None:
        portal.fresh_crashes()
        portal.become(**NO_SWEEP)
        drill = Drill(portal, requests=1, seed=33)
        drill.clients.submit_all()
        portal.wait_until_finished(12)

        assert {"I3", "I8"} <= drill.look().rules_broken

    def test_lost_messages_leave_requests_stuck(self, portal: DrillPortal) -> None:
        portal.become(**NO_SWEEP)
        drill = Drill(portal, requests=5, seed=32)
        portal.kill("valkey")
        drill.clients.submit_all()
        portal.start("valkey")
        portal.wait_until_finished(12)

        assert {"I3", "I8"} <= drill.look().rules_broken


def test_with_the_sweep_no_bell_is_needed(portal: DrillPortal) -> None:
    portal.become(GUARDS_OFF="bell")
    drill = Drill(portal, requests=5, seed=34)
    drill.clients.submit_all()
    portal.wait_until_finished(60)

    assert drill.look().rules_broken == set()


def test_without_the_fence_a_late_result_is_written_twice_and_has_two_effects(portal: DrillPortal) -> None:
    portal.become(GUARDS_OFF="fence")
    # Where all is slow, the late worker may come back too late to find its step as it left it.
    for seed in (35, 39, 40):
        found = late_result_drill(portal, seed=seed).look()
        if found.rules_broken:
            break

    assert {"I4", "I5"} <= found.rules_broken, found.all


def test_without_idempotency_requests_are_doubled(portal: DrillPortal) -> None:
    portal.become(**NO_KEYS_NO_ORDER)
    drill = Drill(portal, requests=5, seed=31)
    drill.clients.submit_all()
    portal.wait_until_finished(60)

    assert "I2" in drill.look().rules_broken


# The last, because what the log missed is missing for ever.
def test_without_the_final_order_who_commits_late_is_missed(portal: DrillPortal) -> None:
    portal.become(**NO_KEYS_NO_ORDER)
    drill = late_commit_drill(portal, seed=37)

    assert {"I7", "I11"} <= drill.look().rules_broken


def late_commit_drill(portal: DrillPortal, seed: int) -> Drill:
    """Let somebody take numbers first and commit last, while figures are counted and events sealed."""
    drill = Drill(portal, requests=3, seed=seed)
    with late_writer(portal):
        drill.clients.submit_all()
        portal.wait_until_finished(60)
        counted = portal.run("tests.drill.inside", "count")
        assert counted.returncode == 0, counted.stderr
    return drill


@contextmanager
def late_writer(portal: DrillPortal) -> Iterator[None]:
    """Write an event now and commit it at the end."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.drill.late_writer"]
    environment = {**os.environ, **portal.assembly.environment}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    writer = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes)
    assert writer.stdin is not None
    assert writer.stdout is not None
    assert writer.stdout.readline() == "written\n"
    yield
    writer.communicate("commit\n", timeout=30)
    wait_until(lambda: writer.poll() == 0, seconds=10, failure="The late writer failed.")
