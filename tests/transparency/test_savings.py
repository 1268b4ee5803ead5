"""The minutes of handling that robots did and that clerks did."""

import pytest

from services.transparency.automation import refresh
from services.transparency.models import Count
from services.transparency.savings import Handling, altogether, handling
from services.workflow.operations import desk
from tests import worlds

NOON = worlds.NOON
FIELD = {"key": "hall", "kind": "text", "label": worlds.text("Hall"), "required": False}
ROUTE = worlds.robot("route", "route_to_office", settings={"office": "answers.hall"}, saves_minutes=30)


def decided(hall: str) -> None:
    """Let a robot route a request, or give up when it knows no such office, and a clerk decide it."""
    pages = [{"key": "about", "title": worlds.text("About"), "fields": [FIELD]}]
    request = worlds.apply(worlds.published([ROUTE, worlds.desk("judge", minutes=10)], pages=pages), {"hall": hall})
    worlds.run_robots()
    bruno = worlds.clerk("bruno")
    desk.decide(desk.claim(worlds.open_step(request), bruno, NOON), "yes", bruno, NOON)


@pytest.mark.usefixtures("ledger")
class TestHandling:
    def test_counts_what_a_robot_did_and_what_a_clerk_did(self) -> None:
        worlds.build_agencies("north")
        decided("north-hall")
        decided("nowhere")
        refresh()

        [permit] = handling()

        assert permit == Handling("permit", requests=2, robot_minutes=30, clerk_minutes=20)
        assert permit.robots_share == pytest.approx(0.6)

    def test_counts_only_what_it_is_given(self) -> None:
        worlds.build_agencies("north")
        decided("north-hall")
        refresh()

        assert handling(Count.objects.filter(cut="office", key="south-hall")) == []


class TestAltogether:
    def test_weighs_each_service_by_its_minutes(self) -> None:
        whole = altogether([Handling("one", 1, 90, 10), Handling("other", 9, 0, 100)])

        assert whole == Handling("", 10, 90, 110)
        assert whole.robots_share == pytest.approx(0.45)

    def test_of_nothing_has_no_share(self) -> None:
        assert altogether([]).robots_share is None
