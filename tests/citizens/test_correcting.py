"""A question about an answer opens that very field again; before and after stand on record for both sides."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.ledger.models import Event
from services.ledger.queries import broken_links
from services.ledger.rules import commitment
from services.requests.corrections import Correction
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import applicant, desk
from services.workflow.refusals import Invalid, Refused
from tests import worlds

pytestmark = pytest.mark.django_db
NOON = worlds.NOON
FIELDS = [
    {"key": "rooms", "kind": "number", "label": worlds.text("Rooms"), "minimum": 1},
    {"key": "lift", "kind": "yes_no", "label": worlds.text("Is there a lift?"), "show": "answers.rooms > 3"},
    {"key": "street", "kind": "text", "label": worlds.text("Street")},
    {
        "key": "people",
        "kind": "group",
        "label": worlds.text("People"),
        "item": worlds.text("Person"),
        "required": False,
        "fields": [{"key": "name", "kind": "text", "label": worlds.text("Name")}],
    },
]


@pytest.fixture
def seen(settings: Any, tmp_path: Any) -> ServiceRequest:
    settings.MEDIA_ROOT = tmp_path
    worlds.build_agencies("north")
    pages = [{"key": "about", "title": worlds.text("About"), "fields": FIELDS}]
    version = worlds.published([worlds.desk("judge")], pages=pages)
    answers = {"rooms": "2", "street": "Nizami"}
    return worlds.apply(version, answers, by=worlds.citizen("aysel"))


def ask(seen: ServiceRequest, field: str) -> Step:
    bruno = worlds.clerk("bruno")
    desk.ask_applicant(desk.claim(worlds.open_step(seen), bruno, NOON), "Really?", bruno, NOON, field_key=field)
    return Step.objects.get(kind=Step.Kind.APPLICANT)


def client_of(email: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


def answer(step: Step, **typed: Any) -> Any:
    address = reverse("my_request_answer", args=[step.pk])
    return client_of("aysel@example.org").post(address, {"asked": ["rooms"], **typed}, follow=True)


class TestAnotherAnswer:
    def test_isn_t_wrong_because_time_has_passed(self) -> None:
        worlds.build_agencies("north")
        start = {"key": "start", "kind": "date", "label": worlds.text("Start"), "earliest": "today"}
        pages = [{"key": "about", "title": worlds.text("About"), "fields": [*FIELDS, start]}]
        version = worlds.published([worlds.desk("judge")], pages=pages)
        answers = {"rooms": "2", "street": "Nizami", "start": "2026-03-03"}
        step = ask(worlds.apply(version, answers, by=worlds.citizen("aysel")), "rooms")

        later = NOON + 5 * worlds.DAY
        applicant.answer(step, "", User.objects.get(email="aysel@example.org"), later, corrected={"rooms": "3"})

        assert ServiceRequest.objects.get().answers["rooms"] == 3


class TestField:
    def test_stands_there_again_with_what_was_answered(self, seen: ServiceRequest) -> None:
        ask(seen, "rooms")
        page = client_of("aysel@example.org").get(reverse("my_request", args=[seen.pk])).content.decode()

        assert 'name="rooms"' in page
        assert 'value="2"' in page
        assert 'name="street"' not in page

    def test_is_changed_with_before_and_after_for_both_sides(self, seen: ServiceRequest) -> None:
        answer(ask(seen, "rooms"), rooms="3")
        seen.refresh_from_db()
        row = Correction.objects.get()
        event = Event.objects.get(kind="answers_corrected")
        pages = [
            client_of("aysel@example.org").get(reverse("my_request", args=[seen.pk])).content.decode(),
            client_of("bruno@north.example.org").get(reverse("desk_request", args=[seen.pk])).content.decode(),
        ]

        assert (row.key, row.before, row.after, seen.answers["rooms"]) == ("rooms", 2, 3, 3)
        assert event.facts["fields"] == ["rooms"]
        assert event.facts["answers"] == commitment(seen.answers, bytes(seen.salt))
        assert all("<del><bdi>2</bdi></del>" in page and "<ins><bdi>3</bdi></ins>" in page for page in pages)
        assert not list(broken_links())

    def test_that_asks_for_more_shows_what(self, seen: ServiceRequest) -> None:
        step = ask(seen, "rooms")
        first = answer(step, rooms="5")
        body = first.content.decode()
        answer(step, asked=["rooms", "lift"], rooms="5", lift="yes")
        seen.refresh_from_db()

        assert first.status_code == 422
        assert 'name="lift"' in body
        assert 'value="5"' in body
        assert (seen.answers["rooms"], seen.answers["lift"]) == (5, True)
        assert Correction.objects.count() == 2

    @pytest.mark.parametrize("typed", ["", "0", "x", "9" * 400, "\0"])
    def test_with_a_fault_tells_it_and_keeps_what_was_typed(self, seen: ServiceRequest, typed: str) -> None:
        page = answer(ask(seen, "rooms"), rooms=typed, text="I counted again")
        seen.refresh_from_db()

        assert page.status_code == 422
        assert "I counted again" in page.content.decode()
        assert "id_rooms_error" in page.content.decode()
        assert seen.answers["rooms"] == 2
        assert not Correction.objects.exists()

    def test_left_as_it_was_needs_words(self, seen: ServiceRequest) -> None:
        step = ask(seen, "rooms")
        refused = answer(step, rooms="2").content.decode()
        taken = answer(step, rooms="2", text="It is right").content.decode()

        assert "Change the answer, write, or add a file." in refused
        assert "Your answer is with the office." in taken
        assert not Correction.objects.exists()

    def test_of_a_group_gains_and_loses_entries_before_it_is_sent(self, seen: ServiceRequest) -> None:
        step = ask(seen, "people")
        more = answer(step, asked=["people"], do="add:people").content.decode()
        answer(step, asked=["people"], **{"people.0.name": "Vəli"})
        seen.refresh_from_db()

        assert 'name="people.0.name"' in more
        assert seen.answers["people"] == [{"name": "Vəli"}]


class TestGuards:
    def test_nobody_changes_what_was_not_asked_about(self, seen: ServiceRequest) -> None:
        step = ask(seen, "rooms")
        answer(step, asked=["rooms", "street"], rooms="3", street="Other")
        seen.refresh_from_db()

        assert seen.answers["street"] == "Nizami"
        with pytest.raises(Refused):
            applicant.answer(step, "", seen.applicant, NOON, corrected={"street": "Other"})

    def test_the_operation_checks_by_itself(self, seen: ServiceRequest) -> None:
        with pytest.raises(Invalid):
            applicant.answer(ask(seen, "rooms"), "", seen.applicant, NOON, corrected={"rooms": "-1"})

    def test_a_question_without_a_field_opens_none(self, seen: ServiceRequest) -> None:
        step = ask(seen, "")
        answer(step, rooms="7", text="Yes")
        seen.refresh_from_db()

        assert seen.answers["rooms"] == 2

    def test_a_field_that_is_not_there_can_not_be_asked_about(self, seen: ServiceRequest) -> None:
        with pytest.raises(Refused):
            ask(seen, "nothing")

    def test_the_clerk_chooses_it_from_the_form(self, seen: ServiceRequest) -> None:
        bruno = worlds.clerk("bruno")
        step = desk.claim(worlds.open_step(seen), bruno, NOON)
        client_of(bruno.email).post(
            reverse("desk_act", args=[step.pk, "ask"]), {"text": "Sure?", "about": "field:rooms"}
        )

        assert seen.messages.get().field_key == "rooms"
