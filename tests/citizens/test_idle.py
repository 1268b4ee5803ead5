"""Who goes away is signed out; who is still there can say so."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth import login
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.agencies.models import Office
from services.requests.operations import start_draft
from tests import worlds

pytestmark = pytest.mark.django_db
NOON = 1_800_000_000


@pytest.fixture
def aysel(client: Client) -> Client:
    with time_machine.travel(NOON, tick=False):
        client.force_login(worlds.citizen())
        client.get(reverse("my_requests"))
    return client


def at(seconds: int, client: Client, name: str = "my_requests", method: str = "get") -> Any:
    with time_machine.travel(NOON + seconds, tick=False):
        return getattr(client, method)(reverse(name))


def test_an_hour_without_a_visit_ends_it(aysel: Client) -> None:
    assert at(3600, aysel).status_code == 200
    assert at(3600 + 3601, aysel)["Location"].startswith(reverse("account_login"))


def test_a_press_of_the_button_lets_it_go_on(aysel: Client) -> None:
    assert at(3500, aysel, "still_here", "post").status_code == 204
    assert at(3500 + 3600, aysel).status_code == 200


def test_officials_are_signed_out_sooner(client: Client) -> None:
    worlds.build_agencies("north")
    with time_machine.travel(NOON, tick=False):
        client.force_login(worlds.clerk("bruno"))
        client.get(reverse("desk"))

    assert at(1801, client, "desk").status_code == 302


def test_the_page_knows_when_to_warn(aysel: Client) -> None:
    body = at(10, aysel).content.decode()

    assert 'data-session-end="3600"' in body
    assert "I am still here" in body


class TestWords:
    """What was sent after the end is kept for the same person, and sent by one press after signing in."""

    def sent_late(self, client: Client, address: str, typed: dict[str, Any], **headers: str) -> Any:
        with time_machine.travel(NOON + 5400, tick=False):
            return client.post(address, typed, headers={"Referer": f"http://testserver{address}", **headers})

    def sign_in(self, client: Client, name: str = "aysel") -> None:
        """Sign in as Django does it: the session of nobody becomes a person's."""
        with time_machine.travel(NOON + 5460, tick=False):
            request = HttpRequest()
            request.session = client.session
            login(request, worlds.citizen(name), backend="allauth.account.auth_backends.AuthenticationBackend")
            request.session.save()
        client.cookies["session"] = request.session.session_key

    def shown(self, client: Client, seconds: int = 5500) -> Any:
        return at(seconds, client, "again")

    def test_are_offered_again_and_taken(self, aysel: Client) -> None:
        address = reverse("my_profile")
        typed = {"name": "Aysel Quliyeva", "language": "az", "city": "Şəki", "birth_date": "", "phone": ""}
        answer = self.sent_late(aysel, address, typed)
        self.sign_in(aysel)
        page = self.shown(aysel).content.decode()
        with time_machine.travel(NOON + 5600, tick=False):
            aysel.post(address, typed)

        assert answer["Location"] == f"{reverse('account_login')}?next={reverse('again')}"
        assert "Aysel Quliyeva" in page
        assert f'action="{address}"' in page
        assert "csrfmiddlewaretoken" in page
        assert User.objects.get(email="aysel@example.org").name == "Aysel Quliyeva"
        assert self.shown(aysel).status_code == 302

    def test_are_not_for_somebody_else_at_the_same_computer(self, aysel: Client) -> None:
        self.sent_late(aysel, reverse("my_profile"), {"name": "Aysel Quliyeva"})
        self.sign_in(aysel, "elvin")

        assert self.shown(aysel)["Location"] == reverse("welcome")

    def test_can_be_thrown_away(self, aysel: Client) -> None:
        self.sent_late(aysel, reverse("my_profile"), {"name": "Aysel Quliyeva"})
        self.sign_in(aysel)
        assert self.shown(aysel).status_code == 200
        assert at(5520, aysel, "again", "post")["Location"] == reverse("my_profile")
        assert self.shown(aysel)["Location"] == reverse("welcome")

    def test_are_forgotten_after_an_hour(self, aysel: Client) -> None:
        self.sent_late(aysel, reverse("my_profile"), {"name": "Aysel Quliyeva"})
        self.sign_in(aysel)

        assert self.shown(aysel, 5400 + 3599).status_code == 200
        assert self.shown(aysel, 5400 + 3600)["Location"] == reverse("welcome")

    def test_too_many_are_not_kept_and_the_way_back_is_the_page(self, aysel: Client) -> None:
        answer = self.sent_late(aysel, reverse("my_data_export"), {"words": "x" * 100_001})

        assert answer["Location"] == f"{reverse('account_login')}?next={reverse('my_data_export')}"

    def test_a_press_without_words_leads_back_to_its_page(self, aysel: Client) -> None:
        page = reverse("my_data")
        answer = self.sent_late(aysel, reverse("my_data_export"), {}, Referer=f"http://testserver{page}")
        foreign = self.sent_late(aysel, reverse("my_data_export"), {}, Referer="https://evil.example/x")

        assert answer["Location"].endswith(f"?next={page}")
        assert foreign["Location"].endswith(f"?next={reverse('my_data_export')}")

    def test_a_page_of_a_form_keeps_them_too(self, aysel: Client) -> None:
        worlds.build_agencies("north")
        version = worlds.published([worlds.desk("judge")])
        draft = start_draft(version.service, User.objects.get(), Office.objects.get(), {})
        address = reverse("apply_page", args=[draft.pk, "about"])
        answer = self.sent_late(aysel, address, {"rooms": "7", "asked": "rooms"})
        self.sign_in(aysel)

        assert answer["Location"].endswith(reverse("again"))
        assert ">7<" in self.shown(aysel).content.decode()
