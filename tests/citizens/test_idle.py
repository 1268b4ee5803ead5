"""Who goes away is signed out; who is still there can say so. What was typed is never lost by the end."""

import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth import login
from django.contrib.sessions.models import Session
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

    @pytest.mark.parametrize(("letter", "most"), [("x", 99_000), ("ə", 49_500), ("ض", 49_500)])
    def test_are_measured_as_they_were_typed_in_every_script(self, aysel: Client, letter: str, most: int) -> None:
        address = reverse("my_data_export")
        kept, too_many = (self.sent_late(aysel, address, {"words": letter * n}) for n in (most, most + 1_000))

        assert kept["Location"].endswith(f"?next={reverse('again')}")
        assert too_many["Location"].endswith(f"?next={address}")

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

    def test_are_kept_when_the_session_was_ended_elsewhere(self, aysel: Client) -> None:
        Session.objects.all().delete()
        answer = self.sent_late(aysel, reverse("my_profile"), {"name": "Aysel Quliyeva"})
        self.sign_in(aysel)

        assert answer["Location"].endswith(reverse("again"))
        assert "Aysel Quliyeva" in self.shown(aysel).content.decode()

    def test_are_kept_when_the_session_had_expired(self, aysel: Client) -> None:
        half_a_day = 12 * 3600 + 60
        with time_machine.travel(NOON + half_a_day, tick=False):
            answer = aysel.post(reverse("my_profile"), {"name": "Aysel Quliyeva"})
            aysel.force_login(worlds.citizen())

        assert answer["Location"].endswith(reverse("again"))
        assert "Aysel Quliyeva" in self.shown(aysel, half_a_day + 60).content.decode()

    def test_of_an_ended_session_are_not_for_somebody_else(self, aysel: Client) -> None:
        Session.objects.all().delete()
        self.sent_late(aysel, reverse("my_profile"), {"name": "Aysel Quliyeva"})
        self.sign_in(aysel, "elvin")

        assert self.shown(aysel)["Location"] == reverse("welcome")

    @pytest.mark.parametrize("mark", [None, "", "e" * 64])
    def test_are_not_kept_for_nobody_and_for_no_forged_mark(self, aysel: Client, mark: str | None) -> None:
        Session.objects.all().delete()
        if mark is None:
            del aysel.cookies["was"]
        else:
            aysel.cookies["was"] = mark
        answer = self.sent_late(aysel, reverse("my_profile"), {"name": "Aysel Quliyeva"})

        assert answer["Location"].endswith(f"?next={reverse('my_profile')}")
        assert not Session.objects.exists()

    def test_are_not_kept_after_signing_out(self, aysel: Client) -> None:
        at(60, aysel, "account_logout", "post")
        answer = self.sent_late(aysel, reverse("my_profile"), {"name": "Aysel Quliyeva"})

        assert answer["Location"].endswith(f"?next={reverse('my_profile')}")

    def test_that_are_secret_are_not_kept(self, aysel: Client) -> None:
        answer = self.sent_late(aysel, reverse("my_data_erase"), {"password": "correct horse battery"})

        assert answer["Location"].endswith(f"?next={reverse('my_data_erase')}")

    def test_are_marked_by_what_tells_nothing_and_no_script_reads(self, aysel: Client) -> None:
        cookie = aysel.cookies["was"]

        assert str(User.objects.get().pk) not in cookie.value
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["max-age"]


class TestForgedForms:
    """A form whose token is too old gives its words back; one from elsewhere learns and changes nothing."""

    OURS = {"Sec-Fetch-Site": "same-origin"}
    TYPED = {"name": "Aysel Quliyeva", "language": "en", "csrfmiddlewaretoken": "x" * 64}

    @pytest.fixture
    def strict(self) -> Client:
        client = Client(enforce_csrf_checks=True)
        client.force_login(worlds.citizen())
        client.get(reverse("my_profile"))
        return client

    def test_words_are_given_back_and_taken_with_a_fresh_token(self, strict: Client) -> None:
        refused = strict.post(reverse("my_profile"), self.TYPED, headers=self.OURS)
        page = refused.content.decode()
        form = page.partition(f'action="{reverse("my_profile")}"')[2].partition("</form>")[0]
        fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
        before = User.objects.get().name
        sent = strict.post(reverse("my_profile"), fields, headers=self.OURS)

        assert refused.status_code == 403
        assert ">Aysel Quliyeva<" in page
        assert "aysel@example.org" in page
        assert before != "Aysel Quliyeva"
        assert sent.status_code == 302
        assert User.objects.get().name == "Aysel Quliyeva"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://testserver"},
            {"Origin": "http://testserver", "Referer": "http://testserver/my/profile/"},
            {"Referer": "http://testserver/my/profile/"},
        ],
    )
    def test_old_browsers_that_tell_less_get_them_back_too(self, strict: Client, headers: dict[str, str]) -> None:
        refused = strict.post(reverse("my_profile"), self.TYPED, headers=headers)

        assert refused.status_code == 403
        assert ">Aysel Quliyeva<" in refused.content.decode()

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver", "Referer": "http://testserver/"},
            {"Sec-Fetch-Site": ""},
            {"Origin": "https://testserver"},
            {"Origin": "http://testserver:8000"},
            {"Origin": "http://testserver.evil.example"},
            {"Origin": "null", "Referer": "http://testserver/my/profile/"},
            {"Origin": "http://evil.example", "Referer": "http://testserver/my/profile/"},
            {"Referer": "http://evil.example/http://testserver/"},
            {"Referer": "//testserver/"},
        ],
    )
    def test_others_get_nothing_back(self, strict: Client, headers: dict[str, str]) -> None:
        refused = strict.post(reverse("my_profile"), self.TYPED, headers=headers)

        assert refused.status_code == 403
        assert "Aysel Quliyeva" not in refused.content.decode()

    def test_a_password_is_never_shown_again(self, strict: Client) -> None:
        for name in ("account_login", "my_data_erase"):
            typed = {"login": "aysel@example.org", "password": "correct horse", "sure": "on"}
            refused = strict.post(reverse(name), typed, headers=self.OURS)

            assert refused.status_code == 403
            assert "correct horse" not in refused.content.decode()
