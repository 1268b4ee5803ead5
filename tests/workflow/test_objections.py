"""Objections: to another official, within the law's period, and with an effect that is on record."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from services.accounts.models import User
from services.agencies.models import Office
from services.catalogue.soundness import Unsound, parse
from services.ledger.models import Event
from services.ledger.queries import broken_links
from services.requests.models import ServiceRequest
from services.workflow.actions import FORMS
from services.workflow.models import Step
from services.workflow.operations import applicant, desk
from services.workflow.operations.objection import begin_objection, way_to_object
from services.workflow.operations.submission import Submission, submit
from services.workflow.queries import queue_of, requests_to_read, told_to
from services.workflow.refusals import Refused
from tests import objections, worlds
from tests.worlds import DAY, NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def aysel() -> User:
    return worlds.citizen()


@pytest.fixture
def version() -> Any:
    return objections.with_appeals()


@pytest.fixture
def bruno(version: Any) -> User:
    return worlds.clerk("bruno")


@pytest.fixture
def tural(version: Any) -> User:
    return worlds.clerk("tural")


@pytest.fixture
def first(version: Any, aysel: User, bruno: User) -> ServiceRequest:
    return objections.refused(version, aysel, bruno)


def kinds(request: ServiceRequest) -> list[str]:
    return list(Event.objects.filter(subject=request.pk).order_by("seq").values_list("kind", flat=True))


class TestTheWay:
    def test_ends_after_the_calendars_days_on_a_working_day(self, first: ServiceRequest) -> None:
        way = way_to_object(first)

        assert way is not None
        assert way.office.code == "north-hall"
        assert way.until.date() == date(2026, 4, 1)  # 30 days after 2 March

    def test_follows_the_definition(self, aysel: User) -> None:
        version = objections.with_appeals(appeal={"days": 5, "kind": "working"})
        way = way_to_object(objections.refused(version, aysel, worlds.clerk("bruno")))

        assert way is not None
        assert way.until.date() == date(2026, 3, 10)  # the 9th is a holiday

    def test_is_none_while_it_is_worked_and_for_what_was_withdrawn(self, version: Any, aysel: User) -> None:
        request = worlds.apply(version, by=aysel)
        assert way_to_object(request) is None
        applicant.withdraw(request, aysel, NOON + DAY)
        assert way_to_object(ServiceRequest.objects.get(pk=request.pk)) is None

    def test_is_none_without_a_service_of_objections(self, aysel: User) -> None:
        worlds.build_agencies("north")
        version = worlds.published([worlds.desk("judge")])

        assert way_to_object(objections.refused(version, aysel, worlds.clerk("bruno"))) is None


class TestObjecting:
    def test_makes_a_linked_request_and_tells_it_in_both(self, first: ServiceRequest, aysel: User) -> None:
        appeal = objections.object_to(first, aysel, NOON + DAY)

        assert appeal.appeal_of == first
        assert appeal.facts["objection"]["in_time"] is True
        assert kinds(first)[-1] == "objected"
        assert Event.objects.get(subject=appeal.pk, kind="submitted").facts["appeal_of"] == str(first.pk)
        assert list(broken_links()) == []

    def test_after_the_period_is_taken_and_said_so(self, first: ServiceRequest, aysel: User) -> None:
        appeal = objections.object_to(first, aysel, NOON + 60 * DAY)

        assert appeal.facts["objection"]["in_time"] is False

    def test_begins_one_draft_only(self, first: ServiceRequest, aysel: User) -> None:
        drafts = [begin_objection(first, {}, aysel, NOON + DAY) for _ in range(2)]

        assert drafts[0] == drafts[1]

    def test_twice_is_refused(self, first: ServiceRequest, aysel: User) -> None:
        objections.object_to(first, aysel, NOON + DAY)
        with pytest.raises(Refused, match="already objected"):
            begin_objection(first, {}, aysel, NOON + DAY)

    def test_twice_at_once_is_refused_by_the_database(self, first: ServiceRequest, aysel: User) -> None:
        objections.object_to(first, aysel, NOON + DAY)
        twin = worlds.apply(first.version, by=aysel)
        with pytest.raises(IntegrityError, match="one_appeal_at_a_time"), transaction.atomic():
            ServiceRequest.objects.filter(pk=twin.pk).update(appeal_of=first)

    def test_by_somebody_else_is_refused(self, first: ServiceRequest) -> None:
        with pytest.raises(Refused, match="somebody else"):
            begin_objection(first, {}, worlds.citizen("sara"), NOON + DAY)

    def test_without_a_decision_is_refused(self, first: ServiceRequest, aysel: User) -> None:
        service = way_to_object(first)
        assert service is not None
        assert service.service.current is not None
        office = Office.objects.select_related("agency__calendar").get(code="north-hall")
        alone = Submission(version=service.service.current, office=office, answers={"grounds": "No."}, applicant=aysel)
        with pytest.raises(Refused, match="Begin from the decision"):
            submit(alone, NOON + DAY)
        assert ServiceRequest.objects.count() == 1


class TestAnotherOfficial:
    @pytest.fixture
    def review(self, first: ServiceRequest, aysel: User) -> Step:
        return worlds.open_step(objections.object_to(first, aysel, NOON + DAY))

    def test_is_needed_to_claim(self, review: Step, bruno: User, tural: User) -> None:
        with pytest.raises(Refused, match="second official"):
            desk.claim(review, bruno, NOON + DAY)
        assert desk.claim_next(bruno, NOON + DAY) is None
        assert desk.claim_next(tural, NOON + DAY) == review

    def test_is_needed_to_be_given_it(self, review: Step, bruno: User, tural: User) -> None:
        desk.claim(review, tural, NOON + DAY)
        with pytest.raises(Refused, match="second official"):
            desk.reassign(review, bruno, tural, NOON + DAY)

    def test_is_marked_in_the_queue(self, review: Step, bruno: User, tural: User) -> None:
        assert told_to(bruno, queue_of(bruno)).get(pk=review.pk).is_barred
        assert not told_to(tural, queue_of(tural)).get(pk=review.pk).is_barred

    def test_may_not_be_one_who_gave_the_step_back(self, version: Any, aysel: User, bruno: User, tural: User) -> None:
        request = worlds.apply(version, by=aysel)
        desk.release(desk.claim(worlds.open_step(request), tural, NOON), tural, NOON)
        objections.decide(worlds.open_step(request), bruno, "no", NOON)
        review = worlds.open_step(objections.object_to(ServiceRequest.objects.get(pk=request.pk), aysel, NOON + DAY))
        for official in (bruno, tural):
            with pytest.raises(Refused, match="second official"):
                desk.claim(review, official, NOON + DAY)

    def test_may_read_the_first_request(self, aysel: User) -> None:
        worlds.build_agencies("north", "south")
        objections.publish(objections.appeal_definition(towns=("south",)), NOON, FORMS)
        version = worlds.published([worlds.desk("judge")])
        first, carla = objections.refused(version, aysel, worlds.clerk("bruno")), worlds.clerk("carla", "south")
        assert not requests_to_read(carla).exists()
        objections.object_to(first, aysel, NOON + DAY)
        assert first in requests_to_read(carla)


class TestTheEffect:
    def outcome(self, first: ServiceRequest, aysel: User, tural: User, key: str, words: str = "Measure it.") -> None:
        review = worlds.open_step(objections.object_to(first, aysel, NOON + DAY))
        objections.decide(review, tural, key, NOON + 2 * DAY, words)
        first.refresh_from_db()

    def test_of_upholding_is_none(self, first: ServiceRequest, aysel: User, tural: User) -> None:
        self.outcome(first, aysel, tural, "uphold")

        assert first.status == "refused"
        assert kinds(first)[-1] == "objected"

    @pytest.mark.parametrize(("key", "kind"), [("annul", "decision_annulled"), ("send_back", "decision_sent_back")])
    def test_opens_the_request_again(
        self, first: ServiceRequest, aysel: User, bruno: User, tural: User, key: str, kind: str
    ) -> None:
        self.outcome(first, aysel, tural, key)

        assert first.is_in_progress
        assert first.due_at > NOON + 2 * DAY
        assert kinds(first)[-3:] == [kind, "reopened", "step_opened"]
        assert first.messages.get().text == "Measure it."
        again = worlds.open_step(first)
        with pytest.raises(Refused, match="second official"):
            desk.claim(again, bruno, NOON + 2 * DAY)
        objections.decide(again, tural, "yes", NOON + 3 * DAY)
        first.refresh_from_db()
        assert first.status == "approved"
        assert list(broken_links()) == []

    def test_needs_words(self, first: ServiceRequest, aysel: User, tural: User) -> None:
        with pytest.raises(Refused, match="Write to the office"):
            self.outcome(first, aysel, tural, "annul", words=" ")
        first.refresh_from_db()
        assert first.status == "refused"

    def test_is_an_instruction_where_no_official_had_decided(self, aysel: User) -> None:
        objections.with_appeals()
        wait = {"key": "wait", "kind": "wait", "title": worlds.text("Wait"), "span": {"days": 0}}
        version = worlds.published([{**wait, "next": [{"to": "granted"}]}], service="paper")
        request = worlds.apply(version, by=aysel, at=NOON - 9 * DAY)
        worlds.run_robots()
        request.refresh_from_db()
        self.outcome(request, aysel, worlds.clerk("tural"), "annul")

        assert request.status == "approved"
        assert kinds(request)[-1] == "decision_annulled"
        assert request.messages.get().text == "Measure it."

    def test_lets_the_new_decision_be_objected_to(self, first: ServiceRequest, aysel: User, tural: User) -> None:
        self.outcome(first, aysel, tural, "send_back")
        objections.decide(worlds.open_step(first), tural, "no", NOON + 3 * DAY)
        first.refresh_from_db()

        assert objections.object_to(first, aysel, NOON + 3 * DAY + timedelta(hours=1)).appeal_of == first


class TestDefinition:
    @pytest.mark.parametrize(
        ("more", "path"),
        [
            ({"is_appeal": False}, "workflow.steps.0.outcomes.1.effect"),
            ({"identity": "none"}, "identity"),
        ],
    )
    def test_that_does_not_fit_is_named(self, more: dict[str, Any], path: str) -> None:
        with pytest.raises(Unsound) as unsound:
            parse(objections.appeal_definition(**more), FORMS)
        assert path in [fault.path for fault in unsound.value.faults]

    def test_without_annulment_is_named(self) -> None:
        plain = worlds.definition([worlds.desk("judge")], is_appeal=True)
        with pytest.raises(Unsound, match="no outcome annuls"):
            parse(plain, FORMS)

    def test_with_an_unknown_office_is_not_published(self) -> None:
        with pytest.raises(Unsound, match="there is no office 'nowhere'"):
            objections.with_appeals(appeal={"office": "nowhere"})
