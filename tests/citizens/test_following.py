"""Follow a request: what its applicant sees, answers, confirms, withdraws and takes home, and nobody else."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Office
from services.catalogue.models import ServiceVersion
from services.requests.models import Document, ServiceRequest
from services.requests.operations import start_draft
from services.requests.signing import make_keys
from services.workflow.models import Step
from services.workflow.operations import desk, file, looking
from tests import worlds
from tests.access.world import DOCUMENT
from tests.citizens.forms import PDF
from tests.clerks import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north")
    return office.published()


@pytest.fixture
def aysel(version: ServiceVersion) -> User:
    return worlds.citizen()


@pytest.fixture
def bruno(version: ServiceVersion) -> User:
    return worlds.clerk("bruno")


@pytest.fixture
def own(version: ServiceVersion, aysel: User) -> ServiceRequest:
    return worlds.apply(version, {"rooms": 4}, by=aysel, at=timezone.now())


@pytest.fixture
def signed(client: Client, aysel: User) -> Client:
    client.force_login(aysel)
    return client


@pytest.fixture
def held(own: ServiceRequest, bruno: User) -> Step:
    return desk.claim(worlds.open_step(own), bruno, timezone.now())


@pytest.fixture
def question(held: Step, bruno: User) -> Step:
    """Give the question that Bruno asked."""
    desk.ask_applicant(held, "Which plan?", bruno, timezone.now(), evidence_key="plan")
    return worlds.open_step(held.service_request, kind=Step.Kind.APPLICANT)


def told(client: Client, own: ServiceRequest) -> str:
    return client.get(reverse("my_request", args=[own.pk])).content.decode()


def answer(client: Client, question: Step, **said: Any) -> HttpResponse:
    return client.post(reverse("my_request_answer", args=[question.pk]), said, follow=True)


class TestMyRequests:
    def test_lists_requests_with_their_state(self, signed: Client, own: ServiceRequest) -> None:
        body = signed.get(reverse("my_requests")).content.decode()

        for words in (own.written_reference, "In time"):
            assert words in body
        assert "Waits for you" not in body

    def test_says_what_waits_for_me(self, signed: Client, question: Step) -> None:
        body = signed.get(reverse("my_requests")).content.decode()

        for words in ("Waits for you", "Clock stopped"):
            assert words in body

    def test_leads_back_to_drafts(self, signed: Client, version: ServiceVersion, aysel: User) -> None:
        draft = start_draft(version.service, aysel, Office.objects.get(), {})

        assert reverse("apply_check", args=[draft.pk]) in signed.get(reverse("my_requests")).content.decode()

    def test_leads_to_services_when_there_is_nothing(self, signed: Client) -> None:
        assert "Find a service" in signed.get(reverse("my_requests")).content.decode()

    def test_queries_do_not_grow(
        self, signed: Client, version: ServiceVersion, aysel: User, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(12):
            worlds.apply(version, by=aysel)
        with django_assert_max_num_queries(12):
            signed.get(reverse("my_requests"))


class TestMyRequest:
    def test_tells_the_step_and_its_holder_first(self, signed: Client, own: ServiceRequest) -> None:
        body = told(signed, own)

        for words in ("judge", "With north hall (north)", "In time", "Rooms", "Request submitted", "Nobody so far"):
            assert words in body

    def test_tells_who_looked(self, signed: Client, own: ServiceRequest, bruno: User) -> None:
        looking.open_file(own, bruno, timezone.now())
        body = told(signed, own)

        assert "Bruno" in body
        assert "Nobody so far" not in body

    def test_tells_why_the_deadline_moved(self, signed: Client, own: ServiceRequest, bruno: User) -> None:
        file.extend_deadline(own, bruno, timezone.now(), reason="An expert is needed.")

        assert "An expert is needed." in told(signed, own)

    def test_tells_a_refusal_with_reason_and_words(self, signed: Client, held: Step, bruno: User) -> None:
        desk.decide(held, "no", bruno, timezone.now(), reason="unfit", words="Far too tall.")
        body = told(signed, held.service_request)

        for words in ("Refused", "It doesn&#x27;t fit.", "Far too tall.", "you may object in writing"):
            assert words in body
        assert reverse("my_request_withdraw", args=[held.service_request_id]) not in body

    def test_counts_the_opinions_that_are_in(self, signed: Client, aysel: User) -> None:
        version = office.published(*office.consulting("fire", "water"), service="house")

        assert "0 of 2 opinions are in" in told(signed, worlds.apply(version, by=aysel))

    @pytest.mark.parametrize(("waits_for", "words"), [("visit", "Come to the counter"), ("payment", "Pay 0 AZN at")])
    def test_tells_where_to_go(self, signed: Client, aysel: User, waits_for: str, words: str) -> None:
        seen = worlds.apply(office.published(office.waiting_for(waits_for), service="counter"), by=aysel)
        body = told(signed, seen)

        assert words in body
        assert "north hall" in body

    def test_needs_few_queries(self, signed: Client, question: Step, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(34):
            told(signed, question.service_request)

    def test_is_missing_for_others(self, client: Client, question: Step) -> None:
        client.force_login(worlds.citizen("sara"))
        pk = question.service_request_id

        assert client.get(reverse("my_request", args=[pk])).status_code == 404
        assert client.post(reverse("my_request_withdraw", args=[pk])).status_code == 404
        assert answer(client, question, text="Mine").status_code == 404
        assert client.post(reverse("my_request_confirm", args=[question.pk])).status_code == 404


class TestAnswer:
    def test_is_asked_for_on_top(self, signed: Client, question: Step) -> None:
        body = told(signed, question.service_request)

        for words in ("The office asks you", "Which plan?", "stands still since", "Send your answer"):
            assert words in body

    def test_in_words(self, signed: Client, question: Step) -> None:
        body = answer(signed, question, text="This one.").content.decode()

        for words in ("Your answer is with the office.", "This one.", "The applicant answered"):
            assert words in body
        assert "Done: judge" not in body
        assert not ServiceRequest.objects.get().is_clock_stopped

    def test_with_a_file_only_is_kept_as_the_paper_asked_for(self, signed: Client, question: Step) -> None:
        answer(signed, question, text="", file=SimpleUploadedFile("plan.pdf", PDF))

        kept = question.service_request.evidence.get()
        assert (kept.key, kept.name) == ("plan", "plan.pdf")
        mine = signed.get(reverse("evidence", args=[kept.pk]))
        assert b"".join(mine.streaming_content) == PDF
        assert mine["Content-Disposition"].startswith("attachment")
        signed.force_login(worlds.citizen("sara"))
        assert signed.get(reverse("evidence", args=[kept.pk])).status_code == 404

    def test_that_is_empty_is_told(self, signed: Client, question: Step) -> None:
        faulty = answer(signed, question, text=" ")

        assert faulty.status_code == 422
        assert "Write an answer or add a file." in faulty.content.decode()

    def test_with_a_bad_file_keeps_the_words_and_sends_nothing(self, signed: Client, question: Step) -> None:
        faulty = answer(signed, question, text="See here.", file=SimpleUploadedFile("plan.exe", b"MZ"))

        assert faulty.status_code == 422
        for words in ("The file is none of these kinds", "See here."):
            assert words in faulty.content.decode()
        assert worlds.open_step(question.service_request, kind=Step.Kind.APPLICANT) == question
        assert question.service_request.messages.count() == 1

    def test_twice_is_refused_and_leaves_no_file(self, signed: Client, question: Step) -> None:
        answer(signed, question, text="This one.")
        late = answer(signed, question, text="Another.", file=SimpleUploadedFile("plan.pdf", PDF))

        assert "This question was already answered." in late.content.decode()
        assert "Another." in late.content.decode()
        assert not question.service_request.evidence.exists()


class TestConfirm:
    @pytest.mark.parametrize(("waits_for", "words"), [("confirmation", "I confirm"), ("papers", "I have supplied")])
    def test_lets_the_request_go_on(self, signed: Client, aysel: User, waits_for: str, words: str) -> None:
        seen = worlds.apply(office.published(office.waiting_for(waits_for), service="counter"), by=aysel)
        assert words in told(signed, seen)
        step = worlds.open_step(seen, kind=Step.Kind.APPLICANT)

        done = signed.post(reverse("my_request_confirm", args=[step.pk]), follow=True)
        assert "Thank you. Your request goes on." in done.content.decode()
        again = signed.post(reverse("my_request_confirm", args=[step.pk]), follow=True)
        assert "The request doesn&#x27;t wait for this now." in again.content.decode()

    def test_is_no_way_around_the_counter(self, signed: Client, aysel: User) -> None:
        seen = worlds.apply(office.published(office.waiting_for("payment"), service="counter"), by=aysel)
        step = worlds.open_step(seen, kind=Step.Kind.APPLICANT)
        signed.post(reverse("my_request_confirm", args=[step.pk]))

        assert worlds.open_step(seen, kind=Step.Kind.APPLICANT) == step


class TestWithdraw:
    def test_asks_first(self, signed: Client, own: ServiceRequest) -> None:
        address = reverse("my_request_withdraw", args=[own.pk])
        assert address in told(signed, own)

        assert "Withdraw this request?" in signed.get(address).content.decode()
        assert ServiceRequest.objects.get().is_in_progress
        body = signed.post(address, follow=True).content.decode()
        for words in ("Your request is withdrawn.", "Withdrawn"):
            assert words in body

    def test_of_an_ended_request_is_refused(self, signed: Client, held: Step, bruno: User) -> None:
        desk.decide(held, "yes", bruno, timezone.now())
        address = reverse("my_request_withdraw", args=[held.service_request_id])

        assert "already come to an end" in signed.post(address, follow=True).content.decode()
        assert signed.get(address).status_code == 302


def test_documents_go_to_their_owner_and_clerks_only(
    signed: Client, version: ServiceVersion, aysel: User, bruno: User, settings: Any, tmp_path: Any
) -> None:
    settings.KEYS_DIR = tmp_path / "keys"
    make_keys(settings.KEYS_DIR)
    issue = worlds.robot("issue", "issue_document", settings={"document": "permit"})
    seen = worlds.apply(office.published(issue, service="paper", documents=[DOCUMENT]), by=aysel)
    worlds.run_robots()
    document = Document.objects.get(service_request=seen)

    def met(user: User, name: str) -> int:
        signed.force_login(user)
        return signed.get(reverse(name, args=[document.pk])).status_code

    assert met(aysel, "document") == met(bruno, "desk_document") == 200
    assert met(worlds.citizen("sara"), "document") == met(bruno, "document") == 404
