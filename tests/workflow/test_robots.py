"""What robots hand to clerks, and what managers do about it."""

from typing import Any

import pytest

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import applicant, desk
from services.workflow.operations.robots import leave_to_hands, try_again, try_all_again
from services.workflow.queries import parked_of
from services.workflow.refusals import Refused
from tests import worlds
from tests.workflow.walks import fresh, kinds

pytestmark = pytest.mark.django_db

NOON = worlds.NOON
ROUTE = worlds.robot("route", "route_to_office", to="granted", settings={"office": "answers.hall"})
FIELD = {"key": "hall", "kind": "text", "label": worlds.text("Hall"), "required": False}
BRANCHES = {
    "key": "ask",
    "kind": "parallel",
    "title": worlds.text("Ask"),
    "branches": [{"key": "one", "start": "route", "title": worlds.text("One")}],
    "next": [{"to": "granted"}],
}


@pytest.fixture
def dilara() -> User:
    worlds.build_agencies("north", "south")
    return worlds.clerk("dilara", desks=(), role="manager")


def version(*steps: dict[str, Any]) -> Any:
    pages = [{"key": "about", "title": worlds.text("About"), "fields": [FIELD]}]
    given = steps or (ROUTE, worlds.desk("judge"))
    return worlds.published(list(given), towns=("north", "south"), pages=pages)


def parked(known: Any, by: User | None = None) -> ServiceRequest:
    """Give a request whose robot could not tell the office."""
    request = worlds.apply(known, {"hall": "nowhere"}, by=by)
    worlds.run_robots()
    return request


def mended(request: ServiceRequest) -> None:
    ServiceRequest.objects.filter(pk=request.pk).update(answers={"hall": "north-hall"})


class TestParked:
    def test_stands_for_the_robot_s_step_and_is_seen_by_its_agency_s_managers_only(self, dilara: User) -> None:
        parked(version())
        [step] = parked_of(dilara)

        assert (step.key, step.instead_of.key, step.trouble) == ("judge", "route", {"code": "cannot_tell"})
        assert not parked_of(worlds.clerk("mirza", "south", desks=(), role="manager"))
        assert not parked_of(worlds.clerk("bruno"))

    def test_ends_when_a_clerk_did_it(self, dilara: User) -> None:
        request, bruno = parked(version()), worlds.clerk("bruno")
        desk.decide(desk.claim(worlds.open_step(request), bruno, NOON), "yes", bruno, NOON)

        assert not parked_of(dilara)


class TestTryAgain:
    def test_opens_the_robot_s_step_afresh_and_takes_the_clerk_s_back(self, dilara: User) -> None:
        request = parked(version())
        mended(request)
        try_again(parked_of(dilara).get(), dilara, NOON)
        robot = request.steps.all().get(key="route", state=Step.State.DUE)
        worlds.run_robots()

        assert robot.attempts == 0
        assert fresh(request).status == "approved"
        assert request.steps.all().get(key="judge").state == Step.State.CANCELLED
        assert kinds(request).count("robot_tried_again") == 1

    def test_stays_in_its_branch(self, dilara: User) -> None:
        robot = {**ROUTE, "next": [{"to": "ask"}]}
        judge = worlds.desk("judge")
        judge["outcomes"] = [{"key": "fine", "title": worlds.text("Fine"), "to": "ask"}]
        request = parked(version(BRANCHES, robot, judge))
        mended(request)
        try_again(parked_of(dilara).get(), dilara, NOON)
        worlds.run_robots()

        assert fresh(request).status == "approved"

    def test_is_refused_when_somebody_has_it(self, dilara: User) -> None:
        request, bruno = parked(version()), worlds.clerk("bruno")
        step = parked_of(dilara).get()
        desk.claim(step, bruno, NOON)
        before = kinds(request)

        with pytest.raises(Refused, match="Bruno has already taken this step"):
            try_again(step, dilara, NOON)
        assert kinds(request) == before
        assert worlds.open_step(request).assignee == bruno

    def test_is_refused_the_second_time(self, dilara: User) -> None:
        parked(version())
        step = parked_of(dilara).get()
        try_again(step, dilara, NOON)

        with pytest.raises(Refused, match="no longer waits"):
            try_again(step, dilara, NOON)

    def test_is_refused_when_the_request_has_ended(self, dilara: User) -> None:
        aysel = worlds.citizen()
        request = parked(version(), aysel)
        step = parked_of(dilara).get()
        applicant.withdraw(request, aysel, NOON)

        with pytest.raises(Refused, match="come to an end"):
            try_again(step, dilara, NOON)

    def test_is_refused_to_other_managers(self, dilara: User) -> None:
        parked(version())
        step = parked_of(dilara).get()

        with pytest.raises(Refused, match="no longer waits"):
            try_again(step, worlds.clerk("mirza", "south", desks=(), role="manager"), NOON)

    def test_of_many_is_told_which_could_not_be(self, dilara: User) -> None:
        known, bruno = version(), worlds.clerk("bruno")
        requests = [parked(known) for _ in range(3)]
        steps = list(parked_of(dilara))
        desk.claim(worlds.open_step(requests[1]), bruno, NOON)
        tried = try_all_again(steps, dilara, NOON)

        assert tried.again == 2
        assert [requests[1].written_reference in told for told in tried.refused] == [True]


class TestLeaveToHands:
    def test_is_put_on_record_once_and_changes_nothing_else(self, dilara: User) -> None:
        request = parked(version())
        step = parked_of(dilara).get()
        for _ in range(2):
            leave_to_hands(step, dilara, NOON)

        assert kinds(request).count("robot_by_hand") == 1
        assert parked_of(dilara).get().by_hand_at == NOON
        assert worlds.open_step(request).assignee is None
        event = Event.objects.get(subject=request.pk, kind="robot_by_hand")
        assert (event.actor, event.facts) == (f"clerk:{dilara.pk}", {"step": "route"})
