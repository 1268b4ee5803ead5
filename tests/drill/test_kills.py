"""Nothing is lost, doubled or torn, whatever is killed; and without each guard something is."""

from collections.abc import Callable

import pytest

from tests.drill.drill import Drill, prepare
from tests.live import LivePortal

pytestmark = pytest.mark.slow

SETTINGS = {"ROBOT_LEASE_S": "3", "ROBOT_PAUSES_S": "0.5,1,2,4,4,4,8,8"}
Start = Callable[..., LivePortal]


@pytest.fixture(scope="module")
def drilled(start_portal: Start) -> LivePortal:
    portal = start_portal("drill", **SETTINGS)
    prepare(portal)
    return portal


def test_300_requests_survive_15_kills(drilled: LivePortal) -> None:
    drill = Drill(drilled, requests=300, seed=20)
    submitting = drill.submit_all()
    drill.kill_at_random(times=15)
    for thread in submitting:
        thread.join()
    drill.wait_until_finished(60)
    assert len(drill.acknowledged) == 300
    assert drill.faults() == []


def control(start_portal: Start, guards_off: str) -> Drill:
    """Run a small drill without some guards."""
    portal = start_portal(
        f"without_{guards_off.replace(',', '_')}", **SETTINGS, PORTAL_MODE="test", GUARDS_OFF=guards_off
    )
    prepare(portal)
    return Drill(portal, requests=12)


def submit_and_join(drill: Drill) -> None:
    for thread in drill.submit_all():
        thread.join()


def test_without_idempotency_requests_are_doubled(start_portal: Start) -> None:
    drill = control(start_portal, "idempotency")
    submit_and_join(drill)
    drill.wait_until_finished()
    assert any(fault.startswith("doubled") for fault in drill.faults())


def test_without_the_sweep_a_lost_bell_leaves_requests_unfinished(start_portal: Start) -> None:
    drill = control(start_portal, "sweep")
    drill.portal.kill("valkey")
    submit_and_join(drill)
    drill.portal.start("valkey")
    drill.wait_until_finished(15)
    assert any("is in_progress" in fault for fault in drill.faults())


def test_without_the_fence_a_late_result_is_written_twice(start_portal: Start) -> None:
    drill = control(start_portal, "fence")
    drill.slow_registry(5)
    submit_and_join(drill)
    drill.wait_until_finished(12)
    drill.heal_registry()
    drill.wait_until_finished(30)
    assert any("more than once" in fault for fault in drill.faults())


def test_with_every_guard_the_same_slow_registry_does_no_harm(drilled: LivePortal) -> None:
    drill = Drill(drilled, requests=12, seed=21)
    drill.slow_registry(5)
    submit_and_join(drill)
    drill.wait_until_finished(12)
    drill.heal_registry()
    drill.wait_until_finished(60)
    assert drill.faults() == []
