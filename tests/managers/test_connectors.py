"""The connectors' pages: everybody who oversees reads how they fare; only administrators change anything."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.definition_text import write_text
from services.connectors.models import Connector
from services.connectors.operations import count_call
from services.ledger.models import Event
from services.workflow import breakers
from tests import worlds

pytestmark = pytest.mark.django_db
LIST, ONE, ACT = "managers_connectors", "managers_connector", "managers_connector_act"


@pytest.fixture(autouse=True)
def cars() -> None:
    worlds.build_agencies("north")
    worlds.build_connectors(worlds.connector("cars"))


def window_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager() -> Client:
    return window_of(worlds.clerk("dilara", desks=(), role="manager"))


@pytest.fixture
def admin() -> Client:
    return window_of(User.objects.create_superuser("admin@example.org", name="Ada"))


def told(window: Client, name: str = LIST, *args: str) -> str:
    return window.get(reverse(name, args=args)).content.decode()


def written(**more: Any) -> str:
    return write_text({"connectors": [worlds.connector("cars", **more)]})


def change(window: Client, text: str) -> Any:
    return window.post(reverse(LIST), {"text": text}, follow=True)


class TestState:
    def test_of_one_that_was_never_called(self, manager: Client) -> None:
        assert "Not called yet" in told(manager)

    def test_tells_calls_failures_and_times_of_today(self, manager: Client) -> None:
        now = timezone.now()
        for _ in range(19):
            count_call("cars", 0.1, now)
        count_call("cars", 3, now, "no_answer")
        page = told(manager, "managers_robots")

        assert "Works" in page
        assert "No answer in time, or that it is down" in page
        assert '<td class="number" data-label="Calls today">20</td>' in page
        assert '<td class="number" data-label="Failed today">1</td>' in page
        assert "0.11 s" in page

    def test_forgets_the_numbers_of_yesterday(self, manager: Client) -> None:
        count_call("cars", 1, timezone.now() - timedelta(days=1))

        assert '<td class="number" data-label="Calls today">0</td>' in told(manager)

    def test_of_one_that_fails_and_of_one_that_rests(self, manager: Client) -> None:
        breakers.note_failure("cars", timezone.now())
        assert "Failed 1 time in a row" in told(manager)
        for _ in range(4):
            breakers.note_failure("cars", timezone.now())
        assert "Is down; tried again at" in told(manager)

    def test_asks_as_many_questions_for_many_as_for_one(self, manager: Client, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(3):
            from portal.managers.connectors import told_connectors

            worlds_of_many = [worlds.connector(f"cars_{number}") for number in range(5)]
            assert len(told_connectors(timezone.now())) == 1
        worlds.build_connectors(*worlds_of_many)
        with django_assert_num_queries(3):
            assert len(told_connectors(timezone.now())) == 6


class TestPause:
    def test_needs_words_and_is_told_with_the_name(self, admin: Client, manager: Client) -> None:
        empty = admin.post(reverse(ACT, args=["cars", "pause"]), {"words": " "})
        assert (empty.status_code, Connector.objects.get().paused_at) == (422, None)
        admin.post(reverse(ACT, args=["cars", "pause"]), {"words": "They move house."})
        page = told(manager, ONE, "cars")

        assert "Paused" in page
        assert "They move house." in page
        assert "Ada" in page
        assert "Paused" in told(manager)

    def test_ends_by_resuming(self, admin: Client) -> None:
        admin.post(reverse(ACT, args=["cars", "pause"]), {"words": "They move house."})
        page = admin.post(reverse(ACT, args=["cars", "resume"]), follow=True).content.decode()

        assert "Resumed." in page
        assert Connector.objects.get().paused_at is None

    def test_there_is_no_other_act(self, admin: Client) -> None:
        assert admin.post(reverse(ACT, args=["cars", "forget"])).status_code == 404


class TestChange:
    def test_of_a_limit_is_saved_and_on_record(self, admin: Client) -> None:
        page = change(admin, written(limits={"concurrent": 7})).content.decode()

        assert "1 connector is changed." in page
        assert Connector.objects.get().concurrent == 7
        assert Event.objects.filter(kind="connector_changed").count() == 2

    def test_of_nothing_says_so(self, admin: Client) -> None:
        assert "Nothing was to be changed." in change(admin, written()).content.decode()

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "Fill this in."),
            ("a: [", "Line 1"),
            ("connectors: []\nconnectors: []", "stands there twice"),
            ("connectors: {}", "is no list"),
            ("connectors:\n- code: Cars", "connectors.0.code"),
        ],
    )
    def test_of_a_faulty_text_tells_the_line_and_changes_nothing(self, admin: Client, text: str, told: str) -> None:
        answer = change(admin, text)

        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert Event.objects.filter(kind="connector_changed").count() == 1

    def test_to_an_inside_address_is_refused(self, admin: Client) -> None:
        page = change(admin, written(base_url="http://169.254.169.254", allow=[])).content.decode()

        assert "leads to an inside address" in page

    def test_is_not_for_managers(self, manager: Client) -> None:
        assert "<textarea" not in told(manager) + told(manager, ONE, "cars")
        assert manager.post(reverse(LIST), {"text": written()}).status_code == 405
        assert manager.post(reverse(ACT, args=["cars", "pause"]), {"words": "No."}).status_code == 404


def test_the_page_of_one_shows_its_text_to_administrators_without_any_secret(admin: Client, settings: Any) -> None:
    settings.CONNECTOR_VALUES = {"CONNECTOR_CARS": "hush-hush"}
    change(admin, written(auth={"secret": {"env": "CONNECTOR_CARS"}}))
    page = told(admin, ONE, "cars")

    assert "CONNECTOR_CARS" in page
    assert "hush-hush" not in page
