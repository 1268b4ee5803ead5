"""The minutes by hand: what the definitions state, what the documentation tells, and where both come from."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
ROW = re.compile(r"^\| (\S+) \| (.+) \| (robot|official) \| (\d+) \|$", re.MULTILINE)

# The description of the twelve services gives these minutes for what a clerk does by hand, and the steps that do it.
DESCRIBED = [
    ("birth-registration", 15, ["notice"]),
    ("birth-registration", 10, ["mother", "marriage", "parents"]),
    ("birth-registration", 20, ["check"]),
    ("birth-registration", 8, ["certificate"]),
    ("birth-registration", 6, ["tax_registry"]),
    ("address-change", 10, ["building"]),
    ("address-change", 10, ["owner"]),
    ("address-change", 15, ["check"]),
    ("address-change", 15, ["agreed"]),  # the same work by a robot
    ("address-change", 5, ["register"]),
    ("address-change", 3, ["tell"]),
    ("id-card-renewal", 5, ["photo"]),
    ("id-card-renewal", 5, ["person"]),
    ("id-card-renewal", 10, ["confirm"]),
    ("id-card-renewal", 10, ["prints", "face"]),  # the same work by a station and an official
    ("complaint-appeal", 5, ["link"]),
    ("id-card-renewal", 3, ["tell"]),
    ("parking-permit", 8, ["residence"]),
    ("parking-permit", 8, ["vehicle"]),
    ("parking-permit", 5, ["fines"]),
    ("parking-permit", 12, ["check"]),
    ("parking-permit", 5, ["issue"]),
    ("small-business-licence", 10, ["tax"]),
    ("small-business-licence", 15, ["place"]),
    ("small-business-licence", 40, ["health"]),
    ("small-business-licence", 40, ["fire"]),
    ("small-business-licence", 25, ["decide"]),
    ("small-business-licence", 5, ["issue"]),
    ("building-permit", 20, ["parcel"]),
    ("building-permit", 15, ["complete_rule"]),
    ("building-permit", 60, ["draft"]),
    ("building-permit", 15, ["confirm_permit"]),
    ("building-permit", 10, ["notice"]),
    ("housing-benefit", 15, ["person"]),
    ("housing-benefit", 20, ["income"]),
    ("housing-benefit", 15, ["limit_rule"]),
    ("housing-benefit", 30, ["check"]),
    ("housing-benefit", 20, ["decide"]),
    ("housing-benefit", 5, ["order"]),
    ("pothole-report", 6, ["duplicates"]),
    ("pothole-report", 4, ["route"]),
    ("pothole-report", 20, ["inspect"]),
    ("pothole-report", 0, ["repair"]),
    ("pothole-report", 5, ["tell"]),
    ("marriage-registration", 10, ["first_person", "second_person"]),
    ("marriage-registration", 10, ["no_bar"]),
    ("marriage-registration", 20, ["register"]),
    ("marriage-registration", 5, ["issue"]),
    ("property-extract", 10, ["find_entry"]),
    ("property-extract", 10, ["issue_own"]),
    ("property-extract", 15, ["judge"]),
    ("kindergarten-place", 8, ["residence"]),
    ("kindergarten-place", 10, ["priority"]),
    ("kindergarten-place", 30, ["places"]),
    ("kindergarten-place", 15, ["needs"]),
    ("complaint-appeal", 40, ["answer"]),
    ("complaint-appeal", 10, ["confirm"]),
]


@pytest.fixture(scope="module")
def steps() -> dict[tuple[str, str], dict[str, object]]:
    """Give every step of the samples by service and key, with its minutes by hand."""
    known = {}
    for file in sorted((ROOT / "samples" / "services").glob("*.yaml")):
        plain = yaml.safe_load(file.read_text())
        for step in plain["workflow"]["steps"]:
            known[plain["service"], step["key"]] = step
    return known


def minutes_of(step: dict[str, object]) -> int:
    return int(str(step.get("saves_minutes" if step["kind"] == "robot" else "minutes", 0)))


@pytest.mark.parametrize(("service", "minutes", "keys"), DESCRIBED)
def test_a_step_states_the_minutes_of_its_description(steps, service: str, minutes: int, keys: list[str]) -> None:
    assert sum(minutes_of(steps[service, key]) for key in keys) == minutes


def test_the_documentation_lists_exactly_the_steps_that_have_minutes(steps) -> None:
    told = Counter(ROW.findall((ROOT / "docs" / "baseline-minutes.md").read_text()))
    stated = Counter(
        (service, step["title"]["en"], "robot" if step["kind"] == "robot" else "official", str(minutes_of(step)))
        for (service, _), step in steps.items()
        if service not in ("appeal", "environmental-permit") and minutes_of(step)
    )

    assert told == stated
