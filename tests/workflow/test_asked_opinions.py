"""Opinions asked of other agencies on the spot: who sees what of the file, and for how long."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from services.accounts.models import User
from services.agencies.models import Agency
from services.catalogue.models import ServiceVersion
from services.catalogue.soundness import Unsound
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.requests.operations import add_evidence
from services.requests.supplying import BadEvidence
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.consulting import desks_to_ask, opinions_to_give
from services.workflow.erasure import erase_content
from services.workflow.exports import _told
from services.workflow.models import Step
from services.workflow.operations import applicant, desk
from services.workflow.operations.opinions import (
    Question,
    answers_to_share,
    ask_opinion,
    end_silent_opinions,
    give_opinion,
    open_opinion,
    papers_to_share,
)
from services.workflow.queries import desks_of, requests_to_read
from services.workflow.refusals import Refused
from tests import worlds
from tests.access.world import one_page
from tests.clerks import office

pytestmark = pytest.mark.django_db
NOW = worlds.NOON
LATER = NOW + timedelta(hours=1)
AFTER = NOW + timedelta(days=30)


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north", "south")
    return office.published()


@pytest.fixture
def bruno(version: ServiceVersion) -> User:
    return worlds.clerk("bruno")


@pytest.fixture
def carla(version: ServiceVersion) -> User:
    return worlds.clerk("carla", "south")


@pytest.fixture
def seen(version: ServiceVersion) -> ServiceRequest:
    request = worlds.apply(version, {"rooms": 4}, by=worlds.citizen())
    add_evidence(request, "plan", ContentFile(one_page(), "plan.pdf"), accept=("pdf",), at_most=3, now=NOW)
    return request


@pytest.fixture
def held(seen: ServiceRequest, bruno: User) -> Step:
    return desk.claim(worlds.open_step(seen), bruno, NOW)


def question(days: int = 5, town: str = "south", words: str = "Is it safe?", **shown: Any) -> Question:
    return Question(worlds.desk_of(town, "permits"), words, days, **shown)


@pytest.fixture
def asked(held: Step, bruno: User) -> AskedOpinion:
    return ask_opinion(held, question(), bruno, NOW)


def to_give(user: User, now: Any = LATER) -> list[AskedOpinion]:
    return list(opinions_to_give(user, desks_of(user), now))


def kinds(request: ServiceRequest) -> list[str]:
    told = Event.objects.filter(subject=request.pk, kind__startswith="opinion").order_by("seq")
    return list(told.values_list("kind", flat=True))


class TestAsking:
    def test_the_own_step_and_the_clock_go_on(self, asked: AskedOpinion, held: Step, seen: ServiceRequest) -> None:
        held.refresh_from_db()
        seen.refresh_from_db()

        assert (held.state, seen.is_clock_stopped) == (Step.State.OPEN, False)
        assert kinds(seen) == ["opinion_asked"]

    def test_is_due_in_working_days_of_the_asked_agency(self, held: Step, bruno: User) -> None:
        south = Agency.objects.get(code="south")
        south.own_days.create(date="2026-03-03", kind="off", added_by=bruno, added_at=NOW)

        due = ask_opinion(held, question(days=1), bruno, NOW).due_at

        assert south.calendar.day_of(due).isoformat() == "2026-03-04"  # the north works on the third

    @pytest.mark.parametrize(
        "wrong",
        [
            {"town": "north"},
            {"words": "  "},
            {"days": 0},
            {"days": 61},
            {"answers": ("nothing",)},
        ],
    )
    def test_refuses_what_makes_no_sense(self, held: Step, bruno: User, wrong: dict[str, Any]) -> None:
        with pytest.raises(Refused):
            ask_opinion(held, question(**wrong), bruno, NOW)
        assert not AskedOpinion.objects.exists()

    def test_only_who_holds_the_step_asks(self, held: Step) -> None:
        with pytest.raises(Refused):
            ask_opinion(held, question(), worlds.clerk("chloe"), NOW)

    def test_a_desk_is_asked_once_at_a_time(self, asked: AskedOpinion, held: Step, bruno: User, carla: User) -> None:
        with pytest.raises(Refused, match="asked already"):
            ask_opinion(held, question(), bruno, LATER)
        give_opinion(asked, carla, LATER, words="Yes")

        assert ask_opinion(held, question(words="And the roof?"), bruno, LATER).is_awaited

    def test_a_file_of_another_request_is_never_shown(self, held: Step, bruno: User, version: ServiceVersion) -> None:
        other = worlds.apply(version, by=worlds.citizen("elvin"))
        theirs = add_evidence(other, "plan", ContentFile(one_page(), "a.pdf"), accept=("pdf",), at_most=3, now=NOW)

        with pytest.raises(Refused, match="may not see"):
            ask_opinion(held, question(papers=[theirs]), bruno, NOW)

    def test_desks_where_nobody_works_are_not_offered(self, bruno: User, carla: User) -> None:
        offered = desks_to_ask(Agency.objects.get(code="north"))

        assert {str(one.office.agency) for one in offered} == {"south"}
        carla.memberships.update(ended_at=NOW)
        assert not desks_to_ask(Agency.objects.get(code="north")).exists()


class TestWhatTheDefinitionLetsSee:
    def test_anything_may_be_chosen_unless_it_says_less(self, seen: ServiceRequest) -> None:
        step: Any = seen.version.definition.workflow.by_key["judge"]

        assert [field.key for field in answers_to_share(seen, step)] == ["rooms"]
        assert [paper.key for paper in papers_to_share(seen, step)] == ["plan"]

    @pytest.mark.parametrize(("share", "answers"), [([], []), (["rooms"], ["rooms"])])
    def test_nothing_else_can_be_shown(self, bruno: User, share: list[str], answers: list[str]) -> None:
        step = worlds.desk("judge", opinions={"share": share})
        version = worlds.published([step], service="strict", evidence=[office.PAPER])
        request = worlds.apply(version, {"rooms": 4}, by=worlds.citizen())
        plan = add_evidence(request, "plan", ContentFile(one_page(), "a.pdf"), accept=("pdf",), at_most=3, now=NOW)
        own = desk.claim(worlds.open_step(request), bruno, NOW)

        assert [one.key for one in answers_to_share(request, version.definition.workflow.by_key["judge"])] == answers
        with pytest.raises(Refused, match="may not see"):
            ask_opinion(own, question(papers=[plan]), bruno, NOW)

    def test_a_misspelt_name_is_a_fault(self, bruno: User) -> None:
        with pytest.raises(Unsound, match="unknown answer or paper 'room'"):
            worlds.published([worlds.desk("judge", opinions={"share": ["room"]})], service="wrong")


class TestGiving:
    def test_tells_the_office_that_asked(self, asked: AskedOpinion, carla: User, seen: ServiceRequest) -> None:
        give_opinion(asked, carla, LATER, words="Yes", file=ContentFile(one_page(), name="sheet.pdf"))
        asked.refresh_from_db()

        assert (asked.state, asked.words, asked.answered_by) == ("given", "Yes", carla)
        assert (asked.file_name, asked.file.read()[:4]) == ("sheet.pdf", b"%PDF")
        assert kinds(seen) == ["opinion_asked", "opinion_given"]
        assert len(Event.objects.get(kind="opinion_given").facts["file"]) == 64

    def test_a_bad_file_keeps_nothing(self, asked: AskedOpinion, carla: User) -> None:
        with pytest.raises(BadEvidence):
            give_opinion(asked, carla, LATER, words="Yes", file=ContentFile(b"MZ program", name="sheet.pdf"))
        asked.refresh_from_db()
        assert asked.state == AskedOpinion.State.OPEN

    def test_needs_words_or_a_file(self, asked: AskedOpinion, carla: User) -> None:
        with pytest.raises(Refused, match="Write your opinion"):
            give_opinion(asked, carla, LATER, words=" ")

    def test_comes_once(self, asked: AskedOpinion, carla: User) -> None:
        give_opinion(asked, carla, LATER, words="Yes")

        with pytest.raises(Refused, match="no longer asked for"):
            give_opinion(asked, worlds.clerk("chingiz", "south"), LATER, words="No")

    def test_not_by_who_asked_even_at_both_desks(self, asked: AskedOpinion, bruno: User, carla: User) -> None:
        places = {
            "memberships": [
                {"agency": town, "role": "clerk", "desks": [f"{town}-hall/permits"]} for town in ("north", "south")
            ]
        }
        worlds.load_person({"email": bruno.email, "name": "Bruno", **places}, "!")

        assert to_give(bruno) == []
        with pytest.raises(Refused, match="no longer asked for"):
            give_opinion(asked, bruno, LATER, words="Yes")
        with pytest.raises(IntegrityError), transaction.atomic():
            AskedOpinion.objects.filter(pk=asked.pk).update(
                state="given", words="Yes", answered_by=bruno, answered_at=LATER
            )

    def test_not_by_who_is_too_near(self, asked: AskedOpinion, carla: User) -> None:
        known = asked.service_request
        known.contact = {**known.contact, "email": carla.email}
        known.save()

        for look in (open_opinion, lambda *known: give_opinion(*known, words="Yes")):
            with pytest.raises(Refused):
                look(asked, carla, LATER)
        assert not Event.objects.filter(kind__in=("file_read", "opinion_given")).exists()


class TestWhoSees:
    def test_a_look_is_on_record(self, asked: AskedOpinion, carla: User) -> None:
        open_opinion(asked, carla, LATER)

        event = Event.objects.get(kind="file_read")
        assert (event.actor, event.facts["purpose"]) == (f"clerk:{carla.pk}", "opinion")

    def test_only_the_asked_desk_and_nothing_else_of_the_file(self, asked: AskedOpinion, carla: User) -> None:
        roads = worlds.clerk("rauf", "south", desks=("roads",))

        assert to_give(carla) == [asked]
        assert to_give(roads) == []
        assert not requests_to_read(carla).exists()

    def test_nobody_once_it_is_given(self, asked: AskedOpinion, carla: User) -> None:
        give_opinion(asked, carla, LATER, words="Yes")
        assert to_give(carla) == []

    def test_nobody_once_the_time_is_over_even_before_the_sweep(self, asked: AskedOpinion, carla: User) -> None:
        assert to_give(carla, asked.due_at) == [asked]
        assert to_give(carla, asked.due_at + timedelta(microseconds=1)) == []
        with pytest.raises(Refused, match="no longer asked for"):
            give_opinion(asked, carla, AFTER, words="Yes")

    @pytest.mark.parametrize("how", ["decided", "withdrawn"])
    def test_nobody_once_the_step_is_done(self, asked: AskedOpinion, bruno: User, carla: User, how: str) -> None:
        if how == "decided":
            desk.decide(asked.step, "yes", bruno, LATER)
        else:
            applicant.withdraw(asked.service_request, asked.service_request.applicant, LATER)

        assert to_give(carla) == []
        with pytest.raises(Refused, match="no longer asked for"):
            give_opinion(asked, carla, LATER, words="Yes")


class TestSilence:
    def test_the_step_goes_on_and_it_is_told_once(self, asked: AskedOpinion, seen: ServiceRequest) -> None:
        assert end_silent_opinions(asked.due_at) == 0
        assert [end_silent_opinions(AFTER) for _ in range(2)] == [1, 0]

        asked.refresh_from_db()
        assert (asked.state, asked.step.state) == ("silent", "open")
        assert kinds(seen) == ["opinion_asked", "opinion_silent"]

    def test_is_not_told_of_what_nobody_needs_any_more(self, asked: AskedOpinion, bruno: User) -> None:
        desk.decide(asked.step, "yes", bruno, LATER)

        assert end_silent_opinions(AFTER) == 0
        asked.refresh_from_db()
        assert asked.state == "not_needed"
        assert kinds(asked.service_request) == ["opinion_asked"]


class TestContent:
    def test_is_in_the_copy_of_ones_data(self, asked: AskedOpinion, carla: User) -> None:
        give_opinion(asked, carla, LATER, words="Yes")

        told = _told(asked.service_request)["opinions_asked"][0]
        assert (told["agency"], told["question"], told["words"]) == ("south", "Is it safe?", "Yes")

    def test_is_erased_with_the_request(self, asked: AskedOpinion, carla: User, bruno: User) -> None:
        give_opinion(asked, carla, LATER, words="Yes", file=ContentFile(one_page(), name="sheet.pdf"))
        desk.decide(asked.step, "yes", bruno, LATER)

        erase_content(asked.service_request, AFTER)

        assert not AskedOpinion.objects.exists()
