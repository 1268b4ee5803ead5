"""Robots find other requests: those that are about the same thing, and the one that somebody complains about."""

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.findings import findings_of
from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.automation import run_lane
from services.workflow.models import Step
from services.workflow.operations import applicant
from tests import worlds
from tests.workflow.one_robot import field, found, version_with
from tests.workflow.walks import fresh

pytestmark = pytest.mark.django_db

NOON, DAY = worlds.NOON, worlds.DAY
HERE, NEAR, FAR = {"lat": 40.58, "lon": 49.65}, {"lat": 40.5802, "lon": 49.65}, {"lat": 40.581, "lon": 49.65}


@pytest.fixture
def aysel() -> User:
    return worlds.citizen()


class TestFindDuplicates:
    ALIKE = {"fields": ["category"], "place": "where", "metres": 30, "days": 30, "save_as": "seen"}

    def version(self) -> Any:
        return version_with("find_duplicates", self.ALIKE, field("category"), field("where", "location"))

    def apply(self, version: Any, where: dict[str, float], category: str = "pothole", at: Any = NOON) -> ServiceRequest:
        return worlds.apply(version, {"category": category, "where": where}, at=at)

    def test_finds_the_earlier_of_two_that_are_near(self) -> None:
        version = self.version()
        first, second = self.apply(version, HERE), self.apply(version, NEAR, at=NOON + DAY)
        worlds.run_robots()

        assert found(first) == {"found": False, "count": 0, "requests": []}
        assert found(second) == {"found": True, "count": 1, "requests": [str(first.pk)]}

    def test_of_two_that_came_together_only_one_is_a_duplicate(self) -> None:
        version = self.version()
        both = [self.apply(version, HERE), self.apply(version, HERE)]
        worlds.run_robots()

        assert sorted(found(request)["found"] for request in both) == [False, True]

    @pytest.mark.parametrize(
        "other",
        [
            {"where": FAR},
            {"where": NEAR, "category": "lamp"},
            {"where": NEAR, "at": NOON - 31 * DAY},
        ],
        ids=["too far", "another category", "too long ago"],
    )
    def test_does_not_find(self, other: dict[str, Any]) -> None:
        version = self.version()
        self.apply(version, **other)
        request = self.apply(version, HERE)
        worlds.run_robots()

        assert not found(request)["found"]

    def test_does_not_find_what_was_withdrawn(self, aysel: User) -> None:
        version = self.version()
        first = worlds.apply(version, {"category": "pothole", "where": HERE}, by=aysel, at=NOON - DAY)
        applicant.withdraw(first, aysel, NOON)
        request = self.apply(version, HERE)
        worlds.run_robots()

        assert not found(request)["found"]

    def test_knows_nothing_of_a_request_without_a_place(self) -> None:
        version = self.version()
        worlds.apply(version, {"category": "pothole"})
        request = worlds.apply(version, {"category": "pothole"}, at=NOON + DAY)
        worlds.run_robots()

        assert not found(request)["found"]

    def test_asks_once_for_each_request_and_the_applicant_never_learns_of_the_other(self, aysel: User) -> None:
        version = self.version()
        first = self.apply(version, HERE)
        request = worlds.apply(version, {"category": "pothole", "where": HERE}, by=aysel, at=NOON + DAY)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            worlds.run_robots()

        assert sum("::jsonb" in query["sql"] and "@>" in query["sql"] for query in queries) == 2
        told = str(list(Event.objects.filter(subject=request.pk).values_list("facts", flat=True)))
        assert str(first.pk) not in told
        assert all(first.written_reference not in str(message.body) for message in mail.outbox)


class TestFindRequest:
    NAMED = {"reference": "about", "save_as": "seen"}

    @pytest.fixture
    def about(self, aysel: User) -> ServiceRequest:
        """Give a request of Aysel that waits at a desk."""
        worlds.build_agencies("north")
        plan = [worlds.desk("judge")]
        return worlds.apply(worlds.published(plan, service="other", time_limit={"days": 5}), by=aysel, at=NOON)

    def complain(self, words: str, by: User | None, at: Any = NOON + DAY) -> ServiceRequest:
        request = worlds.apply(version_with("find_request", self.NAMED, field("about")), {"about": words}, by=by, at=at)
        run_lane(Step.Lane.RULES, at)
        return fresh(request)

    def test_tells_how_one_s_own_request_stands(self, about: ServiceRequest, aysel: User) -> None:
        known = found(self.complain(about.written_reference.lower(), aysel))

        assert known["found"]
        assert (known["service"], known["office"], known["status"]) == ("other", "north-hall", "in_progress")
        assert (known["submitted_on"], known["ended_on"], known["late"]) == ("2026-03-02", "", False)

    def test_tells_that_it_is_late(self, about: ServiceRequest, aysel: User) -> None:
        assert found(self.complain(about.reference, aysel, at=NOON + 30 * DAY))["late"]

    def test_never_tells_late_while_the_clock_stands_still(self, about: ServiceRequest, aysel: User) -> None:
        ServiceRequest.objects.filter(pk=about.pk).update(clock_stopped_at=NOON)

        assert not found(self.complain(about.reference, aysel, at=NOON + 30 * DAY))["late"]

    def test_tells_when_it_ended(self, about: ServiceRequest, aysel: User) -> None:
        applicant.withdraw(about, aysel, NOON)
        known = found(self.complain(about.reference, aysel, at=NOON + 30 * DAY))

        assert (known["status"], known["ended_on"], known["late"]) == ("withdrawn", "2026-03-02", False)

    def test_knows_nothing_of_another_s_request(self, about: ServiceRequest) -> None:
        assert found(self.complain(about.reference, worlds.citizen("tural"))) == {"found": False}
        ServiceRequest.objects.filter(pk=about.pk).update(applicant=None)
        assert found(self.complain(about.reference, None)) == {"found": False}

    @pytest.mark.parametrize("words", ["", "K7M2", "K7M2-9QXD-4T", "’; --"])
    def test_knows_nothing_of_what_is_no_reference(self, about: ServiceRequest, aysel: User, words: str) -> None:
        assert found(self.complain(words, aysel)) == {"found": False}

    def test_is_told_to_the_official_in_words(self, about: ServiceRequest, aysel: User) -> None:
        [told] = findings_of(self.complain(about.reference, aysel))
        rows = {str(name): str(words) for name, words in told["rows"]}

        assert told["found"]
        assert rows["Service"] == "Permit"
        assert rows["Status"] == "In progress"
        assert rows["Submitted"] == "2 March 2026"
