"""While a request waits: whose time passes is told, and people are reminded once and not in vain."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from services.requests.models import ServiceRequest
from services.workflow.automation import run_lane
from services.workflow.elapsed import Elapsed, covered, elapsed_of
from services.workflow.models import Step
from services.workflow.operations import applicant, desk, file
from services.workflow.queries import notices_of
from tests import worlds

NOON, DAY = worlds.NOON, worlds.DAY
days = st.integers(0, 60)


@given(st.lists(st.tuples(days, days)))
def test_time_that_overlaps_counts_once(spans: list[tuple[int, int]]) -> None:
    stretches = [(NOON + min(span) * DAY, NOON + max(span) * DAY) for span in spans]
    told = {day for span in spans for day in range(min(span), max(span))}

    assert covered(stretches) == len(told) * DAY


@pytest.mark.django_db
class TestElapsed:
    def test_is_the_office_s_but_for_questions_and_other_agencies(self) -> None:
        worlds.build_agencies("north", "south")
        parallel = {
            "key": "ask",
            "kind": "parallel",
            "title": worlds.text("Ask"),
            "branches": [{"key": "south", "start": "opinion", "title": worlds.text("South")}],
            "next": [{"to": "judge"}],
        }
        opinion = worlds.desk("opinion", to="ask", agency="south")
        opinion["outcomes"] = [{"key": "fine", "title": worlds.text("Fine"), "to": "ask"}]
        version = worlds.published([parallel, opinion, worlds.desk("judge")])
        request = worlds.apply(version, by=worlds.citizen())
        south, bruno = worlds.clerk("samir", "south"), worlds.clerk("bruno")
        desk.decide(desk.claim(worlds.open_step(request), south, NOON), "fine", south, NOON + 3 * DAY)
        desk.ask_applicant(desk.claim(worlds.open_step(request), bruno, NOON), "Why?", bruno, NOON + 4 * DAY)
        question = Step.objects.get(kind=Step.Kind.APPLICANT)
        applicant.answer(question, "So", request.applicant, NOON + 6 * DAY)
        request = ServiceRequest.objects.with_service().get()

        assert elapsed_of(request, NOON + 10 * DAY) == Elapsed(5 * DAY, 2 * DAY, 3 * DAY)


@pytest.mark.django_db
class TestReminder:
    @pytest.fixture
    def question(self) -> Step:
        worlds.build_agencies("north")
        request = worlds.apply(worlds.published([worlds.desk("judge")]), by=worlds.citizen())
        bruno = worlds.clerk("bruno")
        desk.ask_applicant(desk.claim(worlds.open_step(request), bruno, NOON), "Why?", bruno, NOON)
        self.send(NOON)
        mail.outbox.clear()
        return Step.objects.get(kind=Step.Kind.APPLICANT)

    def send(self, at: Any) -> list[str]:
        while run_lane("mail", at):
            pass
        return [letter.subject for letter in mail.outbox]

    def test_comes_once_a_week_before_the_end(self, question: Step) -> None:
        assert question.run_at is not None
        when = question.run_at - timedelta(days=7)

        assert self.send(when - timedelta(minutes=1)) == []
        assert self.send(when) == ["Your request still waits for you"]
        assert self.send(when + DAY) == ["Your request still waits for you"]

    def test_does_not_come_when_it_was_answered(self, question: Step) -> None:
        request = question.service_request
        applicant.answer(question, "So", request.applicant, NOON + DAY)
        assert question.run_at is not None

        assert self.send(question.run_at) == []
        assert Step.objects.get(key="reminded").state == "cancelled"

    def test_is_not_listed_before_its_time(self, question: Step) -> None:
        user, reminder = question.service_request.applicant, Step.objects.filter(key="reminded")
        assert user is not None
        listed = []
        for opened_at in (timezone.now() + DAY, timezone.now() - DAY):
            reminder.update(opened_at=opened_at)
            listed.append("reminded" in [step.key for step in notices_of(user)])

        assert listed == [False, True]

    def test_a_moved_deadline_is_told_with_its_day(self) -> None:
        worlds.build_agencies("north")
        limit = {"days": 10, "extension": {"days": 5}}
        request = worlds.apply(worlds.published([worlds.desk("judge")], time_limit=limit), by=worlds.citizen())
        file.extend_deadline(request, worlds.clerk("bruno"), NOON, reason="Many requests")
        request.refresh_from_db()
        self.send(NOON)
        [letter] = [one for one in mail.outbox if "has moved" in one.subject]

        assert f"{request.due_at.day} " in letter.body
        assert "Many requests" not in letter.body
