"""Files are scanned on every way in: a harmful one is refused at its field, one that can't be scanned is held back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.evidence import Evidence, Scan
from services.requests.models import Draft, Message, ServiceRequest
from services.requests.operations import add_evidence, start_draft
from services.workflow.models import Step
from services.workflow.operations import desk
from tests import worlds
from tests.citizens.forms import PDF, TYPED, begin, build_service, check_url, fill_in, page_url, upload
from tests.clerks import office
from tests.requests.clamd import EICAR, NOWHERE, Clamd, clamd

pytestmark = pytest.mark.django_db
HARMFUL = PDF + EICAR
REFUSED = "could not be accepted: it did not pass the check for harmful programs"
NOT_YET = "Not checked yet"
Bring = Callable[..., Any]


@pytest.fixture
def scanner(settings: Any) -> Iterator[Clamd]:
    with clamd() as server:
        settings.CLAMD_URL = server.url
        yield server


@pytest.fixture
def away(settings: Any) -> None:
    settings.CLAMD_URL = NOWHERE


@pytest.fixture
def sent() -> ServiceRequest:
    worlds.build_agencies("north")
    return worlds.apply(office.published(), by=worlds.citizen())


def signed_in(user: User | None) -> Client:
    client = Client()
    client.force_login(user)
    return client


def in_a_form(content: bytes) -> Any:
    build_service()
    client = Client()
    return fill_in(client, begin(client), photo=upload(content), story="Once upon")


def in_a_message(content: bytes) -> Any:
    seen = sent_request()
    data = {"text": "Once upon", "files": [upload(name="first.pdf"), upload(content)]}
    return signed_in(seen.applicant).post(reverse("my_request_write", args=[seen.pk]), data)


def in_a_message_of_the_office(content: bytes) -> Any:
    seen = sent_request()
    data = {"text": "Once upon", "files": [upload(content)]}
    return signed_in(worlds.clerk("bruno")).post(reverse("desk_write", args=[seen.pk]), data)


def as_a_paper(content: bytes) -> Any:
    seen = sent_request()
    data = {"paper": "plan", "file": upload(content)}
    return signed_in(seen.applicant).post(reverse("my_request_papers", args=[seen.pk]), data)


def with_an_answer(content: bytes) -> Any:
    seen, clerk = sent_request(), worlds.clerk("bruno")
    desk.ask_applicant(desk.claim(worlds.open_step(seen), clerk, worlds.NOON), "Which?", clerk, worlds.NOON)
    question = Step.objects.get(kind=Step.Kind.APPLICANT)
    data = {"text": "Once upon", "file": upload(content)}
    return signed_in(seen.applicant).post(reverse("my_request_answer", args=[question.pk]), data)


def as_a_mandate(content: bytes) -> Any:
    worlds.build_agencies("north")
    worlds.published([worlds.desk("judge")])
    said = {"name": "Zeynab", "personal_identifier": "5ZK3Q1U", "language": "az", "relation": "relative"}
    data = {**said, "agreed": "on", "reason": "Once upon", "mandate": upload(content)}
    return signed_in(worlds.citizen("leyla", personal_identifier="3NG5PAJ")).post(
        reverse("apply_for", args=["permit"]), data
    )


def sent_request() -> ServiceRequest:
    worlds.build_agencies("north")
    return worlds.apply(office.published(), by=worlds.citizen())


WAYS = {
    in_a_form: ("photo", "anonymous"),
    in_a_message: ("files", "citizen"),
    in_a_message_of_the_office: ("files", "clerk"),
    as_a_paper: ("file", "citizen"),
    with_an_answer: ("file", "citizen"),
    as_a_mandate: ("mandate", "citizen"),
}


@pytest.mark.parametrize("bring", WAYS, ids=lambda bring: bring.__name__)
class TestEveryWayIn:
    def test_refuses_a_harmful_file_at_its_field_and_loses_nothing_typed(self, scanner: Clamd, bring: Bring) -> None:
        name, who = WAYS[bring]

        answer = bring(HARMFUL)

        body = answer.content.decode()
        assert answer.status_code == 422
        assert REFUSED in body.split(f"{name}_error")[1][:400]
        assert bring is as_a_paper or "Once upon" in body
        assert not Evidence.objects.exists()
        assert not Message.objects.filter(is_question=False).exists()
        event = Event.objects.get(kind="file_refused")
        assert event.actor.split(":")[0] == who
        assert event.facts["found"] == "Eicar-Signature"

    def test_lets_a_harmless_one_in(self, scanner: Clamd, bring: Bring) -> None:
        assert bring(PDF).status_code == 302
        assert scanner.asked == Evidence.objects.filter(scan=Scan.CLEAN).count() > 0

    def test_holds_one_back_that_can_not_be_scanned_and_goes_on(self, away: None, bring: Bring) -> None:
        assert bring(HARMFUL).status_code == 302
        assert set(Evidence.objects.values_list("scan", flat=True)) == {Scan.WAITING}

    def test_without_a_scanner_takes_all(self, bring: Bring) -> None:
        assert bring(PDF).status_code == 302
        assert set(Evidence.objects.values_list("scan", flat=True)) == {Scan.UNASKED}


class TestRefusal:
    def test_is_told_in_the_language_of_the_page(self, scanner: Clamd) -> None:
        build_service()
        client = Client(headers={"Accept-Language": "fr"})

        answer = fill_in(client, begin(client), photo=upload(HARMFUL))

        assert "n’a pas pu être accepté" in answer.content.decode()

    def test_leaves_everything_else_of_the_page_in_the_draft(self, scanner: Clamd) -> None:
        build_service()
        client = Client()
        draft = begin(client)

        fill_in(client, draft, photo=upload(HARMFUL))

        draft.refresh_from_db()
        assert draft.answers["street_sign"] == TYPED["street_sign"]
        assert draft.answers["owners"][1]["name"] == "Bruno"

    def test_of_what_is_too_large_to_scan_says_so(self, settings: Any) -> None:
        with clamd(most=100) as scanner:
            settings.CLAMD_URL = scanner.url
            body = in_a_form(PDF).content.decode()

        assert "too large to be checked for harmful programs" in body
        assert not Evidence.objects.exists()

    def test_keeps_odd_names_of_finds_out_of_the_ledger(self, scanner: Clamd) -> None:
        from services.requests.supplying import finding

        assert finding("Win.Test-1 <b>\n" + "x" * 500) == "Win.Test-1 b " + "x" * 67


@pytest.mark.parametrize("mode", ["hangs", "nonsense", "half"])
def test_a_scanner_that_gives_no_clear_answer_holds_nobody_up(settings: Any, mode: str) -> None:
    settings.CLAMD_WAIT_S = 0.2
    with clamd(mode) as scanner:
        settings.CLAMD_URL = scanner.url

        assert in_a_form(HARMFUL).status_code == 302
        assert Evidence.objects.get().scan == Scan.WAITING


def test_who_comes_while_others_wait_waits_with_them(scanner: Clamd) -> None:
    """Else a scanner that hangs would hold up every thread of the portal, one after the other."""
    build_service()
    client = Client()
    draft = begin(client)
    fill_in(client, draft)
    Evidence.objects.update(scan=Scan.WAITING, scan_at=timezone.now())

    fill_in(client, draft, rooms="4")
    client.post(page_url(draft, "papers"), {"do": "next", "lease": upload(PDF + b"more")})
    waits = Evidence.objects.get(key="lease").scan
    Evidence.objects.update(supplied_at=worlds.NOON)
    client.post(page_url(draft, "papers"), {"do": "next", "lease": upload(PDF + b"much more")})

    assert waits == Scan.WAITING
    assert Evidence.objects.filter(key="lease", scan=Scan.CLEAN).count() == 1


class TestHeldBackFile:
    @pytest.fixture
    def held(self, away: None, sent: ServiceRequest) -> Evidence:
        signed_in(sent.applicant).post(
            reverse("my_request_papers", args=[sent.pk]), {"paper": "plan", "file": upload(name="plan.pdf")}
        )
        write = {"text": "And this", "files": [upload(name="more.pdf")]}
        signed_in(sent.applicant).post(reverse("my_request_write", args=[sent.pk]), write)
        return Evidence.objects.get(key="plan")

    def test_is_not_shown_to_the_clerk_but_told_of(self, held: Evidence) -> None:
        clerk = signed_in(worlds.clerk("bruno"))
        page = clerk.get(reverse("desk_request", args=[held.service_request_id])).content.decode()

        assert "plan.pdf" in page
        assert page.count(NOT_YET) == 2
        assert "/desk/evidence/" not in page

    @pytest.mark.parametrize("name", ["desk_evidence", "desk_evidence_preview", "desk_evidence_page"])
    def test_can_not_be_opened_by_its_address(self, held: Evidence, name: str) -> None:
        clerk = signed_in(worlds.clerk("bruno"))
        address = reverse(name, args=[held.pk, 1] if name.endswith("page") else [held.pk])

        assert clerk.get(address).status_code == 404
        Evidence.objects.update(scan=Scan.CLEAN, scan_at=None)
        assert clerk.get(address).status_code == 200

    def test_can_not_be_opened_by_the_applicant_either(self, held: Evidence) -> None:
        applicant = signed_in(held.service_request.applicant)  # type: ignore[union-attr]
        page = applicant.get(reverse("my_request", args=[held.service_request_id])).content.decode()

        assert page.count(NOT_YET) == 2
        assert applicant.get(reverse("evidence", args=[held.pk])).status_code == 404

    def test_counts_as_supplied(self, away: None) -> None:
        build_service()
        client = Client()
        draft = begin(client)
        fill_in(client, draft)

        answer = client.post(check_url(draft), {"declared": "on"})

        assert answer.status_code == 302
        assert Evidence.objects.get().service_request is not None


class TestRefusedFileOfADraft:
    @pytest.fixture
    def draft(self, client: Client) -> Draft:
        build_service()
        draft = begin(client)
        fill_in(client, draft)
        Evidence.objects.update(scan=Scan.REFUSED, file="")
        return draft

    def test_is_told_at_its_field_and_can_be_replaced(self, client: Client, draft: Draft) -> None:
        page = client.post(page_url(draft), TYPED)
        file = Evidence.objects.get()
        client.post(page_url(draft), {**TYPED, "do": f"drop:{file.pk}"})

        assert page.status_code == 422
        assert "“photo.pdf” could not be accepted" in page.content.decode().split("id_photo_error")[1]
        assert fill_in(client, draft).url == check_url(draft)

    def test_does_not_count(self, client: Client, draft: Draft) -> None:
        assert (
            fill_in(client, draft, photo=upload(PDF + b"2", "other.pdf")).status_code == 422
        )  # still tells of the first
        assert set(Evidence.objects.values_list("scan", flat=True)) == {Scan.REFUSED, Scan.UNASKED}

    def test_is_told_before_anything_is_sent(self, client: Client, draft: Draft) -> None:
        assert "“photo.pdf” could not be accepted" in client.get(check_url(draft)).content.decode()
        answer = client.post(check_url(draft), {"declared": "on"})

        assert answer.status_code == 422
        assert "“photo.pdf” could not be accepted" in answer.content.decode()
        assert not ServiceRequest.objects.exists()


def test_nothing_is_looked_over_within_a_transaction(settings: Any) -> None:
    """It takes seconds, and what a transaction has locked would be locked as long."""
    worlds.build_agencies("north")
    draft = start_draft(worlds.published([worlds.desk("judge")]).service, worlds.citizen(), None, {})

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        add_evidence(draft, "paper", upload(), accept=["pdf"], at_most=1, now=worlds.NOON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("bring", [in_a_form, in_a_message, as_a_paper, with_an_answer], ids=lambda way: way.__name__)
def test_nothing_is_locked_while_a_file_is_scanned(scanner: Clamd, bring: Bring) -> None:
    locked: list[int] = []

    def lock_all() -> None:
        try:
            with transaction.atomic():
                locked.extend(len(model.objects.select_for_update(nowait=True)) for model in (Draft, ServiceRequest))
        finally:
            connection.close()

    scanner.meanwhile = lock_all
    answer = bring(PDF)

    assert answer.status_code == 302
    assert sum(locked) > 0
