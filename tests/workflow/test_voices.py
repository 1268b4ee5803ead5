"""Complaints about slowness and ratings: who may speak, when, and what is on record."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail, signing
from django.db import IntegrityError, transaction

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.models import Complaint, Rating
from services.workflow.notices import RATING_SALT, rating_token, read_rating_token
from services.workflow.operations import desk
from services.workflow.operations.complaint import answer_complaint, complain
from services.workflow.operations.rating import rate
from services.workflow.refusals import Refused
from tests import objections, worlds
from tests.worlds import DAY, NOON

pytestmark = pytest.mark.django_db
LATE = NOON + 30 * DAY


@pytest.fixture
def aysel() -> User:
    return worlds.citizen()


@pytest.fixture
def version() -> Any:
    worlds.build_agencies("north", "south")
    return worlds.published([worlds.desk("judge")])


@pytest.fixture
def own(version: Any, aysel: User) -> ServiceRequest:
    return worlds.apply(version, by=aysel)


@pytest.fixture
def vusala(version: Any) -> User:
    return worlds.clerk("vusala", role="supervisor")


@pytest.fixture
def complaint(own: ServiceRequest, aysel: User) -> Complaint:
    return complain(own, "My baby waits.", aysel, LATE, usual_until=None)


def events(kind: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(kind=kind).values_list("facts", flat=True))


class TestComplaining:
    def test_of_a_late_request_is_on_record_without_its_words(self, complaint: Complaint) -> None:
        assert events("complained") == [{"day": "2026-04-01", "office": "north-hall", "late": True}]

    def test_of_one_that_takes_longer_than_usual(self, own: ServiceRequest, aysel: User) -> None:
        complain(own, "Slow.", aysel, NOON + 2 * DAY, usual_until=NOON + DAY)

        assert events("complained")[0]["late"] is False

    @pytest.mark.parametrize("usual_until", [None, NOON + 3 * DAY])
    def test_of_one_in_time_is_refused(self, own: ServiceRequest, aysel: User, usual_until: Any) -> None:
        with pytest.raises(Refused, match="still has time"):
            complain(own, "Slow.", aysel, NOON + 2 * DAY, usual_until=usual_until)

    def test_while_the_office_waits_for_the_applicant_is_refused(self, own: ServiceRequest, aysel: User) -> None:
        bruno = worlds.clerk("bruno")
        desk.ask_applicant(desk.claim(worlds.open_step(own), bruno, NOON), "Which?", bruno, NOON)
        with pytest.raises(Refused, match="still has time"):
            complain(own, "Slow.", aysel, NOON + 20 * DAY, usual_until=NOON)

    def test_again_before_the_answer_is_refused(self, complaint: Complaint, aysel: User) -> None:
        with pytest.raises(Refused, match="complained already"):
            complain(complaint.service_request, "Well?", aysel, LATE, usual_until=None)
        with pytest.raises(IntegrityError, match="one_open_complaint"), transaction.atomic():
            Complaint.objects.create(
                service_request=complaint.service_request, office=complaint.office, words="x", made_at=LATE
            )

    def test_by_somebody_else_is_refused(self, own: ServiceRequest) -> None:
        with pytest.raises(Refused, match="somebody else"):
            complain(own, "Slow.", worlds.citizen("sara"), LATE, usual_until=None)

    def test_a_week_after_the_answer_is_taken(self, complaint: Complaint, aysel: User, vusala: User) -> None:
        request = complaint.service_request
        answer_complaint(complaint, "By Friday.", vusala, LATE)
        with pytest.raises(Refused, match="complained already"):
            complain(request, "Well?", aysel, LATE + 6 * DAY, usual_until=None)
        complain(request, "Well?", aysel, LATE + 7 * DAY, usual_until=None)

        assert request.complaints.count() == 2


class TestAnswering:
    def test_tells_the_applicant(self, complaint: Complaint, vusala: User) -> None:
        answer_complaint(complaint, "By Friday.", vusala, LATE + DAY)
        worlds.run_robots()

        complaint.refresh_from_db()
        assert (complaint.answer, complaint.answered_by) == ("By Friday.", vusala)
        assert events("complaint_answered") == [{"day": "2026-04-02", "office": "north-hall"}]
        assert "Your complaint was answered" in [letter.subject for letter in mail.outbox]

    @pytest.mark.parametrize(("town", "role"), [("north", "clerk"), ("south", "supervisor"), ("north", "manager")])
    def test_by_others_than_the_supervisor_is_refused(self, complaint: Complaint, town: str, role: str) -> None:
        with pytest.raises(Refused, match="Only a supervisor"):
            answer_complaint(complaint, "No.", worlds.clerk("bruno", town, role=role), LATE)

    def test_twice_or_without_words_is_refused(self, complaint: Complaint, vusala: User) -> None:
        with pytest.raises(Refused, match="Write an answer"):
            answer_complaint(complaint, " ", vusala, LATE)
        answer_complaint(complaint, "By Friday.", vusala, LATE)
        with pytest.raises(Refused, match="already answered"):
            answer_complaint(complaint, "Again.", vusala, LATE)


class TestRating:
    @pytest.fixture
    def decided(self, own: ServiceRequest) -> ServiceRequest:
        objections.decide(worlds.open_step(own), worlds.clerk("bruno"), "yes", NOON + DAY)
        return ServiceRequest.objects.get(pk=own.pk)

    def test_keeps_one_that_can_be_changed(self, decided: ServiceRequest) -> None:
        rate(decided, 2, NOON + 2 * DAY, words="Slow.")
        rate(decided, 5, NOON + 3 * DAY)

        rating = Rating.objects.get()
        assert (rating.score, rating.words, rating.first_at) == (5, "Slow.", NOON + 2 * DAY)

    def test_tells_the_score_and_never_the_words(self, decided: ServiceRequest) -> None:
        rate(decided, 2, NOON + 2 * DAY, words="Slow.")

        assert events("rated") == [{"score": 2, "day": "2026-03-04"}]

    def test_after_thirty_days_is_fixed(self, decided: ServiceRequest) -> None:
        rate(decided, 2, NOON + 2 * DAY)
        with pytest.raises(Refused, match="change it for 30 days"):
            rate(decided, 5, NOON + 2 * DAY + timedelta(days=30, seconds=1))

    @pytest.mark.parametrize("score", [0, 6])
    def test_off_the_scale_is_refused(self, decided: ServiceRequest, score: int) -> None:
        with pytest.raises(Refused, match="one of the five"):
            rate(decided, score, NOON + 2 * DAY)
        with pytest.raises(IntegrityError, match="score_on_the_scale"), transaction.atomic():
            Rating.objects.create(service_request=decided, score=score, first_at=NOON, changed_at=NOON)

    def test_before_the_decision_is_refused(self, own: ServiceRequest) -> None:
        with pytest.raises(Refused, match="after the decision"):
            rate(own, 5, NOON)

    def test_is_asked_for_in_the_letter_of_the_decision(self, decided: ServiceRequest) -> None:
        worlds.run_robots()
        letter = next(letter for letter in mail.outbox if "come to an end" in letter.subject)
        token = letter.body.partition("/rate/")[2].partition("/")[0]

        assert read_rating_token(token) == decided.pk

    def test_tokens_of_others_are_none(self, decided: ServiceRequest) -> None:
        token = rating_token(decided.pk)
        for wrong in ("", "x", token[:-1], signing.dumps("x", salt=RATING_SALT), signing.dumps(str(decided.pk))):
            assert read_rating_token(wrong) is None
