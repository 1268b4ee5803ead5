"""Why a clock stands still is told by its own reason: to the applicant, to who holds the code, to clerks, before."""

import re
from html import unescape
from typing import Any, get_args

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import strip_tags

from services.catalogue.definition import ApplicantStep
from services.requests.models import ServiceRequest
from services.requests.status_codes import status_code_of
from services.workflow.models import Step
from services.workflow.operations import applicant, desk
from services.workflow.operations.looking import purpose_of_look, tell_purpose
from services.workflow.operations.opinions import Question, ask_opinion
from services.workflow.rules import OTHER_BODY, QUESTION
from tests import worlds

pytestmark = pytest.mark.django_db
WORDS = {  # by reason: to the applicant, and to officials
    QUESTION: ("the office waits for your answer to its question", "the applicant has yet to answer a question"),
    "papers": ("the office waits for your papers", "the applicant has yet to supply papers"),
    "confirmation": ("the office waits for your confirmation", "the applicant has yet to confirm"),
    "payment": ("the office waits for your payment", "the applicant has yet to pay"),
    "visit": ("the office waits for your visit", "the applicant has yet to come"),
    OTHER_BODY: ("because this time has to pass: Objections", "because this time has to pass: Objections"),
}
BEFOREHAND = {reason: words for reason, (words, _officials) in WORDS.items()} | {OTHER_BODY: "Objections · 14 days"}
WAIT = {
    "key": "objections",
    "kind": "wait",
    "title": worlds.text("Objections"),
    "span": {"days": 14, "kind": "calendar"},
}
LAW = worlds.text("Silence decides.")
STILL = "legal time limit stands still"


def steps_of(reason: str) -> list[dict[str, Any]]:
    """Give a workflow whose clock may stand still for this reason only."""
    judge = worlds.desk("judge", may_ask_applicant=reason == QUESTION)
    if reason == QUESTION:
        return [judge]
    act = {"key": "act", "kind": "applicant", "title": worlds.text("Act"), "waits_for": reason}
    first = {**WAIT, "stops_clock": True} if reason == OTHER_BODY else act
    return [{**first, "next": [{"to": "judge"}]}, judge]


def begun(steps: list[dict[str, Any]]) -> ServiceRequest:
    worlds.build_agencies("north", "south")
    law = worlds.robot("law", "tacit_decision", "granted", settings={"outcome": "approval"}, explain=LAW)
    limit = {"days": 10, "extension": {"days": 5}, "silence": "approval", "silence_to": "law"}
    version = worlds.published([*steps, law], time_limit=limit)
    return worlds.apply(version, by=worlds.citizen(), at=timezone.now())


def ask(request: ServiceRequest) -> None:
    bruno, now = worlds.clerk("bruno"), timezone.now()
    desk.ask_applicant(desk.claim(worlds.open_step(request), bruno, now), "Which?", bruno, now)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(strip_tags(answer.content.decode())))


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def mine(request: ServiceRequest) -> str:
    return text_of(signed_in(request.applicant).get(reverse("my_request", args=[request.pk])))


def status(request: ServiceRequest) -> str:
    return text_of(
        Client().post(reverse("status"), {"reference": request.reference, "code": status_code_of(request.pk)})
    )


def clerks(request: ServiceRequest) -> str:
    bruno = worlds.clerk("bruno")
    if not purpose_of_look(request, bruno, timezone.now()):
        tell_purpose(request, bruno, timezone.now(), purpose="present")
    return text_of(signed_in(bruno).get(reverse("desk_request", args=[request.pk])))


def others(words: dict[str, str], reason: str) -> list[str]:
    return [told for known, told in words.items() if known != reason]


def test_every_reason_of_the_engine_has_words() -> None:
    assert set(WORDS) == {QUESTION, OTHER_BODY, *get_args(ApplicantStep.model_fields["waits_for"].annotation)}


@pytest.mark.parametrize("reason", WORDS)
class TestEachReason:
    def test_is_told_while_it_lasts(self, reason: str) -> None:
        request = begun(steps_of(reason))
        if reason == QUESTION:
            ask(request)
        to_applicant = {known: words for known, (words, _officials) in WORDS.items()}
        to_officials = {known: words for known, (_applicant, words) in WORDS.items()}

        for page, words in ((mine, to_applicant), (status, to_applicant), (clerks, to_officials)):
            body = page(request)
            assert STILL in body
            assert words[reason] in body
            assert not [told for told in others(words, reason) if told in body]

    def test_is_told_before_and_after_sending(self, reason: str) -> None:
        request = begun(steps_of(reason))
        done = text_of(signed_in(request.applicant).get(reverse("apply_done", args=[request.pk])))
        service = text_of(Client().get(reverse("service", args=["permit"])))

        for body in (done, service):
            assert BEFOREHAND[reason] in body
            assert not [told for told in others(BEFOREHAND, reason) if told in body]


def in_two_branches() -> ServiceRequest:
    """Begin a request where a time of objection passes while an official may ask."""
    branches = [{"key": start, "start": start, "title": worlds.text(start)} for start in ("objections", "judge")]
    fork = {"key": "both", "kind": "parallel", "title": worlds.text("Both"), "branches": branches}
    wait = {**WAIT, "stops_clock": True, "next": [{"to": "both"}]}
    branch = {**worlds.desk("judge"), "outcomes": [{"key": "back", "title": worlds.text("Back"), "to": "both"}]}
    return begun([{**fork, "next": [{"to": "last"}]}, wait, branch, worlds.desk("last")])


def test_what_the_applicant_has_to_do_comes_first() -> None:
    request = in_two_branches()
    before = mine(request)
    ask(request)

    assert WORDS[OTHER_BODY][0] in before
    assert WORDS[QUESTION][0] not in before
    for page, side in ((mine, 0), (status, 0), (clerks, 1)):
        body = page(request)
        assert WORDS[QUESTION][side] in body
        assert WORDS[OTHER_BODY][side] not in body


def test_a_time_of_the_law_is_told_with_its_last_day() -> None:
    request = begun(steps_of(OTHER_BODY))
    until = request.steps.get(kind=Step.Kind.WAIT).run_at

    for page in (mine, status, clerks):
        assert f"until {date_format(timezone.localtime(until), 'DATE_FORMAT')}, because" in page(request)


def test_nothing_is_told_once_the_clock_goes_on() -> None:
    request = begun([worlds.desk("judge")])
    ask(request)
    question = worlds.open_step(request, kind=Step.Kind.APPLICANT)
    applicant.answer(question, "This one", request.applicant, timezone.now())

    assert all(STILL not in page(request) for page in (mine, status, clerks))


def test_a_span_that_stops_nothing_is_no_reason() -> None:
    request = begun([{**WAIT, "next": [{"to": "judge"}]}, worlds.desk("judge", may_ask_applicant=False)])
    done = text_of(signed_in(request.applicant).get(reverse("apply_done", args=[request.pk])))

    assert all(STILL not in page(request) for page in (mine, status, clerks))
    assert "In these cases the clock stands still" not in done


def test_no_reason_is_told_that_no_step_gives() -> None:
    request = begun([worlds.desk("judge")])
    ServiceRequest.objects.filter(pk=request.pk).update(clock_stopped_at=timezone.now(), silence="")

    for page in (mine, status, clerks):
        body = page(request)
        assert f"{STILL} since" in body
        assert not [words for both in WORDS.values() for words in both if words in body]


def test_an_official_who_may_extend_reads_how_long_both_days_move() -> None:
    request = begun([worlds.desk("judge")])
    running = clerks(request)
    ask(request)

    assert "both dates move on" not in running
    assert "both dates move on as long as it does" in clerks(request)


def test_who_holds_the_code_reads_which_agency_is_asked_but_not_what() -> None:
    request, bruno = begun([worlds.desk("judge")]), worlds.clerk("bruno")
    worlds.clerk("carla", "south")
    held = desk.claim(worlds.open_step(request), bruno, timezone.now())
    before = status(request)
    ask_opinion(held, Question(worlds.desk_of("south", "roads"), "Is it safe?", 5, (), []), bruno, timezone.now())
    told = status(request)

    assert "south is asked until" not in before
    assert "south is asked until" in told
    assert "Is it safe?" not in told
