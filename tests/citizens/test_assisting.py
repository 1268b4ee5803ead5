"""Somebody else applies for a person: on record, seen by both, as far as the mandate goes and no further."""

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.agencies.models import Office
from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.requests.assistance import Assistance
from services.requests.models import Document, Draft, ServiceRequest
from services.requests.status_codes import status_code_of, write_status_code
from services.workflow.actions.known import harmless
from services.workflow.erasure import erase_person
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.applicant import confirm
from services.workflow.operations.messages import write_to_office
from services.workflow.operations.submission import Submission, submit
from services.workflow.queries import is_barred
from services.workflow.refusals import Refused
from tests import worlds
from tests.citizens.forms import upload

pytestmark = pytest.mark.django_db
NOON = worlds.NOON
PIN = "5ZK3Q1U"


@pytest.fixture
def version(settings: Any, tmp_path: Path) -> ServiceVersion:
    settings.MEDIA_ROOT = tmp_path
    worlds.build_agencies("north")
    story = {"key": "story", "kind": "text", "label": worlds.text("Story"), "prefill": "name"}
    pages = [{"key": "about", "title": worlds.text("About"), "fields": [story]}]
    return worlds.published([worlds.desk("judge")], pages=pages, channels=["online", "counter"])


@pytest.fixture
def grandmother(version: ServiceVersion) -> User:
    return worlds.citizen("zeynab", personal_identifier=PIN)


@pytest.fixture
def leyla(version: ServiceVersion) -> User:
    return worlds.citizen("leyla", personal_identifier="3NG5PAJ")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def said(**change: Any) -> dict[str, Any]:
    words = {"name": "Zeynab", "personal_identifier": PIN, "language": "az", "relation": "relative", "agreed": "on"}
    return {
        **words,
        "reason": "She can’t see well",
        "may_follow": "on",
        "mandate": upload(name="mandate.pdf"),
        **change,
    }


def begin(user: User, **change: Any) -> Any:
    return signed_in(user).post(reverse("apply_for", args=["permit"]), said(**change))


def sent_for(user: User, **change: Any) -> ServiceRequest:
    """Begin, fill in and send a request for Zeynab through the pages."""
    client = signed_in(user)
    assert client.post(reverse("apply_for", args=["permit"]), said(**change)).status_code == 302
    draft = Draft.objects.get()
    answer = client.post(reverse("apply_check", args=[draft.pk]), {"declared": "on"})
    assert answer.status_code == 302, answer.content.decode()
    return ServiceRequest.objects.get()


def seen_by(user: User, request: ServiceRequest) -> Any:
    return signed_in(user).get(reverse("my_request", args=[request.pk]))


class TestFiling:
    def test_belongs_to_the_person_and_stands_on_record(self, leyla: User, grandmother: User) -> None:
        request = sent_for(leyla)
        event = Event.objects.get(subject=request.pk, kind="submitted")

        assert (request.applicant, request.assistant, request.language) == (grandmother, leyla, "az")
        assert Assistance.of(request.assistance) == Assistance("relative", "She can’t see well", "Leyla", True)
        assert request.answers == {"story": "Zeynab"}
        assert [file.key for file in request.evidence.all()] == ["mandate"]
        assert (event.actor, event.facts["assistance"]) == (f"assistant:{leyla.pk}", "relative")

    def test_both_are_told_and_neither_learns_the_other_s_address(self, leyla: User, grandmother: User) -> None:
        request = sent_for(leyla)
        worlds.run_robots()
        letters = {letter.to[0]: letter.body for letter in mail.outbox}
        pages = (
            seen_by(leyla, request).content.decode()
            + signed_in(leyla).get(reverse("apply_done", args=[request.pk])).content.decode()
        )

        assert set(letters) == {"zeynab@example.org", "leyla@example.org"}
        assert "Leyla" in letters["zeynab@example.org"]
        assert grandmother.email not in pages
        assert Step.objects.filter(kind=Step.Kind.NOTICE, branch="assistant").count() == 1

    def test_a_volunteer_needs_no_mandate_and_is_told_as_one(self, leyla: User, grandmother: User) -> None:
        request = sent_for(leyla, relation="volunteer", mandate="")
        worlds.run_robots()
        event, page = Event.objects.get(subject=request.pk, kind="submitted"), seen_by(grandmother, request)

        assert (request.applicant, request.assistant, request.channel) == (grandmother, leyla, "online")
        assert (event.actor, event.facts["assistance"]) == (f"assistant:{leyla.pk}", "volunteer")
        for words in ("Leyla sent this request for you", "Volunteer", "She can’t see well", "End this help"):
            assert words in page.content.decode()
        assert seen_by(leyla, request).status_code == 200

    def test_somebody_without_account_follows_with_the_code(self, leyla: User) -> None:
        request = sent_for(leyla, email="zeynab@example.org")
        worlds.run_robots()

        assert request.applicant is None
        code = write_status_code(status_code_of(request.pk))
        assert any(code in letter.body and letter.to == ["zeynab@example.org"] for letter in mail.outbox)

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"name": ""}, "Write whom you help."),
            ({"reason": ""}, "Write why you ask for it"),
            ({"agreed": ""}, "You may only act for somebody who agrees to it."),
            ({"relation": ""}, "Choose what you are to the person"),
            ({"relation": "official"}, "official"),
            ({"mandate": ""}, "Add the mandate"),
            ({"mandate": upload(b"<html>")}, "The file is none of these kinds"),
            ({"personal_identifier": "1"}, "This number isn"),
            ({"personal_identifier": "3NG5PAJ"}, "This is your own identifier."),
            ({"personal_identifier": ""}, "the office needs the personal identifier"),
            ({"phone": "12"}, "Write a phone number like"),
            ({"language": "xx"}, "What was chosen is not offered any longer."),
        ],
    )
    def test_faults_are_told_and_nothing_is_kept(self, leyla: User, change: dict[str, Any], told: str) -> None:
        answer = begin(leyla, **change)
        body = answer.content.decode()

        assert answer.status_code == 422
        assert told in body
        assert change.get("name") == "" or "Zeynab" in body
        assert not Draft.objects.exists()

    def test_whom_it_is_for_can_be_changed_and_the_mandate_stays(self, leyla: User) -> None:
        begin(leyla)
        draft = Draft.objects.get()
        address = reverse("apply_for_change", args=[draft.pk])
        shown = signed_in(leyla).get(address).content.decode()
        answer = signed_in(leyla).post(address, said(name="Zeynab Əliyeva", mandate=""))
        draft.refresh_from_db()

        assert "mandate.pdf" in shown
        assert answer["Location"] == reverse("apply_check", args=[draft.pk])
        assert draft.helped["name"] == "Zeynab Əliyeva"
        assert draft.evidence.count() == 1

    def test_a_service_may_ask_for_the_person(self, leyla: User) -> None:
        version = worlds.published([worlds.desk("judge")], assistance=False)
        page = signed_in(leyla).get(reverse("apply", args=["permit"])).content.decode()

        assert version.number == 2
        assert "someone else" not in page
        assert begin(leyla).status_code == 422

    def test_without_the_mandate_the_operation_refuses(self, leyla: User, version: ServiceVersion) -> None:
        office = Office.objects.select_related("agency__calendar").get()
        known = Assistance("relative", "Help", "Leyla")
        submission = Submission(
            version, office, {"story": "x"}, {"name": "Z", "personal_identifier": PIN}, None, leyla, known
        )
        with pytest.raises(Refused, match="mandate"):
            submit(submission, NOON)


class TestAtTheCounter:
    def test_nobody_is_an_official_without_a_second_factor(self, grandmother: User, settings: Any) -> None:
        bruno, where = worlds.clerk("bruno"), reverse("apply_for", args=["permit"])
        offered = signed_in(bruno).get(where).content.decode()
        settings.STAFF_NEED_SECOND_FACTOR = True

        assert 'value="official"' in offered
        assert 'value="official"' not in signed_in(bruno).get(where).content.decode()
        assert begin(bruno, relation="official", mandate="").status_code == 422
        assert not Draft.objects.exists()

    def test_an_official_files_it_as_from_the_counter_and_is_barred_from_working_it(self, grandmother: User) -> None:
        bruno = worlds.clerk("bruno")
        request = sent_for(bruno, relation="official", mandate="")
        step = worlds.open_step(request)

        assert (request.channel, request.applicant) == ("counter", grandmother)
        assert Event.objects.get(subject=request.pk, kind="submitted").actor == f"clerk:{bruno.pk}"
        assert not request.assistance["may_follow"]
        assert seen_by(bruno, request).status_code == 404
        assert is_barred(step, bruno)
        with pytest.raises(Refused):
            desk.claim(step, bruno, NOON)
        assert desk.claim(step, worlds.clerk("chingiz"), NOON).assignee

    def test_the_clerk_of_the_file_reads_who_filed_it(self, leyla: User, grandmother: User) -> None:
        request, bruno = sent_for(leyla), worlds.clerk("bruno")
        body = signed_in(bruno).get(reverse("desk_request", args=[request.pk])).content.decode()

        for words in ("Filed by Leyla for the applicant", "She can’t see well", "mandate.pdf"):
            assert words in body


class TestMandate:
    def test_lets_the_assistant_follow_and_answer_on_record(self, leyla: User, grandmother: User) -> None:
        request, bruno = sent_for(leyla), worlds.clerk("bruno")
        question = desk.ask_applicant(desk.claim(worlds.open_step(request), bruno, NOON), "Which?", bruno, NOON)
        page, step = seen_by(leyla, request), Step.objects.get(kind=Step.Kind.APPLICANT)
        signed_in(leyla).post(reverse("my_request_answer", args=[step.pk]), {"text": "The blue one"})
        readings = signed_in(grandmother).get(reverse("my_readings")).content.decode()

        assert question.text in page.content.decode()
        assert Event.objects.get(kind="applicant_answered").actor == f"assistant:{leyla.pk}"
        assert "Leyla" in readings
        assert "Leyla" in seen_by(grandmother, request).content.decode()

    def test_ends_when_the_person_says_so(self, leyla: User, grandmother: User) -> None:
        request = sent_for(leyla)
        write_to_office(request, "Hello", leyla, NOON)
        answer = signed_in(grandmother).post(reverse("my_request_end_assistance", args=[request.pk]), follow=True)
        request.refresh_from_db()

        assert "Only you can follow your request now." in answer.content.decode()
        assert signed_in(leyla).get(reverse("apply_receipt", args=[request.pk])).status_code == 404
        assert signed_in(leyla).get(reverse("apply_done", args=[request.pk])).status_code == 404
        assert seen_by(leyla, request).status_code == 404
        with pytest.raises(Refused):
            write_to_office(request, "Hello again", leyla, NOON)
        assert Event.objects.filter(kind="assistance_ended").count() == 1

    @pytest.mark.parametrize("name", ["withdraw", "object", "complain", "rate", "end_assistance"])
    def test_goes_no_further(self, leyla: User, grandmother: User, name: str) -> None:
        request = sent_for(leyla)
        before = Event.objects.count()

        assert signed_in(leyla).post(reverse(f"my_request_{name}", args=[request.pk])).status_code == 404
        assert Event.objects.count() == before

    def test_to_file_only_shows_nothing_afterwards(self, leyla: User, grandmother: User) -> None:
        request = sent_for(leyla, may_follow="")
        worlds.run_robots()

        assert seen_by(leyla, request).status_code == 404
        assert signed_in(leyla).get(reverse("apply_receipt", args=[request.pk])).status_code == 404
        assert [letter.to for letter in mail.outbox] == [[grandmother.email]]
        with pytest.raises(Refused):
            confirm(worlds.open_step(request), leyla, NOON)

    def test_documents_are_read_but_not_shared(self, leyla: User, grandmother: User) -> None:
        request = sent_for(leyla)
        made = {"key": "permit", "title": "Permit", "number": "N-1", "sha256": "0" * 64, "issued_at": NOON}
        document = Document.objects.create(service_request=request, file=upload(), **made)

        assert signed_in(leyla).get(reverse("document", args=[document.pk])).status_code == 200
        assert signed_in(leyla).get(reverse("my_document_share", args=[document.pk])).status_code == 404


@pytest.mark.parametrize("name", ["Vəli", "O’Neill", "Anne-Marie d'Été", "عليّ", "सीता", "李"])
def test_a_name_stays_as_it_is_in_letters(name: str) -> None:
    assert harmless(name) == name


def test_nobody_follows_for_a_person_who_is_gone(leyla: User, grandmother: User) -> None:
    request, bruno = sent_for(leyla), worlds.clerk("bruno")
    desk.decide(desk.claim(worlds.open_step(request), bruno, NOON), "yes", bruno, NOON)
    worlds.run_robots()
    assert seen_by(leyla, request).status_code == 200
    erase_person(grandmother, NOON)

    assert seen_by(leyla, request).status_code == 404


def test_a_name_is_no_link(leyla: User) -> None:
    User.objects.filter(pk=leyla.pk).update(name="Win at https://evil.example/x now")
    sent_for(User.objects.get(pk=leyla.pk), email="zeynab@example.org")
    worlds.run_robots()

    assert not any("evil.example" in letter.body for letter in mail.outbox)
