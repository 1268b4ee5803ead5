"""Who sent a request without an account acts on it with its reference and code: the same pages, another right."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal import held_requests
from portal.citizens import rights
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.requests.signing import make_keys
from services.requests.status_codes import status_code_of
from services.workflow.erasure import erase_content
from services.workflow.models import Complaint, Rating, Step
from services.workflow.operations import applicant
from services.workflow.operations.messages import write_to_applicant, write_to_office
from services.workflow.refusals import Refused
from tests import worlds
from tests.citizens.by_code import actors, ask, decide, open_by_code, page_of, sent_without_account
from tests.citizens.forms import PDF
from tests.clerks import office

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ACTS = ["withdraw", "write", "dates", "proof", "object", "complain", "rate", "papers", "end_assistance"]


@pytest.fixture
def sent() -> ServiceRequest:
    return sent_without_account()


@pytest.fixture
def holder(client: Client, sent: ServiceRequest) -> Client:
    open_by_code(client, sent)
    return client


class TestRight:
    def test_is_shown_by_reference_and_code_and_stands_in_no_address(
        self, client: Client, sent: ServiceRequest
    ) -> None:
        before = client.get(reverse("my_request", args=[sent.pk]))
        answer = open_by_code(client, sent)
        page = client.get(answer["Location"])

        assert before["Location"].startswith(reverse("account_login"))
        assert answer["Location"] == reverse("my_request", args=[sent.pk])
        assert page.headers["Cache-Control"] == "no-store"
        assert "You opened this with its reference and code" in page.content.decode()
        assert "Rooms" in page.content.decode()
        assert status_code_of(sent.pk) not in page.content.decode().replace("-", "")
        assert actors(sent, "status_read") == ["holder"]

    def test_gives_the_session_a_new_key(self, client: Client, sent: ServiceRequest) -> None:
        session = client.session
        session["drafts"] = ["one"]
        session.save()
        client.cookies["session"] = before = session.session_key
        open_by_code(client, sent)

        assert client.session.session_key != before
        assert client.session["drafts"] == ["one"]

    def test_opens_no_other_request(self, holder: Client, sent: ServiceRequest) -> None:
        other = worlds.apply(sent.version, {"rooms": 9}, at=timezone.now())
        before = Event.objects.count()
        addresses = [reverse("my_request", args=[other.pk])]
        addresses += [reverse(f"my_request_{act}", args=[other.pk]) for act in ACTS]

        for address in addresses:
            assert {holder.get(address).status_code, holder.post(address).status_code} <= {404, 405}, address
        assert holder.get(reverse("apply_receipt", args=[other.pk])).status_code == 404
        assert Event.objects.count() == before

    def test_that_is_too_wide_would_be_noticed(
        self, holder: Client, sent: ServiceRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = worlds.apply(sent.version, {"rooms": 9}, at=timezone.now())
        everything = [str(one.pk) for one in ServiceRequest.objects.all()]
        monkeypatch.setattr(rights, "held_by", lambda _request: everything)

        assert holder.get(reverse("my_request", args=[other.pk])).status_code == 200

    @pytest.mark.parametrize("code", ["0" * 16, "K7M2-9QXD-4TAB-3F0Z"])
    def test_needs_the_right_code_and_five_wrong_ones_lock(
        self, client: Client, sent: ServiceRequest, code: str
    ) -> None:
        tries = [open_by_code(client, sent, code).status_code for _ in range(5)]

        assert tries == [422] * 5
        assert open_by_code(client, sent).status_code == 429
        assert client.get(reverse("my_request", args=[sent.pk])).status_code == 302

    @pytest.mark.parametrize(("last_visit", "then", "answered"), [(0, 59, 200), (0, 61, 302), (50, 109, 200)])
    def test_ends_an_hour_after_the_last_visit(
        self, client: Client, sent: ServiceRequest, last_visit: int, then: int, answered: int
    ) -> None:
        address = reverse("my_request", args=[sent.pk])
        with time_machine.travel(timezone.now(), tick=False) as clock:
            open_by_code(client, sent)
            clock.shift(last_visit * 60)
            client.get(address)
            clock.shift((then - last_visit) * 60)

            assert client.get(address).status_code == answered

    def test_ends_twelve_hours_after_the_code_whatever_was_done(self, client: Client, sent: ServiceRequest) -> None:
        address = reverse("my_request", args=[sent.pk])
        with time_machine.travel(timezone.now(), tick=False) as clock:
            open_by_code(client, sent)
            answers = []
            for _ in range(15):
                clock.shift(50 * 60)
                answers.append(client.get(address).status_code)

        assert answers == [200] * 14 + [302]

    def test_is_given_back_by_one_press(self, holder: Client, sent: ServiceRequest) -> None:
        listed = holder.get(reverse("status")).content.decode()
        answer = holder.post(reverse("status_end"), follow=True)

        assert reverse("my_request", args=[sent.pk]) in listed
        assert "Closed." in answer.content.decode()
        assert holder.get(reverse("my_request", args=[sent.pk])).status_code == 302

    def test_of_more_than_ten_forgets_the_first(self, client: Client, sent: ServiceRequest) -> None:
        others = [worlds.apply(sent.version, at=timezone.now()) for _ in range(held_requests.MOST_HELD)]
        for seen in (sent, *others):
            open_by_code(client, seen)

        assert client.get(reverse("my_request", args=[sent.pk])).status_code == 404
        assert client.get(reverse("my_request", args=[others[0].pk])).status_code == 200


class TestNoRight:
    """Where the code tells the state and no more, the page says why and what to do."""

    def test_comes_with_a_request_of_an_account(self, client: Client, sent: ServiceRequest) -> None:
        own = worlds.apply(sent.version, {"rooms": 4}, by=worlds.citizen(), at=timezone.now())
        page = open_by_code(client, own)

        assert page.status_code == 200
        assert "sign in with the account that it was sent with" in page.content.decode()
        assert client.get(reverse("my_request", args=[own.pk])).status_code == 302

    def test_comes_where_the_service_has_to_know_who_asks(self, client: Client, sent: ServiceRequest) -> None:
        version = office.published(service="register")
        filed = worlds.apply(version, {"rooms": 4}, at=timezone.now(), channel="counter")
        page = open_by_code(client, filed)

        assert page.status_code == 200
        assert "this service has to know who you are" in page.content.decode()
        assert client.get(reverse("my_request", args=[filed.pk])).status_code == 302
        with pytest.raises(Refused):
            applicant.withdraw(filed, None, timezone.now())

    def test_is_left_once_the_content_is_erased(self, holder: Client, sent: ServiceRequest) -> None:
        applicant.withdraw(sent, None, timezone.now())
        erase_content(sent, timezone.now())

        assert holder.get(reverse("my_request", args=[sent.pk])).status_code == 404
        assert open_by_code(holder, sent).status_code == 200

    def test_nobody_without_a_code_acts_on_a_request_of_an_account(self, sent: ServiceRequest) -> None:
        own = worlds.apply(sent.version, by=worlds.citizen(), at=timezone.now())
        for act in (applicant.withdraw, lambda seen, by, now: write_to_office(seen, "Hello", by, now)):
            with pytest.raises(Refused):
                act(own, None, timezone.now())
        with pytest.raises(Refused):
            write_to_office(sent, "Hello", worlds.citizen("elvin"), timezone.now())


class TestActs:
    def test_a_question_is_answered_with_a_file(self, holder: Client, sent: ServiceRequest) -> None:
        question = ask(sent, evidence_key="plan")
        page = page_of(holder, sent)
        said = {"text": "Here it is.", "file": SimpleUploadedFile("plan.pdf", PDF)}
        answer = holder.post(reverse("my_request_answer", args=[question.pk]), said, follow=True)

        assert "Which plan?" in page
        assert "Your answer is with the office." in answer.content.decode()
        assert sent.evidence.get().key == "plan"
        assert actors(sent, "applicant_answered") == ["anonymous"]
        assert "Applicant without account" in answer.content.decode()
        assert worlds.open_step(sent).kind == Step.Kind.DESK
        assert holder.get(reverse("evidence", args=[sent.evidence.get().pk])).status_code == 200

    def test_an_answer_is_corrected_at_its_field(self, holder: Client, sent: ServiceRequest) -> None:
        question = ask(sent, field_key="rooms")
        address = reverse("my_request_answer", args=[question.pk])
        page, wrong = page_of(holder, sent), holder.post(address, {"asked": "rooms", "rooms": "x", "text": "Five"})
        holder.post(address, {"asked": "rooms", "rooms": "5"})
        sent.refresh_from_db()

        assert 'name="rooms"' in page
        assert wrong.status_code == 422
        assert "Five" in wrong.content.decode()
        assert sent.answers["rooms"] == 5

    def test_somebody_elses_question_answers_404(self, holder: Client, sent: ServiceRequest) -> None:
        question = ask(worlds.apply(sent.version, at=timezone.now()))

        for name in ("my_request_answer", "my_request_confirm"):
            assert holder.post(reverse(name, args=[question.pk]), {"text": "x"}).status_code == 404

    def test_a_paper_is_added(self, holder: Client, sent: ServiceRequest) -> None:
        typed = {"paper": "plan", "file": SimpleUploadedFile("plan.pdf", PDF)}
        holder.post(reverse("my_request_papers", args=[sent.pk]), typed)

        assert sent.evidence.get().name == "plan.pdf"
        assert actors(sent, "evidence_added") == ["anonymous"]

    def test_what_waits_for_a_confirmation_is_confirmed(self, client: Client, sent: ServiceRequest) -> None:
        seen = worlds.apply(office.published(office.waiting_for("confirmation"), identity="none", service="waits"))
        worlds.run_robots()
        open_by_code(client, seen)
        step = worlds.open_step(seen, kind=Step.Kind.APPLICANT)
        client.post(reverse("my_request_confirm", args=[step.pk]))

        assert worlds.open_step(seen).key == "judge"

    def test_it_is_withdrawn_after_a_question_with_a_way_back(self, holder: Client, sent: ServiceRequest) -> None:
        address = reverse("my_request_withdraw", args=[sent.pk])
        asked = holder.get(address).content.decode()
        before = ServiceRequest.objects.get(pk=sent.pk).status
        page = holder.post(address, follow=True).content.decode()
        sent.refresh_from_db()

        assert f'href="{reverse("my_request", args=[sent.pk])}"' in asked
        assert (before, sent.status) == ("in_progress", "withdrawn")
        assert "Your request is withdrawn." in page
        assert actors(sent, "ended") == ["anonymous"]

    def test_messages_go_both_ways(self, holder: Client, sent: ServiceRequest) -> None:
        bruno = worlds.clerk("bruno")
        write_to_applicant(sent, "We come on Monday.", bruno, timezone.now())
        page = page_of(holder, sent)
        holder.post(reverse("my_request_write", args=[sent.pk]), {"text": "Monday is fine."})
        office_read, own = sent.messages.order_by("at")

        assert "We come on Monday." in page
        assert office_read.read_at is not None
        assert (own.author, own.is_from_office, own.text) == (None, False, "Monday is fine.")
        assert "<strong>You</strong>" in page_of(holder, sent)
        assert actors(sent, "message_written") == [f"clerk:{bruno.pk}", "anonymous"]

    def test_it_is_rated_after_the_decision(self, holder: Client, sent: ServiceRequest) -> None:
        early = holder.post(reverse("my_request_rate", args=[sent.pk]), {"score": 5})
        decide(sent, "yes")
        page = page_of(holder, sent)
        thanks = holder.post(reverse("my_request_rate", args=[sent.pk]), {"score": 4}, follow=True)

        assert early.status_code == 422
        assert reverse("my_request_rate", args=[sent.pk]) in page
        assert Rating.objects.get().score == 4
        assert f'href="{reverse("my_request", args=[sent.pk])}"' in thanks.content.decode(), "there is a way back"
        assert actors(sent, "rated") == ["anonymous"]

    def test_a_complaint_is_made_when_it_is_late(self, client: Client, sent: ServiceRequest) -> None:
        with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
            open_by_code(client, sent)
            client.post(reverse("my_request_complain", args=[sent.pk]), {"words": "The hole grows."})

        assert Complaint.objects.get().words == "The hole grows."
        assert actors(sent, "complained") == ["anonymous"]

    def test_receipt_dates_and_proof_are_taken_home(self, holder: Client, sent: ServiceRequest) -> None:
        make_keys(settings.KEYS_DIR)
        for name in ("apply_receipt", "apply_done", "my_request_dates", "my_request_proof"):
            assert holder.get(reverse(name, args=[sent.pk])).status_code == 200, name
        dates = holder.get(reverse("my_request_dates", args=[sent.pk])).content.decode().replace("\r\n ", "")
        assert reverse("status") in dates
        assert "/my/requests/" not in dates
