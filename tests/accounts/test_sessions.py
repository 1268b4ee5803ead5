"""Sessions end when they should: by the person, with a lost factor or password, and an official's each day."""

from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.ledger.models import Event
from services.ledger.queries import broken_links
from tests import worlds
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_signing_in import give_code, give_password, is_signed_in

pytestmark = pytest.mark.django_db
NOON, HOUR = 1_800_000_000, 3600
FIREFOX, SAFARI = "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", "Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1"


@pytest.fixture
def here(aysel: User) -> Client:
    return signed_in(FIREFOX)


@pytest.fixture
def there(here: Client) -> Client:
    return signed_in(SAFARI)


def signed_in(browser: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": browser})
    give_password(client)
    assert is_signed_in(client)
    return client


def signed_in_with(code: str) -> Client:
    client = Client()
    give_password(client)
    give_code(client, code)
    assert is_signed_in(client)
    return client


def key_of(client: Client) -> int:
    return UserSession.objects.get(session_key=client.session.session_key).pk


def on_record() -> list[tuple[str, Any]]:
    assert not list(broken_links())
    return [(event.actor, event.facts) for event in Event.objects.filter(kind="sessions_ended").order_by("seq")]


class TestEndingOne:
    def test_is_asked_first_with_a_way_back(self, here: Client, there: Client) -> None:
        page = here.get(reverse("other_session", args=[key_of(there)])).content.decode()

        assert "Safari, iPhone" in page
        assert f'href="{reverse("usersessions_list")}"' in page
        assert is_signed_in(there)
        assert on_record() == []

    def test_signs_out_there_and_nowhere_else(self, here: Client, there: Client, aysel: User) -> None:
        third = signed_in()
        answer = here.post(reverse("other_session", args=[key_of(there)]), follow=True)

        assert "Signed out there: Safari, iPhone." in answer.content.decode()
        assert not is_signed_in(there)
        assert is_signed_in(here)
        assert is_signed_in(third)
        assert on_record() == [(f"citizen:{aysel.pk}", {"count": 1})]

    def test_of_somebody_else_is_not_there(self, here: Client) -> None:
        stranger = Client()
        stranger.force_login(worlds.citizen("elvin"))
        address = reverse("other_session", args=[key_of(here)])

        assert stranger.get(address).status_code == stranger.post(address).status_code == 404
        assert is_signed_in(here)

    def test_of_this_one_is_signing_out(self, here: Client) -> None:
        answer = here.post(reverse("other_session", args=[key_of(here)]))

        assert answer["Location"] == reverse("account_logout")
        assert is_signed_in(here)


class TestEndingTheOthers:
    def test_is_asked_first_and_then_done_on_record(self, here: Client, there: Client, aysel: User) -> None:
        third = signed_in()
        assert "2 other places" in here.get(reverse("other_sessions")).content.decode()
        assert is_signed_in(there)
        here.post(reverse("usersessions_list"))

        assert is_signed_in(here)
        assert not is_signed_in(there)
        assert not is_signed_in(third)
        assert on_record() == [(f"citizen:{aysel.pk}", {"count": 2})]

    def test_leaves_other_people_alone(self, here: Client) -> None:
        stranger = Client()
        stranger.force_login(worlds.citizen("elvin"))
        here.post(reverse("usersessions_list"))

        assert is_signed_in(stranger)
        assert on_record() == []

    def test_signed_out_its_old_cookie_opens_nothing(self, here: Client) -> None:
        cookie = here.cookies["session"].value
        here.post(reverse("account_logout"))
        here.cookies["session"] = cookie

        assert not is_signed_in(here)


class TestALostFactor:
    def test_ends_every_session(self, here: Client, there: Client, aysel: User) -> None:
        TOTP.activate(aysel, generate_totp_secret())
        call_command("forget_second_factor", aysel.email, why="Came with a card.", verbosity=0)

        assert not is_signed_in(here)
        assert not is_signed_in(there)
        assert on_record() == [("system", {"count": 2})]
        assert "signed you out everywhere" in mail.outbox[0].body

    @pytest.mark.parametrize("kind", [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    def test_taken_away_by_the_person_ends_the_others(self, aysel: User, kind: str) -> None:
        TOTP.activate(aysel, generate_totp_secret())
        key = Authenticator.objects.create(user=aysel, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone"})
        here, there = (signed_in_with(code) for code in RecoveryCodes.activate(aysel).generate_codes()[:2])
        ways = {"totp": reverse("mfa_deactivate_totp"), "webauthn": reverse("mfa_remove_webauthn", args=[key.pk])}
        here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        answer = here.post(ways[kind], follow=True)

        assert "You were signed out everywhere else." in answer.content.decode()
        assert not Authenticator.objects.filter(type=kind).exists()
        assert is_signed_in(here)
        assert not is_signed_in(there)
        assert on_record() == [(f"citizen:{aysel.pk}", {"count": 1})]


class TestAChangedPassword:
    NEW = "a long walk by the sea"

    def test_ends_the_others(self, here: Client, there: Client) -> None:
        typed = {"oldpassword": PASSWORD, "password1": self.NEW, "password2": self.NEW}
        assert here.post(reverse("account_change_password"), typed).status_code == 302

        assert is_signed_in(here)
        assert not is_signed_in(there)

    def test_after_it_was_forgotten_ends_all(self, here: Client, there: Client) -> None:
        visitor = Client()
        visitor.post(reverse("account_reset_password"), {"email": "aysel@example.org"})
        link = next(word for word in str(mail.outbox[-1].body).split() if "/password/reset/key/" in word)
        form = visitor.get(link, follow=True).redirect_chain[-1][0]
        visitor.post(form, {"password1": self.NEW, "password2": self.NEW})

        assert User.objects.get().check_password(self.NEW)
        assert not is_signed_in(here)
        assert not is_signed_in(there)


class TestTheLongest:
    """An official signs in anew each half day, whatever was done meanwhile; a citizen who stays may stay."""

    @pytest.fixture
    def bruno(self) -> Client:
        worlds.build_agencies("north")
        user = worlds.clerk("bruno")
        user.set_password(PASSWORD)
        user.save()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        client = Client()
        with time_machine.travel(NOON, tick=False):
            client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        return client

    def stay(self, client: Client, page: str, seconds: int) -> Any:
        """Visit each 25 minutes until a moment, and then; give the last answer."""
        for passed in (*range(1500, seconds, 1500), seconds):
            answer = self.at(passed, client, page)
        return answer

    def at(self, passed: int, client: Client, page: str) -> Any:
        with time_machine.travel(NOON + passed, tick=False):
            return client.get(reverse(page))

    def test_counts_from_the_sign_in(self, bruno: Client) -> None:
        assert self.stay(bruno, "desk", 12 * HOUR).status_code == 200
        answer = self.at(12 * HOUR + 1, bruno, "desk")

        assert answer["Location"].startswith(reverse("account_login"))
        with time_machine.travel(NOON + 12 * HOUR + 2, tick=False):
            assert "too long ago" in bruno.get(answer["Location"]).content.decode()

    def test_is_not_put_off_by_the_button(self, bruno: Client) -> None:
        for passed in range(1500, 12 * HOUR, 1500):
            with time_machine.travel(NOON + passed, tick=False):
                bruno.post(reverse("still_here"))

        assert self.at(12 * HOUR + 1, bruno, "desk").status_code == 302

    def test_begins_anew_with_a_sign_in(self, bruno: Client) -> None:
        self.stay(bruno, "desk", 12 * HOUR + 1)
        with time_machine.travel(NOON + 12 * HOUR + 60, tick=False):
            bruno.post(reverse("account_login"), {"login": User.objects.get().email, "password": PASSWORD})
            assert bruno.get(reverse("desk")).status_code == 200

    def test_is_the_officials_alone(self, aysel: User) -> None:
        client = Client()
        with time_machine.travel(NOON, tick=False):
            give_password(client)

        assert self.stay(client, "my_requests", 13 * HOUR).status_code == 200

    def test_without_the_guard_there_is_no_end(self, bruno: Client, settings: Any) -> None:
        settings.SESSION_LIMIT_STAFF_S = 10**9

        assert self.stay(bruno, "desk", 13 * HOUR).status_code == 200
