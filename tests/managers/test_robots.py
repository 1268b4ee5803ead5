"""The robots' page: what a manager sees of the own agencies' robots, and what the manager does."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.transparency.models import Count
from services.workflow.models import Breaker, Step
from services.workflow.operations import desk
from services.workflow.queries import parked_of
from tests import worlds

pytestmark = pytest.mark.django_db

PAGE, AGAIN = "managers_robots", "managers_robots_again"
KIND = "permit.route.cannot_tell"
FIELD = {"key": "hall", "kind": "text", "label": worlds.text("Hall"), "required": False}
ROUTE = worlds.robot("route", "route_to_office", settings={"office": "answers.hall"}, saves_minutes=4)


@pytest.fixture
def dilara() -> User:
    worlds.build_agencies("north", "south")
    return worlds.clerk("dilara", desks=(), role="manager")


@pytest.fixture
def window(client: Client, dilara: User) -> Client:
    client.force_login(dilara)
    return client


def apply(*halls: str, office: str = "north-hall") -> list[ServiceRequest]:
    pages = [{"key": "about", "title": worlds.text("About"), "fields": [FIELD]}]
    version = worlds.published([ROUTE, worlds.desk("judge")], towns=("north", "south"), pages=pages)
    requests = [worlds.apply(version, {"hall": hall}, office=office, at=timezone.now()) for hall in halls]
    worlds.run_robots()
    return requests


def saved(office: str, day: date, minutes: int) -> None:
    month = day.replace(day=1)
    Count.objects.create(
        service="permit", cut="office", key=office, month=month, measure="saved_minutes", number=minutes
    )


def told(window: Client, name: str = PAGE, **query: str) -> str:
    return window.get(reverse(name), query).content.decode()


class TestPage:
    def test_of_an_agency_without_robots_says_so(self, window: Client) -> None:
        page = told(window)

        assert "Robots have done nothing here yet." in page
        assert "Robots handed nothing to officials" in page

    def test_tells_what_was_done_and_saved_by_service(self, window: Client) -> None:
        apply("north-hall", "north-hall")
        saved("north-hall", timezone.localdate(), 8)
        saved("north-hall", date(2020, 1, 31), 5)
        saved("south-hall", timezone.localdate(), 100)
        [row] = window.get(reverse(PAGE)).context["services"]

        assert (row["day"], row["days"], row["saved"].lately, row["saved"].ever) == (2, 2, 8, 13)
        assert sum(hour["value"] for hour in window.get(reverse(PAGE)).context["hours"]) == 2
        assert sum(day["value"] for day in window.get(reverse(PAGE)).context["days"]) == 2

    def test_tells_what_was_handed_over_in_plain_words(self, window: Client) -> None:
        [request] = apply("nowhere")
        page = told(window)

        assert request.written_reference in page
        assert "The robot can&#x27;t tell from the answers and registers how to go on" in page
        assert "Try again" in page
        assert "Do by hand" in page

    def test_tells_nothing_of_other_agencies(self, window: Client) -> None:
        [request] = apply("nowhere", office="south-hall")
        saved("south-hall", timezone.localdate(), 100)
        page = told(window)

        assert request.written_reference not in page
        assert "Robots have done nothing here yet." in page

    def test_tells_what_is_tried_again_by_itself(self, window: Client) -> None:
        [request] = apply("north-hall")
        due = timezone.now()
        known = {"kind": Step.Kind.ROBOT, "state": Step.State.DUE, "lane": "registries", "attempts": 3}
        Step.objects.create(service_request=request, key="route", opened_at=due, run_at=due, **known)
        page = told(window)

        assert "1 step failed and is tried again." in page
        assert "Registries: 1 step waits since" in page

    def test_shows_one_kind_only(self, window: Client) -> None:
        [request] = apply("nowhere")

        assert request.written_reference in told(window, kind=KIND)
        other = told(window, kind="permit.route.fault")
        assert request.written_reference not in other
        assert "Nothing of this kind waits any longer." in other

    @pytest.mark.parametrize("kind", ["x", "a.b.c.d", "..", "\0.\0.\0"])
    def test_takes_any_kind_that_is_typed(self, window: Client, kind: str) -> None:
        assert window.get(reverse(PAGE), {"kind": kind}).status_code == 200

    def test_asks_as_many_questions_for_many_as_for_one(self, window: Client, django_assert_max_num_queries) -> None:
        apply(*["nowhere"] * 12)
        told(window)
        with django_assert_max_num_queries(30):
            told(window)


class TestActs:
    def act(self, window: Client, dilara: User, act: str) -> str:
        step = parked_of(dilara).get()
        return window.post(reverse("managers_robot_act", args=[step.pk, act]), follow=True).content.decode()

    def test_try_again(self, window: Client, dilara: User) -> None:
        [request] = apply("nowhere")

        assert "The robot tries again." in self.act(window, dilara, "again")
        assert request.steps.all().filter(key="route", state=Step.State.DUE).exists()

    def test_try_again_tells_who_has_it(self, window: Client, dilara: User) -> None:
        [request] = apply("nowhere")
        desk.claim(worlds.open_step(request), worlds.clerk("bruno"), timezone.now())

        assert "Bruno works on it" in told(window)
        assert "Bruno has already taken this step." in self.act(window, dilara, "again")

    def test_do_by_hand_stays_on_the_list_for_a_manager(self, window: Client, dilara: User) -> None:
        apply("nowhere")

        assert "To be done by hand" in self.act(window, dilara, "by-hand")

    def test_do_by_hand_leads_a_manager_who_is_a_clerk_to_the_request(self, window: Client, dilara: User) -> None:
        [request] = apply("nowhere")
        worlds.clerk("dilara")
        worlds.clerk("dilara", desks=(), role="manager")
        step = parked_of(dilara).get()
        answer = window.post(reverse("managers_robot_act", args=[step.pk, "by-hand"]))

        assert answer["Location"] == reverse("desk_request", args=[request.pk])

    def test_there_is_no_other_act(self, window: Client, dilara: User) -> None:
        apply("nowhere")
        step = parked_of(dilara).get()

        assert window.post(reverse("managers_robot_act", args=[step.pk, "forget"])).status_code == 404


class TestTryKindAgain:
    def test_asks_first_and_then_tries_all_that_nobody_holds(self, window: Client, dilara: User) -> None:
        requests = apply("nowhere", "nowhere", "nowhere")
        desk.claim(worlds.open_step(requests[0]), worlds.clerk("bruno"), timezone.now())

        assert "2 steps are taken back from their desks" in told(window, AGAIN, kind=KIND)
        answer = window.post(reverse(AGAIN), {"kind": KIND}, follow=True)
        assert "Robots try 2 steps again." in answer.content.decode()
        assert [step.service_request for step in parked_of(dilara)] == [requests[0]]

    @pytest.mark.parametrize("kind", ["", "x", KIND])
    def test_says_when_there_is_nothing(self, window: Client, kind: str) -> None:
        answer = window.post(reverse(AGAIN), {"kind": kind}, follow=True)

        assert "Nothing of this kind waits any longer." in answer.content.decode()


def test_a_register_that_fails_is_named_by_its_title(window: Client) -> None:
    worlds.build_connectors(worlds.connector("cars"))
    Breaker.objects.create(name="cars", failures=2)

    page = window.get(reverse(PAGE)).content.decode()

    assert re.search("<h2[^>]*>Cars</h2>|notice-title[^>]*>Cars<", page)
    assert "This register failed 2 times in a row." in page
