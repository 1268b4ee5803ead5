"""One task in full: told as the page tells it, and put on record."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.looking import Look
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.applicant import answer
from services.workflow.operations.preparing import keep_draft
from tests import worlds
from tests.api.desk.desks import READING, Program, fault, kinds

pytestmark = pytest.mark.django_db


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
