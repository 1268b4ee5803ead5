"""The webhooks' pages: only managers of the agency make, stop and replay; what is faulty is told at its field."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Agency
from services.connectors import addresses
from services.ledger.models import Event
from services.webhooks.automation import deliver_due
from services.webhooks.models import Delivery, Webhook
from services.webhooks.operations import end, make_webhook, pause, resume, send_test
from services.webhooks.secrets import secret_of
from services.workflow.refusals import Refused
from tests import worlds

pytestmark = pytest.mark.django_db
URL = "https://8.8.8.8/hooks/city"


@pytest.fixture
def dilara() -> User:
    worlds.build_agencies("north", "south")
    return worlds.clerk("dilara", desks=(), role="manager")


@pytest.fixture
def window(dilara: User) -> Client:
    client = Client()
    client.force_login(dilara)
    return client


@pytest.fixture
def webhook(dilara: User) -> Webhook:
    return made(dilara)


def made(by: User, url: str = URL, agency: str = "north") -> Webhook:
    place = Agency.objects.get(code=agency)
    return make_webhook(agency=place, url=url, kinds=["step.opened"], by=by, now=timezone.now())[0]


def sent(window: Client, **more: Any) -> Any:
    agency = Agency.objects.get(code="north").pk
    said = {"agency": agency, "url": URL, "kinds": ["request.ended", "step.opened"], **more}
    return window.post(reverse("managers_webhook_new"), said)


def page_of(window: Client, webhook: Webhook) -> str:
    return window.get(reverse("managers_webhook", args=[webhook.pk])).content.decode()


def post(window: Client, name: str, *args: Any, **said: Any) -> str:
    return window.post(reverse(name, args=args), said, follow=True).content.decode()


class TestMaking:
    def test_shows_the_secret_this_once_and_is_on_record(self, window: Client, dilara: User) -> None:
        answer = sent(window)
        webhook = Webhook.objects.get()
        secret = secret_of(webhook.pk, 1)
        event = Event.objects.get(kind="webhook_made")

        assert answer.status_code == 200
        assert secret in answer.content.decode()
        assert secret not in page_of(window, webhook)
        assert (event.subject, event.actor) == (webhook.pk, f"clerk:{dilara.pk}")
        assert event.facts["kinds"] == ["step.opened", "request.ended"]
        assert URL not in str(event.facts)

    @pytest.mark.parametrize(
        ("url", "told"),
        [
            ("", "Fill this in."),
            ("hooks.example.org", "Write a whole address"),
            ("https://8.8.8.8/hook?key=1", "Write a whole address"),
            ("https://user:word@8.8.8.8/", "Write a whole address"),
            ("https://8.8.8.8/a b", "Write a whole address"),
            ("https://8.8.8.8/" + "a" * 600, "500"),
            ("https://127.0.0.1/", "Webhooks may not go there"),
            ("https://[::ffff:10.0.0.1]/", "Webhooks may not go there"),
            ("https://169.254.169.254/latest", "Webhooks may not go there"),
            ("http://8.8.8.8/", "Webhooks may not go there"),
            ("https://8.8.8.8:8443/", "Webhooks may not go there"),
        ],
    )
    def test_with_a_bad_address_tells_it_there_and_loses_nothing(self, window: Client, url: str, told: str) -> None:
        answer = sent(window, url=url)
        page = answer.content.decode()

        assert answer.status_code == 422
        assert told in page
        assert 'href="#id_url"' in page
        assert page.count(" checked") == 2
        assert not Webhook.objects.exists()

    @pytest.mark.parametrize(("found", "told"), [("10.1.2.3", "may not go there"), ("", "This name leads nowhere")])
    def test_looks_where_a_name_leads(
        self, window: Client, monkeypatch: pytest.MonkeyPatch, found: str, told: str
    ) -> None:
        def look_up(*_: Any, **__: Any) -> list[Any]:
            if not found:
                raise OSError
            return [(0, 0, 0, "", ("8.8.8.8", 0)), (0, 0, 0, "", (found, 0))]

        monkeypatch.setattr(addresses.socket, "getaddrinfo", look_up)

        assert told in sent(window, url="https://hooks.example.org/").content.decode()

    @pytest.mark.parametrize("kinds", [[], ["request.nothing"]])
    def test_needs_something_to_tell(self, window: Client, kinds: list[str]) -> None:
        assert sent(window, kinds=kinds).status_code == 422

    def test_of_the_same_address_twice_is_refused(self, window: Client, webhook: Webhook) -> None:
        assert "This address has a webhook already." in sent(window).content.decode()

    def test_of_a_twenty_first_is_refused(self, window: Client, dilara: User) -> None:
        for number in range(20):
            made(dilara, f"https://8.8.8.8/{number}")

        assert "The agency has 20 webhooks already." in sent(window).content.decode()

    def test_for_another_agency_is_refused(self, window: Client, dilara: User) -> None:
        assert sent(window, agency=Agency.objects.get(code="south").pk).status_code == 422
        with pytest.raises(Refused, match="Only managers"):
            made(dilara, agency="south")


class TestActs:
    def test_are_told_and_on_record(self, window: Client, webhook: Webhook) -> None:
        assert "Paused." in post(window, "managers_webhook_act", webhook.pk, "pause")
        assert "It is paused already." in post(window, "managers_webhook_act", webhook.pk, "pause")
        assert "Resume it first." in post(window, "managers_webhook_act", webhook.pk, "test")
        assert "Resumed." in post(window, "managers_webhook_act", webhook.pk, "resume")
        assert "It isn’t paused." in post(window, "managers_webhook_act", webhook.pk, "resume")
        assert "A test is on its way." in post(window, "managers_webhook_act", webhook.pk, "test")
        told = Event.objects.filter(subject=webhook.pk).order_by("seq").values_list("kind", flat=True)
        assert list(told) == ["webhook_made", "webhook_paused", "webhook_resumed", "webhook_tested"]

    def test_there_is_no_other(self, window: Client, webhook: Webhook) -> None:
        assert window.post(reverse("managers_webhook_act", args=[webhook.pk, "forget"])).status_code == 404

    def test_of_a_stranger_are_refused_below_the_pages(self, webhook: Webhook) -> None:
        stranger = worlds.clerk("sabir", "south", desks=(), role="manager")
        for act in (pause, resume, end, send_test):
            with pytest.raises(Refused, match="Only managers"):
                act(webhook, timezone.now(), stranger)

    def test_end_it_after_a_question(self, window: Client, webhook: Webhook) -> None:
        asked = window.get(reverse("managers_webhook_end", args=[webhook.pk])).content.decode()
        assert "End the webhook?" in asked
        assert Webhook.objects.get().ended_at is None
        assert "The webhook has ended." in post(window, "managers_webhook_end", webhook.pk)
        assert "This webhook has ended." in post(window, "managers_webhook_act", webhook.pk, "test")
        assert "Send a test</button>" not in page_of(window, webhook)
        assert made(Webhook.objects.get().made_by).pk != webhook.pk  # the address is free again

    def test_give_a_new_secret_after_a_question(self, window: Client, webhook: Webhook) -> None:
        assert "A new secret?" in window.get(reverse("managers_webhook_renewal", args=[webhook.pk])).content.decode()
        page = post(window, "managers_webhook_renewal", webhook.pk)

        assert secret_of(webhook.pk, 2) in page
        assert "The old secret signs, too, until" in page

    def test_give_no_new_secret_to_one_that_ended(self, window: Client, webhook: Webhook, dilara: User) -> None:
        end(webhook, timezone.now(), dilara)

        assert "This webhook has ended." in post(window, "managers_webhook_renewal", webhook.pk)
        assert Webhook.objects.get().secret_number == 1


class TestLog:
    def failed(self, webhook: Webhook, by: User, count: int = 1) -> list[Delivery]:
        messages = [send_test(webhook, timezone.now(), by) for _ in range(count)]
        webhook.deliveries.update(finished_at=timezone.now())
        return messages

    def test_tells_each_try(self, window: Client, webhook: Webhook, dilara: User, settings: Any) -> None:
        send_test(webhook, timezone.now(), dilara)
        settings.BASE_URL = "https://8.8.8.8"  # so that nothing is called
        deliver_due(timezone.now())
        page = page_of(window, webhook)

        assert "The address leads where webhooks may not go" in page
        assert "Fails since" in page
        assert "tried again after" in page

    def test_replays_one(self, window: Client, webhook: Webhook, dilara: User) -> None:
        [message] = self.failed(webhook, dilara)

        assert "sent again, under the same id" in post(window, "managers_message_replay", message.pk)
        assert "It waits to be sent anyway." in post(window, "managers_message_replay", message.pk)

    def test_replays_all_failed_since_a_time(self, window: Client, webhook: Webhook, dilara: User) -> None:
        self.failed(webhook, dilara, 3)
        Delivery.objects.filter(pk=Delivery.objects.first().pk).update(asked_at=timezone.now() - timedelta(hours=2))

        assert "2 messages are sent again." in post(window, "managers_webhook_replay", webhook.pk, hours=1)
        assert "No message has failed since then." in post(window, "managers_webhook_replay", webhook.pk, hours=1)
        assert "1 message is sent again." in post(window, "managers_webhook_replay", webhook.pk, hours=24)

    @pytest.mark.parametrize("hours", ["", "0", "x", "\x00"])
    def test_replays_nothing_without_a_time(self, window: Client, webhook: Webhook, hours: str) -> None:
        answer = window.post(reverse("managers_webhook_replay", args=[webhook.pk]), {"hours": hours})

        assert answer.status_code == 422

    def test_is_paged_with_as_many_questions_for_many(
        self, window: Client, webhook: Webhook, dilara: User, django_assert_max_num_queries: Any
    ) -> None:
        self.failed(webhook, dilara, 60)
        with django_assert_max_num_queries(12):
            page = page_of(window, webhook)

        assert page.count("Send again<span") == 25
        assert "Page 1 of 3" in page


class TestList:
    def test_is_empty_in_words(self, window: Client) -> None:
        assert "Your agencies have no webhooks yet." in window.get(reverse("managers_webhooks")).content.decode()

    def test_shows_own_ones_only(self, window: Client, webhook: Webhook) -> None:
        made(worlds.clerk("sabir", "south", desks=(), role="manager"), "https://8.8.8.8/south", "south")
        page = window.get(reverse("managers_webhooks")).content.decode()

        assert URL in page
        assert "Nothing sent yet" in page
        assert "https://8.8.8.8/south" not in page
