"""What each of the robots' actions finds and does, on requests that walk through it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.accounts.models import User
from services.requests.evidence import Evidence
from services.requests.models import Document, ServiceRequest
from services.workflow.actions import ACTIONS
from services.workflow.actions.kinds import Outside, Pure
from services.workflow.actions.request_payment import asked_before, payment_reference
from services.workflow.automation import run_lane
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.queries import notices_of
from tests import worlds
from tests.workflow.one_robot import field, found, version_with
from tests.workflow.walks import fresh, kinds

pytestmark = pytest.mark.django_db

NOON, DAY = worlds.NOON, worlds.DAY
SEEN = {"save_as": "seen"}


@pytest.fixture
def aysel() -> User:
    return worlds.citizen()


def test_each_action_is_known_by_the_name_of_its_file() -> None:
    assert all(isinstance(action, Pure | Outside) for action in ACTIONS.values())
    assert all(isinstance(action, Pure) == (action.lane == Step.Lane.RULES) for action in ACTIONS.values())


class TestCheckEvidence:
    PAPERS = (
        {"key": "plan", "title": worlds.text("Plan")},
        {"key": "survey", "title": worlds.text("Survey"), "required": False},
        {"key": "gas_check", "title": worlds.text("Gas"), "show": "answers.gas", "required": "answers.gas"},
    )

    def request(self, settings: dict[str, Any], *papers: tuple[str, int, timedelta], **answers: Any) -> ServiceRequest:
        fields = [field("gas", "yes_no"), field("measured_on", "date")]
        given = {"save_as": "seen", **settings}
        optional = [{**paper, "required": False} for paper in self.PAPERS[:2]]
        version = version_with("check_evidence", given, *fields, evidence=[*optional, self.PAPERS[2]])
        request = worlds.apply(version, {key: value for key, value in answers.items() if key != "gas"})
        for key, size, age in papers:
            known = {
                "name": key,
                "content_type": "application/pdf",
                "sha256": "",
                "file": "x",
                "supplied_at": NOON - age,
            }
            Evidence.objects.create(service_request=request, key=key, size=size, **known)
        if "gas" in answers:  # an official's question opened the answer again: what it shows is now asked for
            ServiceRequest.objects.filter(pk=request.pk).update(answers={**request.answers, "gas": answers["gas"]})
        worlds.run_robots()
        return request

    def test_tells_what_is_missing_with_no_look_into_the_files(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            request = self.request({}, gas=True)

        none = {"too_old": [], "unreadable": []}
        assert found(request) == {"found": True, "complete": False, "missing": ["gas_check"], **none}
        assert not [query for query in queries if '"requests_evidence"."size"' in query["sql"]]

    def test_asks_for_no_paper_whose_condition_does_not_hold(self) -> None:
        assert found(self.request({}))["complete"]

    def test_tells_papers_that_are_too_old_by_their_day_or_by_the_answer_about_it(self) -> None:
        settings = {"oldest_days": 365, "dates": {"survey": "measured_on"}}
        papers = [("plan", 50_000, 400 * DAY), ("survey", 50_000, DAY)]
        request = self.request(settings, *papers, measured_on="2024-01-31")

        assert found(request)["too_old"] == ["plan", "survey"]

    def test_takes_the_newest_file_of_a_paper(self) -> None:
        papers = [("plan", 50_000, 400 * DAY), ("plan", 50_000, DAY)]

        assert found(self.request({"oldest_days": 365}, *papers))["complete"]

    def test_tells_files_that_are_too_small_to_be_read(self) -> None:
        papers = [("plan", 900, DAY), ("survey", 50_000, DAY)]

        assert found(self.request({"smallest_kb": 20}, *papers))["unreadable"] == ["plan"]


class TestCompare:
    PAIRS = {
        "answers.surname": "found.person.surname",
        "answers.born": "found.person.birth.day",
        "applicant.name": "found.person.name",
    }

    def request(self, person: dict[str, Any]) -> ServiceRequest:
        later = worlds.robot("person", "check_rule", settings={"rule": "true", "save_as": "person"})
        settings = {"pairs": self.PAIRS, "save_as": "seen"}
        fields = [field("surname"), field("born", "date")]
        following = [{"to": "judge", "when": "found.seen.agrees"}, {"to": "judge", "when": "false"}, {"to": "person"}]
        version = version_with("compare", settings, *fields, next=following, others=[later])
        answers = {"surname": "Əliyeva", "born": "2020-05-04"}
        request = worlds.apply(version, answers, by=worlds.citizen())
        ServiceRequest.objects.filter(pk=request.pk).update(facts={"found": {"person": person}})
        worlds.run_robots()
        return request

    def test_agrees_when_all_mean_the_same(self) -> None:
        request = self.request({"surname": "ELIYEVA", "birth": {"day": "04.05.2020"}, "name": "aysel"})

        assert found(request) == {"found": True, "agrees": True, "differ": [], "lacking": []}

    def test_names_what_differs_and_what_is_lacking(self) -> None:
        request = self.request({"surname": "Mammadova", "birth": {}, "name": "aysel"})

        assert found(request)["differ"] == ["answers.surname"]
        assert found(request)["lacking"] == ["answers.born"]
        assert not found(request)["agrees"]

    def test_lets_a_register_without_the_record_agree_with_nothing(self) -> None:
        assert len(found(self.request({"found": False}))["lacking"]) == 3


class TestRemind:
    @pytest.fixture(autouse=True)
    def noon(self) -> Iterator[None]:
        with time_machine.travel(NOON, tick=False):
            yield

    def version(self, **settings: Any) -> Any:
        return version_with("remind", {"save_as": "seen", **settings}, field("moving", "date"))

    def test_writes_now_with_the_words_of_the_step(self, aysel: User) -> None:
        worlds.apply(self.version(), by=aysel)
        worlds.run_robots()

        [letter] = [letter for letter in mail.outbox if letter.subject == "work"]
        assert "Please do not forget." in letter.body

    def test_writes_some_days_before_a_day_of_the_answers_even_when_the_request_has_ended(self, aysel: User) -> None:
        version = self.version(answer="moving", days_before=7)
        request, bruno = worlds.apply(version, {"moving": "2026-05-20"}, by=aysel), worlds.clerk("bruno")
        worlds.run_robots()
        desk.decide(desk.claim(worlds.open_step(request), bruno, NOON), "yes", bruno, NOON)
        for at in (NOON + 71 * DAY, NOON + 72 * DAY):
            while run_lane(Step.Lane.MAIL, at):
                pass
            told = [letter.subject for letter in mail.outbox]
            assert told.count("work") == (at == NOON + 72 * DAY)

        assert found(request) == {"found": True, "day": "2026-05-13"}

    def test_writes_before_a_document_ends(self, aysel: User) -> None:
        document = {"key": "permit", "title": worlds.text("Permit"), "body": worlds.text("Yes."), "valid_days": 100}
        version = version_with(
            "remind", {"save_as": "seen", "document": "permit", "days_before": 30}, documents=[document]
        )
        request = worlds.apply(version, by=aysel)
        known = {"title": "Permit", "number": "1", "sha256": "1", "issued_at": NOON}
        Document.objects.create(service_request=request, key="permit", valid_until=NOON.date() + 100 * DAY, **known)
        worlds.run_robots()

        assert found(request)["day"] == (NOON.date() + 70 * DAY).isoformat()

    def test_has_nothing_to_remind_of_when_the_day_is_over_or_not_known(self, aysel: User) -> None:
        version = self.version(answer="moving")
        requests = [worlds.apply(version, answers, by=aysel) for answers in ({}, {"moving": "2020-01-01"})]
        worlds.run_robots()

        assert [found(request) for request in requests] == [{"found": False}] * 2
        assert "reminder" not in {step.key for step in notices_of(aysel)}


PAY = {
    "key": "pay",
    "kind": "applicant",
    "title": worlds.text("Pay"),
    "waits_for": "payment",
    "within": {"days": 10, "kind": "calendar"},
    "if_late": "judge",
    "next": [{"to": "judge"}],
}


class TestRequestPayment:
    def request(self, by: User, amount: str = "12.50") -> ServiceRequest:
        fee = worlds.robot("fee", "compute_fee", to="ask")
        ask = worlds.robot("ask", "request_payment", settings={"save_as": "seen"}, next=[
            {"to": "pay", "when": "found.seen.found"}, {"to": "judge"}])  # fmt: skip
        worlds.build_agencies("north")
        version = worlds.published([fee, ask, PAY, worlds.desk("judge")], fee={"base": [{"amount": amount}]})
        request = worlds.apply(version, by=by)
        worlds.run_robots()
        return fresh(request)

    def test_sets_amount_day_and_reference_tells_the_applicant_and_waits(self, aysel: User) -> None:
        request = self.request(aysel)
        waiting = worlds.open_step(request, "pay", Step.Kind.APPLICANT)

        assert found(request) == {
            "found": True,
            "amount": "12.50",
            "until": waiting.run_at.date().isoformat(),
            "reference": payment_reference(request.reference),
        }
        assert asked_before(request, "pay") == found(request)
        [letter] = [letter for letter in mail.outbox if letter.subject == "Your request waits for a payment"]
        assert "12.50" not in letter.body
        assert "payment_asked" in kinds(request)

    def test_asks_for_nothing_when_it_is_free(self, aysel: User) -> None:
        request = self.request(aysel, "0.00")

        assert found(request) == {"found": False, "amount": "0.00"}
        assert worlds.open_step(request, "judge")
        assert "to_pay" not in {step.key for step in notices_of(aysel)}

    def test_a_reference_passes_the_check_of_iso_11649(self) -> None:
        reference = payment_reference("K7M29QXD4T")
        digits = "".join(str(int(character, 36)) for character in reference[4:] + reference[:4])

        assert reference.startswith("RF")
        assert int(digits) % 97 == 1

    def test_without_a_fee_goes_to_a_clerk(self, aysel: User) -> None:
        version = version_with("request_payment", {"save_as": "seen"}, next=[{"to": "pay"}], others=[PAY])
        request = worlds.apply(version, by=aysel)
        worlds.run_robots()

        assert worlds.open_step(request, "judge").trouble == {"code": "cannot_tell"}


class TestLetter:
    BODY = {"key": "note", "title": worlds.text("A note"), "body": worlds.text("Dear {applicant_name}, all is well.")}

    def test_is_kept_and_told_and_is_no_certificate(
        self, aysel: User, settings: Any, tmp_path: Any, client: Any
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        version = version_with("letter", {"document": "note"}, documents=[self.BODY])
        request = worlds.apply(version, by=aysel)
        worlds.run_robots()

        letter = Document.objects.get(service_request=request)
        assert letter.is_letter
        assert letter.file.read().startswith(b"%PDF")
        assert "letter_written" in kinds(request)
        assert "The office has sent you a letter" in [one.subject for one in mail.outbox]
        assert client.get(f"/verify/{letter.number}/").status_code == 404

    def test_a_second_one_stands_beside_the_first(self, aysel: User, settings: Any, tmp_path: Path) -> None:
        settings.MEDIA_ROOT = tmp_path
        again = worlds.robot("again", "letter", settings={"document": "note"})
        version = version_with(
            "letter", {"document": "note"}, documents=[self.BODY], next=[{"to": "again"}], others=[again]
        )
        request = worlds.apply(version, by=aysel)
        worlds.run_robots()

        assert request.documents.count() == 2
