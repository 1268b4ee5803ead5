"""Who sent a request without an account objects to its decision with reference and code, and says who they are."""

from typing import Any

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.requests.models import Draft, ServiceRequest
from services.workflow.operations.objection import begin_objection
from services.workflow.operations.submission import Submission, submit
from services.workflow.refusals import Refused
from tests import objections, worlds
from tests.citizens.by_code import actors, decide, open_by_code, page_of, sent_without_account

pytestmark = pytest.mark.django_db
NAMED = {"name": "Sona", "email": "sona@example.org"}


@pytest.fixture
def sent() -> ServiceRequest:
    sent = sent_without_account()
    decide(sent, "no")
    return ServiceRequest.objects.get(pk=sent.pk)


@pytest.fixture
def holder(client: Client, sent: ServiceRequest) -> Client:
    open_by_code(client, sent)
    return client


def object_to(client: Client, sent: ServiceRequest) -> HttpResponse:
    return client.post(reverse("my_request_object", args=[sent.pk]))


def begun(client: Client, sent: ServiceRequest) -> Draft:
    """Begin an objection and write its grounds."""
    client.post(object_to(client, sent)["Location"], {"grounds": "The hole is still there."})
    return Draft.objects.get()


def send(client: Client, draft: Draft, **contact: str) -> HttpResponse:
    return client.post(reverse("apply_check", args=[draft.pk]), {"declared": "on", **contact})


@pytest.fixture
def appeal(holder: Client, sent: ServiceRequest) -> ServiceRequest:
    send(holder, begun(holder, sent), **NAMED)
    return ServiceRequest.objects.get(appeal_of=sent)


class TestObjecting:
    def test_is_offered_and_explained(self, holder: Client, sent: ServiceRequest) -> None:
        address = reverse("my_request_object", args=[sent.pk])

        assert address in page_of(holder, sent)
        assert "Another official looks at it" in holder.get(address).content.decode()

    def test_asks_who_objects_and_loses_nothing(self, holder: Client, sent: ServiceRequest) -> None:
        draft = begun(holder, sent)
        shown = holder.get(reverse("apply_check", args=[draft.pk])).content.decode()
        refused = send(holder, draft, email="sona@example.org")

        assert "An objection has to tell who makes it." in shown
        assert refused.status_code == 422
        assert refused.context["form"].errors == {"name": ["Fill this in."]}
        assert "sona@example.org" in refused.content.decode()
        assert "The hole is still there." in refused.content.decode()
        assert not ServiceRequest.objects.filter(appeal_of=sent).exists()

    def test_makes_a_linked_request_of_nobodys_account(self, appeal: ServiceRequest, sent: ServiceRequest) -> None:
        assert appeal.applicant is None
        assert appeal.contact == NAMED
        assert appeal.facts["objection"]["in_time"]
        assert actors(sent, "objected") == ["anonymous"]
        assert actors(appeal, "submitted") == ["anonymous"]
        assert not Draft.objects.exists()

    def test_of_a_person_who_is_signed_in_goes_without_the_account(self, client: Client, sent: ServiceRequest) -> None:
        client.force_login(worlds.citizen("elvin"))
        open_by_code(client, sent)
        draft = begun(client, sent)
        unnamed = send(client, draft)
        send(client, draft, **NAMED)

        assert unnamed.context["form"].errors == {"name": ["Fill this in."]}
        assert ServiceRequest.objects.get(appeal_of=sent).applicant is None

    def test_begun_twice_goes_on_with_the_first_draft(self, holder: Client, sent: ServiceRequest) -> None:
        first, again = (object_to(holder, sent)["Location"] for _ in range(2))

        assert first == again

    def test_twice_is_refused(self, appeal: ServiceRequest, holder: Client, sent: ServiceRequest) -> None:
        answer = holder.post(reverse("my_request_object", args=[sent.pk]), follow=True)

        assert "You have already objected to this decision." in answer.content.decode()
        assert not Draft.objects.exists()

    def test_binds_the_office_and_is_told_by_letter(self, appeal: ServiceRequest, sent: ServiceRequest) -> None:
        judge = worlds.clerk("tural")
        objections.decide(worlds.open_step(appeal), judge, "annul", timezone.now(), words="Look at the street again.")
        worlds.run_robots()

        assert ServiceRequest.objects.get(pk=sent.pk).is_in_progress
        assert ["sona@example.org"] in [letter.to for letter in mail.outbox]

    def test_is_not_worked_by_who_decided(self, appeal: ServiceRequest) -> None:
        with pytest.raises(Refused):
            objections.decide(worlds.open_step(appeal), worlds.clerk("bruno"), "uphold", timezone.now())


class TestRight:
    def test_comes_with_either_code(self, appeal: ServiceRequest, sent: ServiceRequest) -> None:
        for opened in (appeal, sent):
            visitor = Client()
            open_by_code(visitor, opened)

            assert sent.written_reference in page_of(visitor, appeal)
            assert appeal.written_reference in page_of(visitor, sent)

    def test_goes_on_from_what_was_sent(self, appeal: ServiceRequest, holder: Client) -> None:
        way = reverse("my_request", args=[appeal.pk])

        assert way in holder.get(reverse("apply_done", args=[appeal.pk])).content.decode()
        assert holder.get(way).status_code == 200

    def test_is_nobody_elses(self, holder: Client, sent: ServiceRequest) -> None:
        draft, stranger, other = begun(holder, sent), Client(), Client()
        other.force_login(worlds.citizen("elvin"))

        assert object_to(stranger, sent)["Location"].startswith(reverse("account_login"))
        assert object_to(other, sent).status_code == 404
        for name in ("apply_check", "apply_discard"):
            assert stranger.get(reverse(name, args=[draft.pk])).status_code == 302
            assert other.get(reverse(name, args=[draft.pk])).status_code == 404

    def test_ends_for_all_that_belongs_to_it_by_one_press(self, holder: Client, sent: ServiceRequest) -> None:
        draft = begun(holder, sent)
        holder.post(reverse("status_end"))

        assert holder.get(reverse("apply_check", args=[draft.pk])).status_code == 302
        open_by_code(holder, sent)
        send(holder, begun(holder, sent), **NAMED)
        appeal = ServiceRequest.objects.get(appeal_of=sent)
        assert holder.get(reverse("apply_done", args=[appeal.pk])).status_code == 200
        holder.post(reverse("status_end"))

        assert holder.get(reverse("apply_done", args=[appeal.pk])).status_code == 404

    def test_begins_at_the_decision(self, client: Client, sent: ServiceRequest) -> None:
        answer = client.get(reverse("apply", args=["appeal"]), follow=True)

        assert answer.redirect_chain == [(reverse("status"), 302)]
        assert "with its reference and code" in answer.content.decode()


class TestOperation:
    def objection(self, draft: Draft, **more: Any) -> Submission:
        assert draft.service.current is not None
        assert draft.office is not None
        answers = {"grounds": "No."}
        return Submission(draft.service.current, draft.office, answers, draft=draft, **more)

    def test_needs_a_name(self, sent: ServiceRequest) -> None:
        draft = begin_objection(sent, {}, None, timezone.now())

        with pytest.raises(Refused, match="write your name"):
            submit(self.objection(draft, contact={"email": "sona@example.org"}), timezone.now())

    def test_takes_no_account_for_what_was_sent_without_one(self, sent: ServiceRequest) -> None:
        draft = begin_objection(sent, {}, None, timezone.now())

        with pytest.raises(Refused, match="somebody else"):
            submit(self.objection(draft, contact=NAMED, applicant=worlds.citizen("elvin")), timezone.now())

    def test_is_not_for_nobody_where_an_account_sent_it(self, sent: ServiceRequest) -> None:
        own = worlds.apply(sent.version, by=worlds.citizen(), at=timezone.now())
        decide(own, "no")

        with pytest.raises(Refused, match="somebody else"):
            begin_objection(ServiceRequest.objects.get(pk=own.pk), {}, None, timezone.now())
