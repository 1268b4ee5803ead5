"""What a clerk's program does at desks: what the desk's pages let the clerk do, by the same rules, and no more."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Membership
from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.requests.models import Decision, ServiceRequest
from services.workflow.looking import Look
from services.workflow.models import ActivityRecord, Step
from services.workflow.operations import desk
from services.workflow.operations.applicant import answer
from services.workflow.operations.preparing import keep_draft, take_effect
from services.workflow.operations.tokens import end_token, make_token
from services.workflow.refusals import Refused
from tests import worlds
from tests.clerks import office

pytestmark = pytest.mark.django_db
WORK = "desk:work"
READING, ACTING = ("", "history/"), ("claim/", "decision/", "question/", "activities/", "purpose/")


class Program:
    """A clerk's program, with the token of that clerk."""

    def __init__(self, user: User, *scopes: str) -> None:
        made = make_token(user=user, name="Inbox", scopes=scopes or [WORK], days=30, now=timezone.now())
        self.token, secret = made
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.client = Client(enforce_csrf_checks=True)

    def get(self, where: str = "", **query: object) -> HttpResponse:
        return self.client.get(f"/api/desk/tasks/{where}", query, headers=self.headers)

    def post(self, where: str, body: object = None) -> HttpResponse:
        raw = json.dumps(body or {})
        return self.client.post(f"/api/desk/tasks/{where}", raw, "application/json", headers=self.headers)

    def delete(self, where: str) -> HttpResponse:
        return self.client.delete(f"/api/desk/tasks/{where}", headers=self.headers)

    def all(self, step: Step) -> dict[str, int]:
        """Try everything at a task; give what is answered."""
        read = {what: self.get(f"{step.pk}/{what}").status_code for what in READING}
        return read | {what: self.post(f"{step.pk}/{what}").status_code for what in ACTING}


def fault(answer: HttpResponse) -> tuple[int, str, str | None, str]:
    """Give status, code, name and words of the first fault."""
    error = answer.json()["errors"][0]
    return answer.status_code, error["code"], error["attr"], error["detail"]


def kinds(seen: ServiceRequest) -> list[str]:
    return list(Event.objects.filter(subject=seen.pk).order_by("seq").values_list("kind", flat=True))


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north", "south")
    return office.published()


@pytest.fixture
def bruno(version: ServiceVersion) -> User:
    return worlds.clerk("bruno")


@pytest.fixture
def program(bruno: User) -> Program:
    return Program(bruno)


@pytest.fixture
def seen(version: ServiceVersion) -> ServiceRequest:
    return worlds.apply(version, {"rooms": 4}, by=worlds.citizen())


@pytest.fixture
def task(seen: ServiceRequest) -> Step:
    return worlds.open_step(seen)


@pytest.fixture
def held(task: Step, bruno: User) -> Step:
    return desk.claim(task, bruno, timezone.now())


class TestTasks:
    def test_are_listed_as_the_queue_lists_them(self, program: Program, task: Step) -> None:
        late = worlds.apply(office.published(), by=worlds.citizen("nigar"), at=worlds.NOON - worlds.DAY)

        (first, second) = program.get().json()["results"]

        assert first["reference"] == late.written_reference
        assert (second["id"], second["step"], second["state"], second["held_by"]) == (task.pk, "judge", "open", "")
        assert (second["desk"]["code"], second["is_late"], second["needs_second_official"]) == ("permits", True, False)
        assert "Aysel" not in json.dumps([first, second])

    def test_come_in_pages_with_as_many_queries_however_many_there_are(
        self, program: Program, version: ServiceVersion
    ) -> None:
        counts = []
        for more in (1, 26):
            for _ in range(more):
                worlds.apply(version)
            program.get()  # the last use of a token is noted once a minute
            with CaptureQueriesContext(connection) as queries:
                page = program.get(state="free", service="permit").json()
            counts.append((len(page["results"]), len(queries)))
        following = program.client.get(page["next"], headers=program.headers).json()

        assert [rows for rows, _queries in counts] == [1, 25]
        assert counts[0][1] == counts[1][1]
        assert len(following["results"]) == 2
        assert following["next"] is None
        assert not {one["id"] for one in page["results"]} & {one["id"] for one in following["results"]}

    def test_one_holds_are_listed_apart(self, program: Program, held: Step) -> None:
        assert program.get().json()["results"] == []
        (mine,) = program.get("held/").json()
        assert (mine["id"], mine["held_by"], mine["is_held_by_you"]) == (held.pk, "Bruno", True)

    def test_are_those_of_one_desk_when_it_is_named(self, program: Program, task: Step) -> None:
        permits, roads = (worlds.desk_of("north", code).pk for code in ("permits", "roads"))

        assert [len(program.get(desk=one).json()["results"]) for one in (permits, roads)] == [1, 0]
        assert program.get(desk=worlds.desk_of("south", "permits").pk).status_code == 404
        named = program.client.get("/api/desk/desks/", headers=program.headers).json()
        assert [(one["id"], one["office"]) for one in named] == sorted([(permits, "north-hall"), (roads, "north-hall")])

    @pytest.mark.parametrize(
        ("query", "attr"),
        [
            ({"desk": "x"}, "desk"),
            ({"state": "all"}, "state"),
            ({"service": "a b"}, "service"),
            ({"cursor": "x"}, "cursor"),
        ],
    )
    def test_wishes_that_make_no_sense_are_told_by_name(
        self, program: Program, query: dict[str, str], attr: str
    ) -> None:
        status, _code, named, words = fault(program.get(**query))

        assert (status, named) == (400, attr)
        assert words


class TestTaking:
    def test_the_next_takes_the_most_urgent(self, program: Program, task: Step, seen: ServiceRequest) -> None:
        taken, none = (program.post("next/") for _ in range(2))

        assert (taken.json()["id"], taken.json()["is_held_by_you"]) == (task.pk, True)
        assert (none.status_code, none.content) == (204, b"")
        assert kinds(seen)[-1] == "claimed"
        assert program.post("next/", {"desk": worlds.desk_of("south", "permits").pk}).status_code == 404

    def test_one_is_taken_once_and_given_back(self, program: Program, task: Step, seen: ServiceRequest) -> None:
        claimed, again = (program.post(f"{task.pk}/claim/") for _ in range(2))
        released, none = (program.delete(f"{task.pk}/claim/") for _ in range(2))

        assert claimed.json()["is_held_by_you"]
        assert claimed.json() == again.json()
        assert (released.json()["held_by"], none.status_code) == ("", 409)
        assert kinds(seen)[-2:] == ["claimed", "released"]

    def test_one_that_another_took_first_is_a_conflict(self, program: Program, task: Step) -> None:
        desk.claim(task, worlds.clerk("chloe"), timezone.now())

        assert fault(program.post(f"{task.pk}/claim/")) == (
            409,
            "conflict",
            None,
            "Chloe has already taken this step.",
        )

    def test_nothing_is_picked_where_the_next_comes_first(self, program: Program, version: ServiceVersion) -> None:
        _first, second = (worlds.open_step(worlds.apply(version)) for _ in range(2))
        assert second.desk is not None
        type(second.desk).objects.update(allows_picking=False)

        status, code, _attr, words = fault(program.post(f"{second.pk}/claim/"))

        assert (status, code) == (409, "conflict")
        assert "the most urgent step comes first" in words

    def test_a_second_official_does_what_the_first_one_decided(self, program: Program, bruno: User) -> None:
        confirm = worlds.desk("confirm", not_by_decider_of="judge")
        weighty = worlds.published([worlds.desk("judge", to="confirm"), confirm], service="weighty")
        seen = worlds.apply(weighty)
        first = desk.claim(worlds.open_step(seen), bruno, timezone.now())
        program.post(f"{first.pk}/decision/", {"outcome": "yes"})
        second = worlds.open_step(seen)

        assert [one["needs_second_official"] for one in program.get().json()["results"]] == [True]
        assert "second official" in fault(program.post(f"{second.pk}/claim/"))[3]
        assert worlds.open_step(seen).assignee is None

    def test_whoever_is_too_near_is_put_aside_on_record(self, program: Program, bruno: User) -> None:
        User.objects.filter(pk=bruno.pk).update(name="Bruno Aliyev")
        version = worlds.published([worlds.desk("judge")], service="near", conflicts=["family_name"])
        seen = worlds.apply(version, by=worlds.citizen("nigar aliyeva"))

        answered = program.post(f"{worlds.open_step(seen).pk}/claim/")

        assert answered.status_code == 409
        assert kinds(seen)[-1] == "stood_aside"


class TestReading:
    def test_gives_all_that_the_page_shows(self, program: Program, held: Step, seen: ServiceRequest) -> None:
        whole = program.get(f"{held.pk}/")

        told = whole.json()
        (rooms,) = told["answers"]
        assert (rooms["key"], rooms["label"], rooms["value"], rooms["words"]) == ("rooms", "Rooms", 4, "4")
        assert told["applicant"]["name"] == "Aysel"
        assert (told["request"]["id"], told["purpose"], told["draft"]) == (str(seen.pk), "work", None)
        assert [(one["key"], one["is_refusal"]) for one in told["outcomes"]] == [("yes", False), ("no", True)]
        assert told["reasons"] == [{"key": "unfit", "title": "It doesn't fit."}]
        assert told["activities"] == [{"key": "visit", "title": "Visit the place"}]
        assert [one["key"] for one in told["fields_to_ask_about"]] == ["rooms"]
        assert [one["key"] for one in told["papers_to_ask_for"]] == ["plan"]
        assert whole["Cache-Control"] == "no-store"

    def test_shows_what_robots_found_as_plain_text(self, program: Program, bruno: User) -> None:
        settings = {"registry": "cars", "key": "'1'", "save_as": "car"}
        worlds.build_connectors(worlds.connector("cars"))
        looks = worlds.robot("look", "registry_lookup", settings=settings)
        seen = worlds.apply(worlds.published([looks, worlds.desk("judge")], service="car"), by=worlds.citizen())
        found = {"found": True, "is_stolen": False, "maker": "<b>Lada</b> & Co"}
        ServiceRequest.objects.filter(pk=seen.pk).update(facts={"found": {"car": found}})
        at_desk = {"kind": Step.Kind.DESK, "state": Step.State.OPEN, "desk": worlds.desk_of("north", "permits")}
        seen.steps.all().filter(key="look").update(key="judge", due_at=timezone.now(), **at_desk)

        (finding,) = program.get(f"{worlds.open_step(seen).pk}/").json()["findings"]

        assert (finding["title"], finding["source"], finding["found"]) == ("look", "From the register “cars”", True)
        assert finding["rows"] == [
            {"name": "maker", "words": "<b>Lada</b> & Co"},
            {"name": "is stolen", "words": "No"},
        ]

    def test_is_put_on_record_as_that_of_the_page_is(self, program: Program, held: Step, bruno: User) -> None:
        program.get(f"{held.pk}/")
        page = worlds.apply(held.service_request.version, by=worlds.citizen("nigar"))
        desk.claim(worlds.open_step(page), bruno, timezone.now())
        client = Client()
        client.force_login(bruno)
        client.get(reverse("desk_request", args=[page.pk]))

        looks = Event.objects.filter(kind="file_read")
        assert {look.subject for look in looks} == {held.service_request_id, page.pk}
        assert [(look.actor, look.facts) for look in looks] == [(f"clerk:{bruno.pk}", {"purpose": "work"})] * 2

    def test_of_what_isnt_ones_work_needs_a_purpose(self, program: Program, task: Step, seen: ServiceRequest) -> None:
        desk.claim(task, worlds.clerk("chloe"), timezone.now())
        before = kinds(seen)
        refused = [program.get(f"{task.pk}/{what}") for what in READING]
        assert {fault(one)[:2] for one in refused} == {(403, "purpose_needed")}
        assert kinds(seen) == before
        assert "Aysel" not in str([one.content for one in refused])

        wrong = program.post(f"{task.pk}/purpose/", {"purpose": "other"})
        told = program.post(f"{task.pk}/purpose/", {"purpose": "colleague"})

        assert fault(wrong)[:3] == (400, "invalid", "words")
        assert told.status_code == 204
        assert Look.objects.get().purpose == "colleague"
        assert program.get(f"{task.pk}/").json()["purpose"] == "colleague"
        assert Event.objects.get(kind="file_read").facts == {"purpose": "colleague"}

    def test_tells_a_draft_of_a_decision_to_its_writer_only(self, program: Program, task: Step) -> None:
        chloe = worlds.clerk("chloe")
        desk.claim(task, chloe, timezone.now())
        keep_draft(Step.objects.get(pk=task.pk), chloe, timezone.now(), words="She is ill.")
        program.post(f"{task.pk}/purpose/", {"purpose": "colleague"})

        told, own = program.get(f"{task.pk}/"), Program(chloe).get(f"{task.pk}/")

        assert (told.status_code, told.json()["draft"]) == (200, None)
        assert own.json()["draft"]["words"] == "She is ill."

    def test_history_names_officials(self, program: Program, held: Step) -> None:
        latest, *_others, first = program.get(f"{held.pk}/history/").json()

        assert (latest["kind"], latest["who"], latest["name"]) == ("file_read", "Official", "Bruno")
        assert first["kind"] == "submitted"

    def test_leaves_messages_unread(self, program: Program, held: Step, bruno: User) -> None:
        desk.ask_applicant(held, "Which plan?", bruno, timezone.now())
        question = worlds.open_step(held.service_request, kind=Step.Kind.APPLICANT)
        answer(question, "The second.", held.service_request.applicant, timezone.now())

        messages = program.get(f"{held.pk}/").json()["messages"]

        assert [one["text"] for one in messages] == ["Which plan?", "The second."]
        assert messages[1]["read_at"] is None


class TestDeciding:
    def test_ends_the_task_and_counts_at_once_without_time_to_undo(self, program: Program, held: Step) -> None:
        decided = program.post(f"{held.pk}/decision/", {"outcome": "no", "reason": "unfit", "words": "Too near."})
        again = program.post(f"{held.pk}/decision/", {"outcome": "no", "reason": "unfit"})

        assert (decided.status_code, decided.json()["outcome"]) == (201, "no")
        made = Decision.objects.get()
        assert (made.outcome, made.reason, made.words) == ("no", "unfit", "Too near.")
        assert fault(again)[:2] == (409, "conflict")

    def test_can_be_undone_where_there_is_time_for_it(self, program: Program, held: Step, settings: Any) -> None:
        settings.UNDO_S = 30
        decided = program.post(f"{held.pk}/decision/", {"outcome": "yes", "words": "Welcome"})
        meanwhile = program.delete(f"{held.pk}/claim/")
        undone, late = (program.delete(f"{held.pk}/decision/") for _ in range(2))

        assert decided.status_code == 202
        assert decided.json()["takes_effect_at"] is not None
        assert "Undo it first" in fault(meanwhile)[3]
        assert undone.json() == {"outcome": "yes", "reason": "", "words": "Welcome", "takes_effect_at": None}
        assert fault(late)[:2] == (409, "conflict")
        assert program.get(f"{held.pk}/").json()["draft"] == undone.json()
        assert take_effect(timezone.now() + timedelta(minutes=1)) == 0

    @pytest.mark.parametrize(
        ("body", "attr"),
        [
            ({}, "outcome"),
            ({"outcome": "maybe"}, "outcome"),
            ({"outcome": ["yes"]}, "outcome"),
            ({"outcome": "no"}, "reason"),
            ({"outcome": "no", "reason": "whim"}, "reason"),
            ({"outcome": "yes", "words": "x" * 4001}, "words"),
            ({"outcome": "yes", "words": "a\x07bell"}, "words"),
        ],
    )
    def test_faults_are_told_by_name(self, program: Program, held: Step, body: dict[str, Any], attr: str) -> None:
        status, _code, named, words = fault(program.post(f"{held.pk}/decision/", body))

        assert (status, named) == (400, attr)
        assert words
        assert not Decision.objects.exists()

    def test_of_what_one_doesnt_hold_is_a_conflict(self, program: Program, task: Step) -> None:
        bodies = {"decision/": {"outcome": "yes"}, "question/": {"text": "Why?"}, "activities/": {"activity": "visit"}}
        answered = [program.post(f"{task.pk}/{what}", body) for what, body in bodies.items()]

        assert {fault(one)[:2] for one in answered} == {(409, "conflict")}
        assert {fault(one)[3] for one in answered} == {"Take this step first: you don't hold it."}

    def test_activities_are_put_on_record(self, program: Program, held: Step) -> None:
        done = program.post(f"{held.pk}/activities/", {"activity": "visit"})

        assert (done.status_code, done.json()["activity"]) == (201, "visit")
        assert ActivityRecord.objects.get().key == "visit"
        assert fault(program.post(f"{held.pk}/activities/", {"activity": "rest"}))[:3] == (400, "invalid", "activity")


class TestAsking:
    def test_opens_the_field_and_stops_the_clock(self, program: Program, held: Step) -> None:
        asked, again = (program.post(f"{held.pk}/question/", {"text": "Five?", "field": "rooms"}) for _ in range(2))

        assert asked.status_code == 201
        assert (asked.json()["text"], asked.json()["field_key"], asked.json()["is_question"]) == (
            "Five?",
            "rooms",
            True,
        )
        assert fault(again)[:2] == (409, "conflict")
        seen = ServiceRequest.objects.get()
        assert (seen.is_clock_stopped, seen.messages.count()) == (True, 1)
        (mine,) = program.get("held/").json()
        assert mine["state"] == "waiting"

    @pytest.mark.parametrize(
        ("body", "attr"),
        [
            ({}, "text"),
            ({"text": " "}, "text"),
            ({"text": "x" * 2001}, "text"),
            ({"text": "a\x07"}, "text"),
            ({"text": "Five?", "field": "plan"}, "field"),
            ({"text": "Five?", "paper": "rooms"}, "paper"),
            ({"text": "Five?", "field": "rooms", "paper": "plan"}, "paper"),
        ],
    )
    def test_faults_are_told_by_name(self, program: Program, held: Step, body: dict[str, Any], attr: str) -> None:
        status, _code, named, words = fault(program.post(f"{held.pk}/question/", body))

        assert (status, named) == (400, attr)
        assert words
        assert not held.service_request.messages.exists()


class TestRight:
    def test_ends_at_ones_own_desks(self, task: Step) -> None:
        other = Program(worlds.clerk("elvin", "south"))

        assert set(other.all(task).values()) == {404}
        assert other.get().json()["results"] == []
        assert other.delete(f"{task.pk}/claim/").status_code == 404

    def test_ends_at_ones_own_request(self, version: ServiceVersion, bruno: User, program: Program) -> None:
        own = worlds.open_step(worlds.apply(version, by=bruno))

        assert set(program.all(own).values()) == {404}
        assert program.get().json()["results"] == []

    def test_comes_with_the_scope(self, bruno: User, task: Step) -> None:
        other = Program(bruno, "requests:read", "requests:act")

        assert set(other.all(task).values()) == {403}
        assert fault(other.get())[3] == f"The token needs the scope {WORK}."
        assert fault(other.delete(f"{task.pk}/claim/"))[0] == 403

    def test_is_none_of_other_programs(self, program: Program) -> None:
        assert program.client.get("/api/requests/", headers=program.headers).status_code == 403

    def test_ends_with_the_token(self, program: Program, task: Step) -> None:
        with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
            assert set(program.all(task).values()) == {401}
        end_token(program.token, timezone.now())
        assert set(program.all(task).values()) == {401}
        assert Client().get("/api/desk/tasks/").status_code == 401

    def test_ends_with_the_role(self, program: Program, bruno: User, task: Step) -> None:
        assert program.get().status_code == 200
        Membership.objects.filter(user=bruno).update(ended_at=timezone.now())

        assert set(program.all(task).values()) == {404}
        assert program.get().status_code == 404

    def test_needs_the_second_factor_that_officials_need(
        self, program: Program, bruno: User, task: Step, settings: Any
    ) -> None:
        settings.STAFF_NEED_SECOND_FACTOR = True
        assert set(program.all(task).values()) == {403}
        assert fault(program.get())[1] == "second_factor_needed"
        own = Client()
        own.force_login(bruno)
        assert own.get("/api/desk/tasks/").status_code == 403

        Authenticator.objects.create(user=bruno, type=Authenticator.Type.TOTP, data={})

        assert program.get().status_code == 200

    def test_is_given_by_officials_only(self, version: ServiceVersion) -> None:
        for user in (worlds.citizen("nigar"), worlds.clerk("dilara", desks=(), role="manager")):
            with pytest.raises(Refused, match="works at a desk"):
                Program(user)

    def test_needs_the_browsers_token_in_a_session(self, bruno: User, task: Step) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(bruno)

        assert client.get("/api/desk/tasks/").status_code == 200
        assert client.post(f"/api/desk/tasks/{task.pk}/claim/").status_code == 403
        assert worlds.open_step(task.service_request).assignee is None
