"""Silence that decides some cases only: by a condition over the case, and never from not knowing."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.requests.signing import make_keys
from services.workflow.models import Step
from services.workflow.operations.silence import let_silence_decide
from services.workflow.troubles import in_words
from services.workflow.what_if.history import recorded
from services.workflow.what_if.replaying import PERSON, Replay
from tests import worlds
from tests.workflow.test_silence import MOMENT, law
from tests.workflow.walks import fresh, kinds
from tests.worlds import DAY, NOON, apply, open_step, run_robots

pytestmark = pytest.mark.django_db
WORDS = worlds.text("small flats")
SMALL = {"when": "answers.rooms < 4", "words": WORDS}
FOUND = {"when": "found.risk.holds", "words": WORDS}
LIMIT = {"days": 5, "silence": "approval", "silence_to": "law"}


@pytest.fixture(autouse=True)
def world(settings: Any, tmp_path: Path) -> None:
    settings.KEYS_DIR, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    make_keys(settings.KEYS_DIR)
    worlds.build_agencies("north")


def version(only: dict[str, Any] | None = SMALL, *before: dict[str, Any], **more: Any) -> ServiceVersion:
    limit = {**LIMIT, "silence_if": only} if only else LIMIT
    return worlds.published([*before, worlds.desk("judge"), law("granted")], time_limit=limit, **more)


def decide_silently(request: ServiceRequest) -> int:
    return let_silence_decide(fresh(request).due_at + MOMENT)


class TestWhereTheConditionHolds:
    def test_silence_decides(self) -> None:
        request = apply(version(), {"rooms": 3}, by=worlds.citizen())

        assert decide_silently(request) == 1
        assert fresh(request).status == "approved"

    def test_by_what_a_robot_found_on_the_way(self) -> None:
        risk = worlds.robot("risk", "check_rule", settings={"rule": "answers.rooms < 4", "save_as": "risk"})
        request = apply(version(FOUND, risk), {"rooms": 3}, by=worlds.citizen())
        run_robots()

        assert decide_silently(request) == 1


class TestWhereItFails:
    @pytest.fixture
    def large(self) -> ServiceRequest:
        return apply(version(), {"rooms": 4}, by=worlds.citizen())

    def test_silence_decides_nothing_then_or_later(self, large: ServiceRequest) -> None:
        assert decide_silently(large) == 0
        assert let_silence_decide(NOON + 90 * DAY) == 0

        assert (fresh(large).status, fresh(large).silence) == ("in_progress", "")
        assert Event.objects.get(subject=large.pk, kind="silence_decided_nothing").facts["why"] == "silence_fails"
        assert "decided_by_silence" not in kinds(large)

    def test_who_must_decide_reads_why(self, large: ServiceRequest) -> None:
        decide_silently(large)

        assert "doesn't let silence decide" in in_words(open_step(large).trouble)

    def test_without_the_condition_it_would_decide(self) -> None:
        request = apply(version(None), {"rooms": 4}, by=worlds.citizen())

        assert decide_silently(request) == 1


class TestWhereItCannotBeTold:
    def test_never_an_approval_of_what_nobody_answered(self) -> None:
        request = apply(version(), {}, by=worlds.citizen())

        assert decide_silently(request) == 0
        assert fresh(request).status == "in_progress"
        assert "can't be told" in in_words(open_step(request).trouble)

    def test_never_of_what_no_robot_found_out(self) -> None:
        request = apply(version(FOUND), {"rooms": 3}, by=worlds.citizen())

        assert decide_silently(request) == 0
        assert Event.objects.get(subject=request.pk, kind="silence_decided_nothing").facts["why"] == "silence_unknown"

    def test_nor_while_the_robot_still_tries(self) -> None:
        risk = worlds.robot("risk", "check_rule", settings={"rule": "answers.rooms < 4", "save_as": "risk"})
        request = apply(version(FOUND, risk), {"rooms": 3}, by=worlds.citizen())

        assert decide_silently(request) == 0
        run_robots()
        assert open_step(request).state == Step.State.OPEN  # an official must decide


class TestWhatIf:
    @pytest.mark.parametrize(
        ("only", "outcome"),
        [(None, "approved"), (SMALL, "approved"), ({**SMALL, "when": "answers.rooms < 2"}, PERSON), (FOUND, PERSON)],
    )
    def test_a_case_that_silence_decided_is_judged_by_the_new_condition(
        self, only: dict[str, Any] | None, outcome: str
    ) -> None:
        request = apply(version(), {"rooms": 3}, by=worlds.citizen())
        decide_silently(request)
        run_robots()
        new = version(only, summary=worlds.text("Another"))

        (known,) = recorded([request.pk])
        assert Replay(known, new, request.answers).run() == outcome


def test_the_service_page_tells_for_whom(client: Client) -> None:
    version()
    body = client.get(reverse("service", args=["permit"])).content.decode()

    assert "That holds only for: small flats." in body
