"""What a program does for an applicant besides answering: object, complain, rate, end help, share, see who looked."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.assistance import Assistance
from services.requests.models import Document, Draft, ServiceRequest
from services.requests.share_links import ShareLink
from services.workflow.operations.complaint import answer_complaint
from services.workflow.operations.looking import open_file
from tests import objections, worlds
from tests.api.programs import ACT, DRAFT, READ, SUBMIT, Program, faults
from tests.citizens.forms import PDF
from tests.clerks import office

pytestmark = pytest.mark.django_db
SHARE = "documents:share"


@pytest.fixture
def program(aysel: User) -> Program:
    return Program(aysel, READ, ACT, DRAFT, SUBMIT, SHARE)


@pytest.fixture
def document(sent: ServiceRequest) -> Document:
    facts = {"key": "permit", "title": "Permit", "number": "A1B2C3", "sha256": "0" * 64, "issued_at": timezone.now()}
    return Document.objects.create(service_request=sent, file=ContentFile(PDF, "permit.pdf"), **facts)


def refused(aysel: User) -> ServiceRequest:
    """Give a request that was refused an hour ago, and can be objected to."""
    version = objections.with_appeals()
    return objections.refused(version, aysel, worlds.clerk("bruno"), timezone.now() - timedelta(hours=2))


def path(seen: ServiceRequest, what: str) -> str:
    return f"/api/requests/{seen.pk}/{what}/"


def kinds(seen: ServiceRequest) -> list[str]:
    return list(Event.objects.filter(subject=seen.pk).order_by("seq").values_list("kind", flat=True))


class TestObjection:
    def test_is_a_draft_that_is_sent_like_any_other(self, program: Program, aysel: User) -> None:
        first = refused(aysel)
        where = path(first, "objections")
        way = program.get(where).json()["way"]
        begun, again = (program.send("POST", where) for _ in range(2))
        draft = f"/api/drafts/{begun.json()['id']}/"
        program.send("PATCH", draft, {"answers": {"grounds": "It fits."}}, if_match=begun["ETag"])
        made = program.send("POST", f"{draft}submission/", {"declared": True}, idempotency_key="one")

        assert (way["service"], way["office"]) == ("appeal", "north-hall")
        assert (begun.status_code, begun.json()) == (201, again.json())
        assert made.status_code == 201
        assert ServiceRequest.objects.get(pk=made.json()["id"]).appeal_of == first
        assert "objected" in kinds(first)
        told = program.get(where).json()
        assert (told["way"], [one["id"] for one in told["objections"]]) == (None, [made.json()["id"]])
        assert program.send("POST", where).status_code == 409
        assert not Draft.objects.exists()

    def test_to_nothing_that_was_decided_is_refused(self, program: Program, sent: ServiceRequest) -> None:
        answer = program.send("POST", path(sent, "objections"))

        assert (answer.status_code, faults(answer)) == (409, [("conflict", None)])
        assert program.get(path(sent, "objections")).json() == {"way": None, "objections": []}


class TestComplaint:
    def test_comes_when_it_is_late_and_is_made_once(self, program: Program, sent: ServiceRequest) -> None:
        where, body = path(sent, "complaints"), {"words": "We wait for the winter."}
        early = program.send("POST", where, body, idempotency_key="one")
        with time_machine.travel(sent.due_at + timedelta(days=1), tick=False):
            program = Program(sent.applicant, READ, ACT)
            first, again = (program.send("POST", where, body, idempotency_key="one") for _ in range(2))
            other = program.send("POST", where, body, idempotency_key="two")
            supervisor = worlds.clerk("bruno", role="supervisor")
            answer_complaint(sent.complaints.get(), "Until Monday.", supervisor, timezone.now())
            told = program.get(where).json()
        with time_machine.travel(sent.due_at + timedelta(days=10), tick=False):
            program = Program(sent.applicant, READ, ACT)
            second = program.send("POST", where, {"words": "We wait still."}, idempotency_key="three").json()
            replayed = program.send("POST", where, body, idempotency_key="one").json()

        assert (second["words"], replayed["id"]) == ("We wait still.", first.json()["id"])
        assert (early.status_code, other.status_code) == (409, 409)
        assert (first.status_code, first.json()) == (201, again.json())
        assert [(one["id"], one["words"], one["answer"]) for one in told] == [
            (first.json()["id"], body["words"], "Until Monday.")
        ]
        assert kinds(sent).count("complained") == 2

    @pytest.mark.parametrize(
        ("body", "headers", "fault"),
        [
            ({}, {"idempotency_key": "one"}, ("required", "words")),
            ({"words": " "}, {"idempotency_key": "one"}, ("blank", "words")),
            ({"words": "x" * 4001}, {"idempotency_key": "one"}, ("max_length", "words")),
            ({"words": "a\x07"}, {"idempotency_key": "one"}, ("null_characters_not_allowed", "words")),
            ({"words": "x"}, {}, ("invalid", "Idempotency-Key")),
        ],
    )
    def test_faults_are_told_by_name(
        self, program: Program, sent: ServiceRequest, body: Any, headers: dict[str, str], fault: tuple[str, str]
    ) -> None:
        answer = program.send("POST", path(sent, "complaints"), body, **headers)

        assert (answer.status_code, faults(answer)) == (400, [fault])


class TestRating:
    def test_comes_after_the_decision_and_is_changed_by_another(self, program: Program, aysel: User) -> None:
        seen = refused(aysel)
        where = path(seen, "rating")
        before = program.get(where).json()
        for body in ({"score": 4, "words": "Quick."}, {"score": 4}, {"score": 2}):
            assert program.send("POST", where, body).status_code == 200

        assert before == {"rating": None, "may_rate": True}
        told = program.get(where).json()
        assert (told["rating"]["score"], told["rating"]["words"], told["may_rate"]) == (2, "Quick.", True)
        assert kinds(seen).count("rated") == 2

    def test_that_cant_be_taken_is_told(self, program: Program, sent: ServiceRequest) -> None:
        where = path(sent, "rating")
        answers = [program.send("POST", where, body) for body in ({}, {"score": 6}, {"score": "good"}, {"score": 5})]

        assert [(one.status_code, faults(one)) for one in answers] == [
            (400, [("required", "score")]),
            (400, [("max_value", "score")]),
            (400, [("invalid", "score")]),
            (409, [("conflict", None)]),
        ]


class TestHelp:
    def test_ends_by_the_applicant_alone(self, aysel: User) -> None:
        elvin = worlds.citizen("elvin", personal_identifier="5ABCDE7")
        helped = {"name": "Elvin", "personal_identifier": "5ABCDE7"}
        assistance = Assistance("volunteer", "No computer", "Aysel", may_follow=True)
        seen = worlds.apply(
            office.published(), {"rooms": 4}, assistant=aysel, assistance=assistance, contact=helped, at=timezone.now()
        )
        helper, owner = Program(aysel, READ, ACT), Program(elvin, READ, ACT)
        where = path(seen, "assistance")

        assert [helper.get(where).status_code, helper.send("DELETE", where).status_code] == [404, 404]
        assert owner.get(where).json()["assistance"]["may_follow"]
        assert [owner.send("DELETE", where).status_code for _ in range(2)] == [204, 204]
        assert owner.get(where).json()["assistance"] == {
            "name": "Aysel", "relation": "volunteer", "reason": "No computer", "may_follow": False,
        }  # fmt: skip
        assert kinds(seen).count("assistance_ended") == 1


class TestLinks:
    def test_open_the_document_until_they_end(self, program: Program, document: Document) -> None:
        where = path(document.service_request, f"documents/{document.pk}/links")
        made = program.send("POST", where, {"days": 7})
        shown = self.opened(made)
        told = program.get(where).json()
        ended = [program.send("DELETE", f"{where}{told[0]['id']}/").status_code for _ in range(2)]

        assert (made.status_code, shown, self.opened(made)) == (201, 200, 404)
        assert [(one["is_open"], [use["what"] for use in one["openings"]]) for one in told] == [(True, ["seen"])]
        assert "url" not in told[0]
        assert ended == [204, 204]
        assert not program.get(where).json()[0]["is_open"]
        assert kinds(document.service_request)[-3:] == ["document_shared", "shared_opened", "sharing_ended"]

    @staticmethod
    def opened(made: HttpResponse) -> int:
        return Client().get(made.json()["url"].partition("example.org")[2] or made.json()["url"]).status_code

    def test_need_a_scope_of_their_own(self, aysel: User, document: Document) -> None:
        where = path(document.service_request, f"documents/{document.pk}/links")
        reader, sharer = Program(aysel, READ, ACT), Program(aysel, SHARE)
        answers = [reader.send("POST", where, {"days": 7}), sharer.get(where)]

        assert [one.status_code for one in answers] == [403, 403]
        assert not ShareLink.objects.exists()

    def test_are_made_to_ones_own_valid_documents(self, program: Program, document: Document) -> None:
        where = path(document.service_request, f"documents/{document.pk}/links")
        stranger = Program(worlds.citizen("elvin"), READ, SHARE)
        bad, foreign = program.send("POST", where, {"days": 2}), stranger.send("POST", where, {"days": 7})
        Document.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
        expired = program.send("POST", where, {"days": 7})
        Document.objects.update(is_letter=True)
        letter = program.send("POST", where, {"days": 7})

        assert (bad.status_code, faults(bad)) == (400, [("invalid_choice", "days")])
        assert [one.status_code for one in (foreign, expired, letter)] == [404, 409, 404]
        assert not ShareLink.objects.exists()


def test_who_looked_is_told_with_name_agency_and_purpose(program: Program, sent: ServiceRequest) -> None:
    open_file(sent, worlds.clerk("bruno"), timezone.now())
    stranger = Program(worlds.citizen("elvin"), READ)

    (look,) = program.get("/api/readings/").json()["results"]

    assert (look["request"], look["name"], look["agency"]) == (str(sent.pk), "Bruno", "north")
    assert look["purpose"]
    assert stranger.get("/api/readings/").json()["results"] == []
    assert Program(sent.applicant, ACT).get("/api/readings/").status_code == 403
