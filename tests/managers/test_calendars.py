"""Managers add special days of their agency; what was promised stays, and who did it is on record."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.agencies.models import Agency, OwnDay
from services.ledger.models import Event
from services.workflow import places
from services.workflow.operations import applicant, desk
from services.workflow.operations.working_days import add_own_day, remove_own_day
from services.workflow.refusals import Refused
from tests import worlds
from tests.worlds import DAY, NOON, apply, open_step, published

pytestmark = pytest.mark.django_db
TUESDAY, FRIDAY, SATURDAY = date(2026, 3, 10), date(2026, 3, 6), date(2026, 3, 7)
WHY = worlds.text("We move house")
PLAN = [worlds.desk("judge")]


@pytest.fixture(autouse=True)
def agencies() -> None:
    worlds.build_agencies("north", "south")


@pytest.fixture
def north() -> Agency:
    return Agency.objects.get(code="north")


@pytest.fixture
def dilara() -> User:
    return worlds.clerk("dilara", desks=(), role="manager")


def due_day(**more: object) -> datetime:
    places.forget()
    return apply(published(PLAN, time_limit={"days": 5}, **more)).due_at


class TestOwnDays:
    @pytest.mark.parametrize(
        ("day", "kind", "due"),
        [
            (FRIDAY, "off", datetime(2026, 3, 11, 19, 59, 59, 999999, UTC)),
            (SATURDAY, "working", datetime(2026, 3, 7, 19, 59, 59, 999999, UTC)),
            (TUESDAY, "half", datetime(2026, 3, 10, 9, tzinfo=UTC)),
        ],
    )
    def test_count_for_limits_that_begin_from_now_on(self, north, dilara, day, kind, due) -> None:
        before = apply(published(PLAN, time_limit={"days": 5}))
        assert before.due_at.date() == TUESDAY  # Monday, the ninth, is a holiday

        closes_at = time(13) if kind == "half" else None
        add_own_day(north, day, kind, dilara, NOON, name=WHY, closes_at=closes_at)

        assert due_day() == due
        before.refresh_from_db()
        assert before.due_at.date() == TUESDAY

    def test_are_nobody_elses(self, north, dilara) -> None:
        add_own_day(north, FRIDAY, "off", dilara, NOON, name=WHY)
        places.forget()

        south = apply(published(PLAN, time_limit={"days": 5}, towns=("north", "south")), office="south-hall")

        assert south.due_at.date() == TUESDAY

    def test_a_promise_that_a_stop_moves_is_counted_with_them(self, north, dilara) -> None:
        bruno, aysel = worlds.clerk("bruno"), worlds.citizen()
        request = apply(published(PLAN, time_limit={"days": 5}), by=aysel)
        add_own_day(north, date(2026, 3, 11), "off", dilara, NOON, name=WHY)
        places.forget()
        desk.ask_applicant(desk.claim(open_step(request), bruno, NOON), "Which?", bruno, NOON + DAY)
        applicant.answer(open_step(request, kind="applicant"), "This", aysel, NOON + 2 * DAY)

        request.refresh_from_db()
        assert request.due_at.date() == date(2026, 3, 12)

    def test_are_on_record_with_who_and_when(self, north, dilara) -> None:
        own = add_own_day(north, TUESDAY, "half", dilara, NOON, name=WHY, closes_at=time(13))
        remove_own_day(own, dilara, NOON + DAY)

        told = Event.objects.filter(subject=own.pk).order_by("seq")
        facts = {"agency": "north", "date": "2026-03-10", "kind": "half", "closes_at": "13:00:00"}
        assert [(one.kind, one.actor, one.facts) for one in told] == [
            ("own_day_added", f"clerk:{dilara.pk}", facts),
            ("own_day_removed", f"clerk:{dilara.pk}", facts),
        ]
        assert due_day().date() == TUESDAY

    @pytest.mark.parametrize(
        ("day", "kind", "closes_at"),
        [
            (NOON.date(), "off", None),
            (date(2026, 3, 1), "off", None),
            (date(2031, 3, 4), "off", None),
            (SATURDAY, "off", None),
            (FRIDAY, "working", None),
            (FRIDAY, "half", None),
            (FRIDAY, "off", time(13)),
        ],
    )
    def test_are_refused_where_they_make_no_sense(self, north, dilara, day, kind, closes_at) -> None:
        with pytest.raises(Refused):
            add_own_day(north, day, kind, dilara, NOON, name=WHY, closes_at=closes_at)

    def test_are_refused_to_others_twice_and_when_counted_with(self, north, dilara) -> None:
        for other in (worlds.clerk("bruno"), worlds.clerk("dima", "south", desks=(), role="manager")):
            with pytest.raises(Refused):
                add_own_day(north, FRIDAY, "off", other, NOON, name=WHY)
        own = add_own_day(north, FRIDAY, "off", dilara, NOON, name=WHY)
        with pytest.raises(Refused):
            add_own_day(north, FRIDAY, "half", dilara, NOON, name=WHY, closes_at=time(12))
        with pytest.raises(Refused):
            remove_own_day(own, worlds.clerk("bruno"), NOON)
        with pytest.raises(Refused):
            remove_own_day(own, dilara, NOON + 4 * DAY)
        remove_own_day(own, dilara, NOON)
        with pytest.raises(Refused):
            remove_own_day(own, dilara, NOON)

    def test_the_database_refuses_a_second_one_and_a_half_day_without_an_hour(self, north, dilara) -> None:
        known = {"agency": north, "date": FRIDAY, "added_by": dilara, "added_at": NOON}
        OwnDay.objects.create(**known, kind="off")
        for bad in ({"kind": "off"}, {"kind": "half", "date": TUESDAY}, {"closes_at": time(9), "date": TUESDAY}):
            with pytest.raises(IntegrityError), transaction.atomic():
                OwnDay.objects.create(**{**known, **bad})


class TestPage:
    @pytest.fixture
    def managing(self, client: Client, dilara: User) -> Client:
        client.force_login(dilara)
        return client

    def test_a_manager_sees_adds_and_takes_away(self, managing: Client) -> None:
        address = reverse("managers_calendar", args=["north"])
        said = {"day": "2026-03-06", "kind": "half", "closes_at": "13:00", "name": "We move house"}
        with time_machine.travel(NOON):
            done = managing.post(address, said, follow=True).content.decode()
            own = OwnDay.objects.get()
            gone = managing.post(reverse("managers_calendar_remove", args=[own.pk]), follow=True).content.decode()

        assert "holiday" in done
        assert "until 13:00" in done
        assert "entered by Dilara" in done
        assert "are known until 31 December 2026 only" in done
        assert "We move house" not in gone

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"kind": "half"}, "Write the hour at which the half day ends."),
            ({"day": "2026-13-06"}, "Give a date that exists"),
            ({"kind": "never"}, "What was chosen is not offered any longer. Choose"),
            ({"kind": "half", "closes_at": "25:00"}, "Give an hour and minutes, like 13:00."),
            ({"name": ""}, "Fill this in."),
        ],
    )
    def test_bad_input_is_told_at_its_field(self, managing: Client, said: dict[str, str], told: str) -> None:
        plain = {"day": "2026-03-06", "kind": "off", "name": "We move house"}
        with time_machine.travel(NOON):
            answer = managing.post(reverse("managers_calendar", args=["north"]), {**plain, **said})

        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert not OwnDay.objects.exists()
