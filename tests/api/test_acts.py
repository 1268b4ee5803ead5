"""What a program does about a person's requests: read what happened, write, answer, withdraw, fetch documents."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import Document, ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.messages import write_to_applicant
from services.workflow.operations.tokens import make_token
from tests import worlds
from tests.citizens.forms import PDF
from tests.clerks import office

pytestmark = pytest.mark.django_db
READ, SUBMIT, ACT = "requests:read", "requests:submit", "requests:act"
SENDING = ("messages", "answer", "withdrawal")
READING = ("history", "messages", "documents")


class Program:
    """A program with a person's token."""

    def __init__(self, user: User, *scopes: str) -> None:
        _token, secret = make_token(user=user, name="Firm", scopes=scopes, days=30, now=timezone.now())
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.client = Client(enforce_csrf_checks=True)

    def get(self, seen: ServiceRequest, what: str) -> HttpResponse:
        return self.client.get(f"/api/requests/{seen.pk}/{what}/", headers=self.headers)

    def post(self, seen: ServiceRequest, what: str, body: object = None, key: str | None = "one") -> HttpResponse:
        headers = {**self.headers, **({"Idempotency-Key": key} if key is not None else {})}
        raw = json.dumps(body or {})
        return self.client.post(f"/api/requests/{seen.pk}/{what}/", raw, "application/json", headers=headers)


@pytest.fixture
def program(aysel: User) -> Program:
    return Program(aysel, READ, ACT)


def ask(seen: ServiceRequest, **about: str) -> Step:
    bruno, now = worlds.clerk("bruno"), timezone.now()
    desk.ask_applicant(desk.claim(worlds.open_step(seen), bruno, now), "Which plan?", bruno, now, **about)
    return worlds.open_step(seen, kind=Step.Kind.APPLICANT)


def fault(answer: HttpResponse) -> tuple[int, str | None, str]:
    """Give status, name and words of the first fault."""
    error = answer.json()["errors"][0]
    return answer.status_code, error["attr"], error["detail"]


class TestMessages:
    def test_go_both_ways(self, program: Program, sent: ServiceRequest) -> None:
        answer = program.post(sent, "messages", {"text": "Is the plan readable?"})
        write_to_applicant(sent, "It is.", worlds.clerk("bruno"), timezone.now())

        assert answer.status_code == 201
        told = program.get(sent, "messages").json()
        assert [(one["is_from_office"], one["text"]) for one in told] == [
            (False, "Is the plan readable?"),
            (True, "It is."),
        ]
        assert answer.json()["id"] == told[0]["id"]

    def test_are_sent_once_for_each_key(self, program: Program, sent: ServiceRequest) -> None:
        first, again = (program.post(sent, "messages", {"text": "Hello"}) for _ in range(2))
        program.post(sent, "messages", {"text": "Hello"}, key="two")

        assert first.json() == again.json()
        assert sent.messages.count() == 2

    def test_that_a_program_read_are_not_called_read(self, program: Program, sent: ServiceRequest) -> None:
        write_to_applicant(sent, "Come on Monday.", worlds.clerk("bruno"), timezone.now())
        program.get(sent, "messages")

        assert sent.messages.get().read_at is None

    @pytest.mark.parametrize(
        ("body", "attr"),
        [
            ({}, "text"),
            ({"text": ""}, "text"),
            ({"text": "   "}, "text"),
            ({"text": "x" * 4001}, "text"),
            ({"text": "a\x07bell"}, "text"),
            ({"text": ["x"]}, "text"),
            ({"text": None}, "text"),
        ],
    )
    def test_that_are_none_are_told_by_name(
        self, program: Program, sent: ServiceRequest, body: dict[str, Any], attr: str
    ) -> None:
        status, named, words = fault(program.post(sent, "messages", body))

        assert (status, named) == (400, attr)
        assert words
        assert not sent.messages.exists()

    def test_after_the_end_are_refused(self, program: Program, sent: ServiceRequest) -> None:
        program.post(sent, "withdrawal")

        assert fault(program.post(sent, "messages", {"text": "Wait"})) == (
            409,
            None,
            "This request has already come to an end.",
        )


class TestAnswer:
    def test_gives_the_request_back_to_the_official(self, program: Program, sent: ServiceRequest) -> None:
        ask(sent)
        answer = program.post(sent, "answer", {"text": "The second one."})

        assert answer.status_code == 200
        assert [one["kind"] for one in answer.json()["waiting_for"]] == ["desk"]
        assert sent.messages.latest("at").text == "The second one."

    def test_corrects_the_field_that_was_asked_about(self, program: Program, sent: ServiceRequest) -> None:
        ask(sent, field_key="rooms")
        bad = program.post(sent, "answer", {"answers": {"rooms": "many"}})
        good = program.post(sent, "answer", {"answers": {"rooms": 5}})

        assert fault(bad)[:2] == (400, "answers.rooms")
        assert good.status_code == 200
        assert ServiceRequest.objects.get(pk=sent.pk).answers["rooms"] == 5

    def test_sent_again_changes_nothing(self, program: Program, sent: ServiceRequest) -> None:
        ask(sent)
        first, again = (program.post(sent, "answer", {"text": "The second one."}) for _ in range(2))

        other = program.post(sent, "answer", {"text": "The third."})

        assert (first.status_code, again.status_code) == (200, 200)
        assert fault(other) == (409, None, "This question was already answered.")
        assert sent.messages.filter(is_from_office=False).count() == 1

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({}, (409, None, "Change the answer, write, or add a file.")),
            ({"answers": []}, (400, "answers", 'Expected a dictionary of items but got type "list".')),
        ],
    )
    def test_that_says_nothing_is_refused(
        self, program: Program, sent: ServiceRequest, body: dict[str, Any], expected: tuple[int, str | None, str]
    ) -> None:
        ask(sent)

        assert fault(program.post(sent, "answer", body)) == expected

    def test_to_nothing_is_refused(self, program: Program, sent: ServiceRequest) -> None:
        assert fault(program.post(sent, "answer", {"text": "Yes"})) == (409, None, "There is no question to answer.")


class TestWithdrawal:
    def test_ends_the_request_once(self, program: Program, sent: ServiceRequest, aysel: User) -> None:
        answer, again = (program.post(sent, "withdrawal") for _ in range(2))

        assert answer.json()["status"] == "withdrawn"
        assert again.status_code == 409
        assert Event.objects.filter(subject=sent.pk, kind="ended").count() == 1


class TestReading:
    def test_history_is_in_the_words_that_people_read(self, program: Program, sent: ServiceRequest) -> None:
        program.headers["Accept-Language"] = "fr"
        program.post(sent, "messages", {"text": "Bonjour"})

        kinds = [(one["kind"], one["words"]) for one in program.get(sent, "history").json()]

        assert kinds[0] == ("message_written", "Un message a été écrit")
        assert kinds[-1][0] == "submitted"

    def test_history_is_plain_text_without_the_marks_of_a_page(self, aysel: User, program: Program) -> None:
        waits = {"key": "come", "kind": "applicant", "title": {"en": "Bring <one> of A & B"}, "waits_for": "visit"}
        version = office.published({**waits, "next": [{"to": "judge"}]}, languages=["en"])
        program.headers["Accept-Language"] = "fr"

        told = program.get(worlds.apply(version, by=aysel, at=timezone.now()), "history").json()

        assert [one["words"] for one in told if "Bring" in one["words"]] == ["Commencé\u00a0: Bring <one> of A & B"]

    def test_documents_are_given_as_they_were_signed(self, program: Program, sent: ServiceRequest) -> None:
        facts = {
            "key": "permit",
            "title": "Permit",
            "number": "A1B2C3",
            "sha256": "0" * 64,
            "issued_at": timezone.now(),
        }
        issued = Document.objects.create(service_request=sent, file=ContentFile(PDF, "permit.pdf"), **facts)
        listed = program.get(sent, "documents").json()
        file = program.get(sent, f"documents/{issued.pk}")

        assert [(one["number"], one["state"]) for one in listed] == [(issued.number, "valid")]
        assert file["Content-Type"] == "application/pdf"
        assert b"".join(file.streaming_content) == PDF  # type: ignore[attr-defined]
        assert program.get(sent, f"documents/{uuid4()}").status_code == 404


class TestRight:
    def test_comes_with_the_scope(self, aysel: User, sent: ServiceRequest) -> None:
        ask(sent)
        reader, writer, sender = (Program(aysel, scope) for scope in (READ, ACT, SUBMIT))

        for what in SENDING:
            assert fault(reader.post(sent, what, {"text": "x"}))[2] == f"The token needs the scope {ACT}.", what
            assert fault(sender.post(sent, what, {"text": "x"}))[2] == f"The token needs the scope {ACT}.", what
        for what in READING:
            assert reader.get(sent, what).status_code == 200
            assert fault(writer.get(sent, what))[2] == f"The token needs the scope {READ}.", what
        assert not sent.messages.filter(is_from_office=False).exists()
        assert ServiceRequest.objects.get(pk=sent.pk).is_in_progress

    def test_is_for_ones_own_requests(self, sent: ServiceRequest) -> None:
        other = Program(worlds.citizen("elvin"), READ, ACT)

        assert {other.post(sent, what, {"text": "x"}).status_code for what in SENDING} == {404}
        assert {other.get(sent, what).status_code for what in READING} == {404}
        assert Client().get(f"/api/requests/{sent.pk}/messages/").status_code == 401

    @pytest.mark.parametrize("what", ["messages", "answer"])
    @pytest.mark.parametrize("key", [None, "", "x" * 65])
    def test_needs_a_key_to_be_safe_to_repeat(
        self, program: Program, sent: ServiceRequest, what: str, key: str | None
    ) -> None:
        ask(sent)

        assert fault(program.post(sent, what, {"text": "x"}, key=key))[:2] == (400, "Idempotency-Key")
