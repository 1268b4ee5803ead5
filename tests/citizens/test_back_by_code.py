"""What is typed after the right that reference and code gave has ended, and the ways back to it."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.requests.models import ServiceRequest
from services.requests.status_codes import status_code_of
from tests import worlds
from tests.citizens.by_code import ask, open_by_code, page_of, sent_without_account

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def sent() -> ServiceRequest:
    return sent_without_account()


@pytest.fixture
def holder(client: Client, sent: ServiceRequest) -> Client:
    open_by_code(client, sent)
    return client


class TestWords:
    """What is typed when the right has ended is kept for whoever gives the code again."""

    def send_late(self, client: Client, sent: ServiceRequest) -> HttpResponse:
        address = reverse("my_request_write", args=[sent.pk])
        page_of(client, sent)
        with time_machine.travel(timezone.now() + 2 * HOUR, tick=False):
            return client.post(address, {"text": "The hole grows."})

    def test_are_offered_again_and_taken(self, holder: Client, sent: ServiceRequest) -> None:
        answer = self.send_late(holder, sent)
        with time_machine.travel(timezone.now() + 2 * HOUR, tick=False):
            back = open_by_code(holder, sent)
            page = holder.get(back["Location"]).content.decode()
            holder.post(reverse("my_request_write", args=[sent.pk]), {"text": "The hole grows."})
            after = holder.get(reverse("again"))

        assert answer["Location"] == reverse("status")
        assert back["Location"] == reverse("again")
        assert "The hole grows." in page
        assert "This was closed before it was sent" in page
        assert "signed out" not in page
        assert sent.messages.get().text == "The hole grows."
        assert after["Location"] == reverse("status")

    def test_are_not_for_whoever_has_another_code(self, holder: Client, sent: ServiceRequest) -> None:
        other = worlds.apply(sent.version, at=timezone.now())
        self.send_late(holder, sent)
        with time_machine.travel(timezone.now() + 2 * HOUR, tick=False):
            back = open_by_code(holder, other)

            assert back["Location"] == reverse("my_request", args=[other.pk])
            assert holder.get(reverse("again"))["Location"] == reverse("status")

    def test_of_a_person_who_signed_in_and_used_a_code_find_the_code(
        self, client: Client, sent: ServiceRequest
    ) -> None:
        client.force_login(worlds.citizen("elvin"))
        open_by_code(client, sent)
        answer = self.send_late(client, sent)

        assert answer["Location"] == reverse("status")


class TestWayBack:
    def test_leads_to_the_code_for_its_own_request_and_to_signing_in_for_others(
        self, holder: Client, sent: ServiceRequest
    ) -> None:
        own = worlds.apply(sent.version, by=worlds.citizen(), at=timezone.now())
        page_of(holder, sent)
        with time_machine.travel(timezone.now() + 2 * HOUR, tick=False):
            by_code, signed_in = (holder.get(reverse("my_request", args=[one.pk])) for one in (sent, own))

        assert by_code["Location"] == reverse("status")
        assert signed_in["Location"].startswith(reverse("account_login"))


class TestNotice:
    def test_of_a_question_leads_to_the_page_that_asks_for_the_code(self, sent: ServiceRequest) -> None:
        worlds.run_robots()
        ask(sent)
        worlds.run_robots()
        letter = mail.outbox[-1]

        assert letter.subject == "We need something from you"
        assert settings.STATUS_URL in letter.body
        assert "with the reference and the code" in letter.body
        assert f"/my/requests/{sent.pk}" not in letter.body
        assert status_code_of(sent.pk) not in letter.body.replace("-", "")

    def test_to_an_account_leads_to_the_account(self, sent: ServiceRequest) -> None:
        own = worlds.apply(sent.version, by=worlds.citizen(), at=timezone.now())
        worlds.run_robots()
        ask(own)
        worlds.run_robots()

        assert settings.FOLLOW_URL.format(id=own.pk) in mail.outbox[-1].body
        assert "with the reference and the code" not in mail.outbox[-1].body
