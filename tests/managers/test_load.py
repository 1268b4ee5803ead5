"""Managers see what waits with whom, and how much is done a day; nobody is ranked."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from services.accounts.models import User
from services.agencies.models import Agency
from services.catalogue.models import ServiceVersion
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.absences import record_absence
from services.workflow.paces import Pace, paces
from tests import worlds
from tests.worlds import DAY, NOON

pytestmark = pytest.mark.django_db
NOW = NOON + 28 * DAY


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north", "south")
    return worlds.published([worlds.desk("judge")], towns=("north", "south"))


@pytest.fixture
def bruno(version: ServiceVersion) -> User:
    return worlds.clerk("bruno")


def decide(version: ServiceVersion, by: User, times: int, office: str = "north-hall") -> None:
    for _ in range(times):
        step = worlds.open_step(worlds.apply(version, office=office))
        desk.decide(desk.claim(step, by, NOON), "yes", by, NOW - 3 * DAY)
    Step.objects.filter(state="done", kind="desk").update(finished_at=NOW - 3 * DAY)


def pace_of(user: User, town: str = "north") -> Pace:
    return next(one for one in paces([Agency.objects.get(code=town).pk], NOW) if one.user == user)


class TestPaces:
    def test_tell_what_is_held_by_its_age_and_what_was_done(self, version, bruno) -> None:
        decide(version, bruno, 12)
        for age in (1, 5, 9, 10, 25):
            step = desk.claim(worlds.open_step(worlds.apply(version)), bruno, NOON)
            Step.objects.filter(pk=step.pk).update(opened_at=NOW - timedelta(days=age), due_at=NOW + DAY)

        pace = pace_of(bruno)

        assert (pace.held, pace.late, pace.ages, pace.done) == (5, 0, [1, 2, 1, 1], 12)
        assert pace.days == 19  # twenty days from Monday to Friday, less the holiday of the ninth
        assert pace.a_day == 12 / 19

    def test_count_no_day_on_which_somebody_was_away(self, version, bruno) -> None:
        monday = NOW.date() - timedelta(days=7)
        with time_machine.travel(NOON):
            record_absence(bruno, monday, monday + timedelta(days=6), bruno, NOON)

        assert pace_of(bruno).days == 14

    def test_tell_no_pace_from_fewer_than_ten_steps(self, version, bruno) -> None:
        decide(version, bruno, 9)
        assert pace_of(bruno).a_day is None

        decide(version, bruno, 1)
        assert pace_of(bruno).a_day is not None

    def test_leave_out_what_an_official_does_for_another_agency(self, version, bruno) -> None:
        carla = worlds.clerk("carla", "south")
        decide(version, carla, 3, "south-hall")

        assert pace_of(carla, "south").done == 3
        assert all(one.user != carla for one in paces([Agency.objects.get(code="north").pk], NOW))

    def test_take_the_same_queries_for_many_officials(self, version, bruno) -> None:
        north = [Agency.objects.get(code="north").pk]
        with CaptureQueriesContext(connection) as few:
            paces(north, NOW)
        for number in range(8):
            worlds.clerk(f"official{number}")
        with CaptureQueriesContext(connection) as many:
            assert len(paces(north, NOW)) == 9

        assert len(many) <= len(few) <= 5


class TestPage:
    def test_is_the_managers_own_and_ranks_nobody(self, version, bruno, client: Client) -> None:
        for name in ("zaur", "afet"):
            worlds.clerk(name)
        worlds.clerk("carla", "south")
        client.force_login(worlds.clerk("dilara", desks=(), role="manager"))

        told = client.get(reverse("managers_load")).content.decode()

        assert told.index("Afet") < told.index("Bruno") < told.index("Zaur")
        assert "Carla" not in told
        assert "These numbers don’t judge anybody" in told

    def test_is_not_for_clerks(self, bruno, client: Client) -> None:
        client.force_login(bruno)

        assert client.get(reverse("managers_load")).status_code == 404
