"""A definition that lets silence decide names the outcome and a way that needs nobody's judgement."""

from typing import Any

import pytest

from services.catalogue.definition import Definition
from services.catalogue.silence import is_undecided
from services.catalogue.soundness import Unsound, parse
from services.workflow.actions import FORMS
from tests import worlds

APPROVAL = {"days": 10, "silence": "approval", "silence_to": "law"}
ONLY = {"when": "answers.rooms < 4", "words": worlds.text("small flats")}
REFUSAL = {"days": 10, "silence": "refusal", "silence_to": "law"}


def law(to: str = "granted", outcome: str = "approval", **more: Any) -> dict[str, Any]:
    return worlds.robot("law", "tacit_decision", to=to, settings={"outcome": outcome}, **more)


def faults(steps: list[dict[str, Any]], limit: dict[str, Any]) -> list[str]:
    try:
        parse(worlds.definition(steps, time_limit=limit), FORMS)
    except Unsound as unsound:
        return [f"{fault.path}: {fault.message}" for fault in unsound.faults]
    return []


def plan(*more: dict[str, Any]) -> list[dict[str, Any]]:
    return [worlds.desk("judge"), *more]


class TestSound:
    def test_both_ways(self) -> None:
        assert faults(plan(law()), APPROVAL) == []
        assert faults(plan(law()), {**APPROVAL, "silence_if": ONLY}) == []
        assert faults(plan(law("refused", "refusal")), REFUSAL) == []


class TestFaults:
    @pytest.mark.parametrize(
        ("steps", "limit", "words"),
        [
            (plan(), {"days": 10, "silence": "approval"}, "the way is missing"),
            (plan(law()), {"days": 10, "silence_to": "law"}, "silence decides nothing"),
            (plan(), {"days": 10, "silence_if": ONLY}, "has a condition, but silence decides nothing"),
            (plan(law()), {**APPROVAL, "silence_if": {**ONLY, "when": "answers.room > 3"}}, "doesn't compile"),
            (plan(), APPROVAL, "'law' is no robot's step"),
            (plan(), {**APPROVAL, "silence_to": "judge"}, "'judge' is no robot's step"),
            (plan(law(outcome="refusal")), APPROVAL, "another outcome than silence"),
            (plan(law("refused")), APPROVAL, "silence would end as refused"),
            (plan(law("granted", "refusal")), REFUSAL, "silence would end as approved"),
            (plan(law("judge")), APPROVAL, "an official would have to act: 'judge'"),
            ([worlds.desk("judge", to="law"), law()], APPROVAL, "a way leads to 'law'"),
            ([law(), worlds.desk("judge")], APPROVAL, "a way leads to 'law'"),
            (
                [{**worlds.desk("judge"), "outcomes": worlds.desk("judge")["outcomes"][:1]}, law()],
                APPROVAL,
                "no official may refuse",
            ),
            (
                [
                    worlds.desk("judge"),
                    law(),
                    worlds.robot("other", "tacit_decision", settings={"outcome": "approval"}),
                ],
                APPROVAL,
                "is not where `time_limit.silence_to` leads",
            ),
            (plan(law("refused", "refusal")), {"days": 10}, "a robot alone would refuse"),
        ],
    )
    def test_are_named(self, steps: list[dict[str, Any]], limit: dict[str, Any], words: str) -> None:
        assert any(words in fault for fault in faults(steps, limit)), faults(steps, limit)


def test_undecided_is_what_an_official_may_yet_refuse() -> None:
    pay = {"key": "pay", "kind": "applicant", "title": worlds.text("Pay"), "waits_for": "payment"}
    branches = [{"key": "a", "start": "ask", "title": worlds.text("A")}]
    opinions = {"key": "opinions", "kind": "parallel", "title": worlds.text("Opinions"), "branches": branches}
    ask = {**worlds.desk("ask"), "outcomes": [{"key": "yes", "title": worlds.text("Yes"), "to": "opinions"}]}
    steps = [
        worlds.robot("look", "compute_fee", to="opinions"),
        {**opinions, "next": [{"to": "judge"}]},
        ask,
        worlds.desk("judge", to="fee"),
        worlds.robot("fee", "compute_fee", to="pay"),
        {**pay, "within": {"days": 5}, "if_late": "judge", "next": [{"to": "granted"}]},
    ]
    workflow = Definition.model_validate(worlds.definition(steps)).workflow

    assert all(is_undecided(workflow, [key]) for key in ("look", "opinions", "ask", "judge"))
    assert not any(is_undecided(workflow, [key]) for key in ("fee", "pay", "granted"))
    assert is_undecided(workflow, ["pay", "ask"])
