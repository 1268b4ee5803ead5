"""Nothing is lost, doubled or torn, whatever is killed and at whatever place."""

import pytest

from tests.drill.drill import Drill, late_result_drill
from tests.drill.portals import DrillPortal

pytestmark = pytest.mark.slow

OUTSIDE = ("before_claim_commit", "before_effect", "after_effect", "before_result_commit", "after_result_commit")
PLACES = [
    "before_submit_commit",
    "after_submit_commit",
    "before_bell",
    "before_batch_commit",
    *(f"{place}.{lane}" for place in OUTSIDE for lane in ("registries", "documents", "mail")),
]


def test_a_minute_of_kills_of_every_part_does_no_harm(portal: DrillPortal) -> None:
    portal.become()
    drill = Drill(portal, requests=300, seed=20, kills=15, gap_s=1.0)

    found = drill.run()

    assert found.all == []
    assert found.counts["letters that came once"] > 0
    assert found.counts["texts that came once"] > 0
    assert sum(drill.killer.counts.values()) == 15
    assert set(drill.killer.ended_alone) <= {"worker", "web"}  # a child was killed before it had wholly started
    assert set(drill.clients.answers) <= {"201", "503", "no answer"}


def test_a_worker_that_comes_back_after_its_lease_changes_nothing(portal: DrillPortal) -> None:
    portal.become()
    refused_before = portal.log("worker").count("late_result_refused")

    drill = late_result_drill(portal, seed=23)

    assert portal.log("worker").count("late_result_refused") > refused_before
    assert drill.look().all == []


def test_dying_at_any_place_that_matters_does_no_harm(portal: DrillPortal) -> None:
    crashes = portal.fresh_crashes()
    wished = {f"{place}:{number}" for place in PLACES for number in (1, 2)}
    portal.become(CRASH_AT=",".join(sorted(wished)))
    drill = Drill(portal, requests=80, seed=22, papers_every=3)

    found = drill.run()

    assert {file.name for file in crashes.iterdir()} == wished
    assert found.all == []
    assert sum(found.counts[f"{what} that came again, as their rows tell"] for what in ("letters", "texts")) > 0
