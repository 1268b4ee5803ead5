"""A workflow can be walked from its start to an end, whichever way it takes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.action_settings import action_faults
from services.catalogue.definition import Definition
from services.catalogue.routes import closure, route_faults, targets
from services.workflow.actions import FORMS
from tests.catalogue.forms import source
from tests.worlds import ENDS, desk, robot, text

GRANTED, REFUSED = ENDS
JUDGE = desk("judge")


def step(kind: str, key: str, to: str = "granted", **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "title": text(key), "next": [{"to": to}], **more}


def parallel(*branches: str, **more: Any) -> dict[str, Any]:
    branches_given = [
        {"key": f"b{number}", "start": start, "title": text(start)} for number, start in enumerate(branches)
    ]
    return step("parallel", "ask_all", to="judge", branches=branches_given, **more)


def opinion(key: str, to: str = "ask_all") -> dict[str, Any]:
    return {**desk(key), "outcomes": [{"key": "fine", "title": text("Fine"), "to": to}]}


def faults(*steps: dict[str, Any], start: str | None = None, **more: Any) -> dict[str, str]:
    workflow = {"start": start or steps[0]["key"], "steps": list(steps)}
    form = Definition.model_validate({**source(), "workflow": workflow, **more})
    found = [*route_faults(form), *action_faults(form, FORMS)]
    return {path: message for path, message, _remedy in found}


SETTINGS = {"rule": "true", "save_as": "x"}
CHECK = robot("check", "check_rule", settings=SETTINGS)
FAULTY: list[tuple[list[dict[str, Any]], str, str]] = [
    ([desk("judge", to="nowhere"), REFUSED], "workflow.steps.0", "leads to unknown step 'nowhere'"),
    ([JUDGE, JUDGE, *ENDS], "workflow.steps", "'judge' stands there twice"),
    ([JUDGE, desk("lost"), *ENDS], "workflow.steps.1", "no path leads to 'lost'"),
    ([step("wait", "a", "b", span={"days": 1}), step("wait", "b", "a", span={"days": 1}), GRANTED], "workflow.steps.0",
     "no path leads from 'a' to an end"),
    ([robot("check", "magic"), JUDGE, *ENDS], "workflow.steps.0.action", "unknown action 'magic'"),
    ([robot("check", "check_rule"), JUDGE, *ENDS], "workflow.steps.0.settings", "is missing"),
    ([robot("check", "notify", settings={"x": 1}), JUDGE, *ENDS], "workflow.steps.0.settings", "'x' is unknown"),
    ([robot("give", "issue_document", settings={"document": "x"}), JUDGE, *ENDS], "workflow.steps.0.settings.document",
     "names no document"),
    ([{**CHECK, "if_stuck": "granted"}, JUDGE, *ENDS], "workflow.steps.0.if_stuck", "'granted' is no desk step"),
    ([robot("check", "check_rule", to="refused", settings=SETTINGS), JUDGE, *ENDS], "workflow.steps.0.next.0",
     "a robot alone would refuse"),
    ([robot("a", "notify", to="b"), robot("b", "notify", to="a"), JUDGE, *ENDS], "workflow.steps.0",
     "in a loop of robots only"),
    ([step("wait", "a", span={"days": 1}, next=[{"to": "granted", "when": "true"}]), GRANTED], "workflow.steps.0.next",
     "the last move has a condition"),
    ([step("wait", "a", span={"days": 1}, next=[{"to": "granted"}] * 2), GRANTED], "workflow.steps.0.next",
     "are never tried"),
    ([step("applicant", "pay", waits_for="payment", within={"days": 9}), GRANTED], "workflow.steps.0",
     "one of 'within' and 'if_late'"),
    ([parallel("one"), opinion("one", "judge"), JUDGE, *ENDS], "workflow.steps.0.branches.0", "can end the request"),
    ([parallel("one"), opinion("one", "one"), JUDGE, *ENDS], "workflow.steps.0.branches.0", "never comes back"),
    ([parallel("one", quorum=2), opinion("one"), JUDGE, *ENDS], "workflow.steps.0.quorum", "more than there are"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "path", "message"), FAULTY, ids=[message for _, _, message in FAULTY])
def test_a_fault_is_named_by_its_path(steps: list[dict[str, Any]], path: str, message: str) -> None:
    assert message in faults(*steps).get(path, "")


def test_an_unknown_start_is_named() -> None:
    assert "unknown step 'nowhere'" in faults(JUDGE, *ENDS, start="nowhere")["workflow.start"]


def test_a_sound_workflow_with_every_kind_of_step_has_no_fault() -> None:
    pay = step("applicant", "pay", waits_for="payment", within={"days": 9}, if_late="refused")
    steps = [
        robot("check", "check_rule", settings=SETTINGS, next=[{"to": "ask_all", "when": "true"}, {"to": "judge"}]),
        parallel("one", "two", quorum=1),
        opinion("one"),
        opinion("two"),
        desk("judge", to="rest"),
        step("wait", "rest", "pay", span={"days": 2}),
        pay,
    ]

    assert faults(*steps, *ENDS) == {}


@given(st.lists(st.lists(st.integers(0, 7), min_size=2, max_size=2), min_size=1, max_size=8))
def test_a_workflow_without_faults_can_always_be_walked_to_an_end(ways: list[list[int]]) -> None:
    def key(number: int) -> str:
        return f"d{number}" if number < len(ways) else "granted"

    outcomes = [[{"key": f"o{n}", "title": text("x"), "to": key(way)} for n, way in enumerate(two)] for two in ways]
    steps = [{**desk(key(number)), "outcomes": two} for number, two in enumerate(outcomes)]
    form = Definition.model_validate({**source(), "workflow": {"start": "d0", "steps": [*steps, GRANTED]}})
    edges = {one.key: targets(one) for one in form.workflow.steps}

    is_sound = not list(route_faults(form))

    reached = closure({"d0"}, edges)
    walkable = reached == set(edges) and all("granted" in closure({one}, edges) for one in reached)
    assert is_sound == walkable
