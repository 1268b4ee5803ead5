"""Steps that end every worker that tries them: handed to a clerk after the last try, and in nobody's way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from services.requests.models import ServiceRequest
from services.workflow import automation, outside
from services.workflow.actions import ACTIONS
from services.workflow.models import Step
from services.workflow.troubles import in_words
from tests import worlds
from tests.workflow.walks import fresh, kinds
from tests.worlds import NOON

pytestmark = pytest.mark.django_db(transaction=True)
POISON = 13


class Killed(BaseException):
    """What `kill -9` is for a transaction: it ends without a word."""


@pytest.fixture(autouse=True)
def world(ledger: None, settings: Settings) -> None:
    settings.ROBOT_PAUSES_S, settings.ROBOT_LEASE_S = [5, 30, 120, 600], 20
    worlds.build_agencies("north", "south")


def moments() -> Iterator[datetime]:
    """Give the times at which a new worker takes over: a second after each lease."""
    now = NOON + timedelta(seconds=1)
    while True:
        yield now
        now += timedelta(seconds=21)


def deaths_until_all_rest(lane: str) -> int:
    """Let one worker after the other work a lane; count those that it ended."""
    deaths = 0
    for now, _ in zip(moments(), range(20), strict=False):
        try:
            automation.run_lane(lane, now)
        except Killed:
            deaths += 1
    return deaths


def by_hand(request: ServiceRequest) -> Step:
    step = worlds.open_step(request)
    assert step.key == "judge"
    return step


class TestAmongRules:
    @pytest.fixture
    def version(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        check = ACTIONS["check_rule"]

        def run(walk: Any, step: Step) -> Any:
            if walk.service_request.answers["rooms"] == POISON:
                raise Killed
            return check.run(walk, step)  # type: ignore[union-attr]

        monkeypatch.setitem(ACTIONS, "check_rule", replace(check, run=run))
        rule = worlds.robot("check", "check_rule", to="granted", settings={"rule": "true", "save_as": "fine"})
        return worlds.published([rule, worlds.desk("judge")])

    def test_one_is_handed_to_a_clerk_and_the_others_are_done(self, version: Any) -> None:
        poison = worlds.apply(version, {"rooms": POISON})
        others = [worlds.apply(version, {"rooms": number}) for number in range(5)]

        deaths = deaths_until_all_rest(Step.Lane.RULES)

        assert {fresh(other).status for other in others} == {"approved"}
        assert deaths <= 6
        assert by_hand(poison).trouble == {"code": "cut_off", "times": 5}


class TestOutside:
    @pytest.fixture
    def version(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        action = ACTIONS["registry_update"]

        def perform(job: Any, key: str) -> Any:
            raise Killed

        monkeypatch.setitem(ACTIONS, "registry_update", replace(action, perform=perform))
        worlds.build_connectors(worlds.connector("permits"))
        enter = worlds.robot(
            "enter", "registry_update", settings={"registry": "permits", "key": '"A"', "save_as": "entry"}
        )
        return worlds.published([enter, worlds.desk("judge")])

    def test_it_is_handed_to_a_clerk_who_is_told_that_the_effect_is_unknown(self, version: Any) -> None:
        request = worlds.apply(version, {"rooms": 1})

        deaths = deaths_until_all_rest(Step.Lane.REGISTRIES)

        assert deaths == 5
        assert "it may have been done or not" in in_words(by_hand(request).trouble)
        assert kinds(request).count("robot_gave_up") == 1
        assert not outside.run_one(Step.Lane.REGISTRIES, NOON + timedelta(days=1))
