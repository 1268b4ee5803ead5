"""Holders are reminded before a step is late, supervisors told when it is: once each, never in a stop of the clock."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as known
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.telling import tell_of_deadlines
from services.workflow.staff_mail import mail_officials
from services.workflow.staff_notices import StaffNotice
from tests import worlds
from tests.workflow.test_races import one_into_the_other
from tests.workflow.walks import fresh, kinds
from tests.worlds import DAY, NOON, apply, open_step, published

HOUR = timedelta(hours=1)
PLAN = [worlds.desk("judge", due={"days": 5})]


def told() -> list[tuple[str, str]]:
    return sorted((notice.user.name, notice.kind) for notice in StaffNotice.objects.select_related("user"))


def make_step() -> Step:
    """Give a step that Bruno holds, whom Sara supervises; another agency has a supervisor of its own."""
    worlds.build_agencies("north", "south")
    worlds.clerk("sara", role="supervisor")
    worlds.clerk("selim", "south", role="supervisor")
    request = apply(published(PLAN, time_limit={"days": 20}), by=worlds.citizen())
    step = desk.claim(open_step(request), worlds.clerk("bruno"), NOON)
    assert step.due_at
    return step


def due(step: Step) -> datetime:
    step.refresh_from_db()
    assert step.due_at
    return step.due_at


@pytest.mark.django_db
class TestTelling:
    @pytest.fixture
    def held(self) -> Step:
        return make_step()

    def test_nobody_is_told_while_there_is_time(self, held: Step) -> None:
        assert tell_of_deadlines(due(held) - DAY - HOUR) == 0
        assert told() == []

    def test_the_holder_first_and_the_supervisor_when_it_is_late(self, held: Step) -> None:
        assert tell_of_deadlines(due(held) - DAY) == 1
        assert told() == [("Bruno", "due_soon")]
        assert tell_of_deadlines(due(held)) == 0
        assert tell_of_deadlines(due(held) + HOUR) == 1

        assert told() == [("Bruno", "due_soon"), ("Sara", "late")]
        assert kinds(held.service_request)[-2:] == ["holder_reminded", "supervisor_told"]

    def test_once_each_however_often_it_is_looked(self, held: Step) -> None:
        for moment in (due(held) - DAY, due(held) - HOUR, due(held) + HOUR, due(held) + 9 * DAY):
            tell_of_deadlines(moment)
            assert tell_of_deadlines(moment) == 0

        assert told() == [("Bruno", "due_soon"), ("Sara", "late")]

    def test_without_the_mark_the_database_refuses_the_second(self, held: Step) -> None:
        tell_of_deadlines(due(held) - DAY)
        Step.objects.filter(pk=held.pk).update(told=0)

        with pytest.raises(IntegrityError), transaction.atomic():
            tell_of_deadlines(due(held) - DAY)

    def test_a_step_that_nobody_took_is_told_to_the_supervisor_only(self) -> None:
        worlds.build_agencies("north")
        dilara = worlds.clerk("dilara", desks=(), role="manager")
        step = open_step(apply(published(PLAN)))
        tell_of_deadlines(due(step) - HOUR)
        assert told() == []

        tell_of_deadlines(due(step) + HOUR)
        assert told() == [(dilara.name, "late")]  # nobody supervises there

    def test_who_took_it_on_its_last_day_knows(self, held: Step) -> None:
        Step.objects.filter(pk=held.pk).update(claimed_at=due(held) - 2 * HOUR)

        assert tell_of_deadlines(due(held) - HOUR) == 0

    def test_nobody_is_told_while_the_clock_stands_still(self, held: Step) -> None:
        bruno = held.assignee
        assert bruno
        desk.ask_applicant(held, "Which?", bruno, NOON)

        assert tell_of_deadlines(due(held) + 5 * DAY) == 0

    def test_nor_of_another_branch_of_such_a_request(self, held: Step) -> None:
        ServiceRequest.objects.filter(pk=held.service_request_id).update(clock_stopped_at=NOON)
        assert tell_of_deadlines(due(held) + HOUR) == 0

        ServiceRequest.objects.filter(pk=held.service_request_id).update(clock_stopped_at=None)
        assert tell_of_deadlines(due(held) + HOUR) == 1

    def test_desk_and_team_show_it(self, held: Step, client: Client) -> None:
        tell_of_deadlines(due(held) - DAY)
        tell_of_deadlines(due(held) + HOUR)
        client.force_login(User.objects.get(name="Bruno"))
        reference = fresh(held.service_request).written_reference
        with time_machine.travel(due(held) + 2 * HOUR):
            own = client.get(reverse("desk")).content.decode()
            client.force_login(User.objects.get(name="Sara"))
            team = client.get(reverse("desk_team")).content.decode()

        assert "Due within a day: " in own
        assert reference in own
        assert "Late: " in team
        assert "held by Bruno" in team


@pytest.mark.django_db
class TestMail:
    def test_one_letter_to_a_person_and_none_twice(self) -> None:
        step = make_step()
        tell_of_deadlines(due(step) + HOUR)

        assert [mail_officials(NOON), mail_officials(NOON)] == [1, 0]

        [letter] = mail.outbox
        assert letter.to == ["sara@north.example.org"]
        assert letter.subject == "1 deadline to look at"
        assert fresh(step.service_request).written_reference in letter.body

    def test_who_wants_no_mail_reads_it_on_the_portal(self) -> None:
        step = make_step()
        User.objects.filter(name="Sara").update(wants_mail=False, wants_sms=True, phone="+994501234567")
        tell_of_deadlines(due(step) + HOUR)

        assert mail_officials(NOON) == 0
        assert StaffNotice.objects.filter(mailed_at=None).count() == 0

    def test_a_mail_server_that_is_away_is_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        step = make_step()
        tell_of_deadlines(due(step) + HOUR)
        with monkeypatch.context() as away:
            away.setattr("django.core.mail.EmailMessage.send", _refuse)
            assert mail_officials(NOON) == 0

        assert mail_officials(NOON) == 1


def _refuse(*_: object) -> None:
    raise OSError


@pytest.mark.slow
@pytest.mark.usefixtures("ledger")
class TestTwoSweeps:
    def test_tell_once(self) -> None:
        moment = due(make_step()) + HOUR
        first = tell_of_deadlines(moment)

        assert (first, tell_of_deadlines(moment)) == (1, 0)
        assert told() == [("Sara", "late")]

    def test_without_locks_the_second_collides(self, settings: Any) -> None:
        settings.GUARDS = {**known.GUARDS, "locks": False}
        moment = due(make_step()) + HOUR

        _first, second = one_into_the_other(lambda: tell_of_deadlines(moment), lambda: tell_of_deadlines(moment))

        assert isinstance(second, IntegrityError)
        assert told() == [("Sara", "late")]
