"""Every way to sign in opens what it should and no more: second factors, codes used once, sessions ended."""

import json
import re

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.core import mail
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def give_password(client: Client, password: str = PASSWORD) -> str:
    """Sign in with a password; give the address that it leads to."""
    answer = client.post(reverse("account_login"), {"login": "aysel@example.org", "password": password})
    return answer.headers.get("Location", "")


def give_code(client: Client, code: str) -> int:
    return client.post(reverse("mfa_authenticate"), {"code": code}).status_code


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("my_requests")).status_code == 200


def code_now(secret: str) -> str:
    """Give what an authenticator app shows in this moment."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


class TestPassword:
    def test_opens_the_account(self, aysel: User, client: Client) -> None:
        assert not is_signed_in(client)
        assert give_password(client) == reverse("welcome")
        assert is_signed_in(client)

    def test_a_wrong_one_does_not_and_is_told_at_the_form(self, aysel: User, client: Client) -> None:
        answer = client.post(reverse("account_login"), {"login": aysel.email, "password": "open-the-door"})

        assert answer.status_code == 422
        assert "don’t belong together" in answer.content.decode()
        assert 'value="aysel@example.org"' in answer.content.decode()
        assert not is_signed_in(client)


class TestSecondFactor:
    def test_the_password_alone_opens_nothing(self, aysel: User, client: Client) -> None:
        TOTP.activate(aysel, generate_totp_secret())

        assert give_password(client) == reverse("mfa_authenticate")
        assert not is_signed_in(client)

    @time_machine.travel(1_800_000_000, tick=False)  # so that the code's half minute doesn't end meanwhile
    def test_an_app_s_code_opens_the_account_and_no_second_time(self, aysel: User, client: Client) -> None:
        secret = generate_totp_secret()
        TOTP.activate(aysel, secret)
        give_password(client)
        code = code_now(secret)
        wrong = format_hotp_value((int(code) + 1) % 1_000_000)

        assert give_code(client, wrong) == 422
        assert not is_signed_in(client)
        assert give_code(client, code) == 302
        assert is_signed_in(client)
        give_password(other := Client())
        assert give_code(other, code) == 422
        assert not is_signed_in(other)

    def test_a_recovery_code_works_once(self, aysel: User, client: Client) -> None:
        TOTP.activate(aysel, generate_totp_secret())
        first, second, *_ = RecoveryCodes.activate(aysel).generate_codes()
        give_password(client)

        assert give_code(client, first) == 302
        assert is_signed_in(client)
        give_password(other := Client())
        assert give_code(other, first) == 422
        assert not is_signed_in(other)
        assert give_code(other, second) == 302
        assert is_signed_in(other)

    def test_a_code_by_e_mail_does_not_replace_it(self, aysel: User, client: Client) -> None:
        TOTP.activate(aysel, generate_totp_secret())
        answer = give_mailed(client, ask_for_code(client))

        assert answer == reverse("mfa_authenticate")
        assert not is_signed_in(client)


def ask_for_code(client: Client) -> str:
    """Ask for a code to sign in with; give the one that the letter names."""
    client.post(reverse("account_request_login_code"), {"email": "aysel@example.org"})
    (letter,) = mail.outbox
    assert letter.to == ["aysel@example.org"]
    found = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", str(letter.body), re.MULTILINE)
    assert found, letter.body
    return found[1]


def give_mailed(client: Client, code: str) -> str:
    return client.post(reverse("account_confirm_login_code"), {"code": code}).headers.get("Location", "")


class TestCodeByMail:
    def test_opens_the_account_and_no_second_time(self, aysel: User, client: Client) -> None:
        code = ask_for_code(client)

        assert not is_signed_in(client)
        assert give_mailed(client, code) == reverse("welcome")
        assert is_signed_in(client)
        give_mailed(other := Client(), code)
        assert not is_signed_in(other)

    def test_another_code_opens_nothing(self, aysel: User, client: Client) -> None:
        code = ask_for_code(client)

        assert give_mailed(client, code[::-1]) == ""
        assert not is_signed_in(client)

    def test_who_has_no_account_is_answered_alike(self, aysel: User, client: Client) -> None:
        known, unknown = (
            Client().post(reverse("account_request_login_code"), {"email": address})
            for address in (aysel.email, "nobody@example.org")
        )

        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("new@ex\u0430mple.org", "alphabets that look alike"),
        ("new@exa\u200bmple.org", "Write an e-mail address like name@example.org."),
        ("new@exam\u00adple.org", "Write an e-mail address like name@example.org."),
    ],
)
def test_nobody_joins_under_an_address_that_only_looks_like_one(client: Client, address: str, words: str) -> None:
    answer = client.post(reverse("account_signup"), {"email": address, "password1": PASSWORD, "password2": PASSWORD})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert address in answer.content.decode()
    assert not User.objects.filter(email=address).exists()


class TestAKeysAnswer:
    def test_is_read_as_the_data_that_it_is(self) -> None:
        answer = {"id": "of a key", "response": {"type": "public-key"}}

        assert AddWebAuthnForm.base_fields["credential"].clean(json.dumps(answer)) == answer

    @pytest.mark.parametrize(
        "answer", [{}, [], "x", 7, {"id": "a"}, {"id": "a", "rawId": "a", "type": "public-key", "response": {}}]
    )
    def test_that_no_key_gives_is_refused_in_words(self, client: Client, answer: object) -> None:
        client.get(reverse("mfa_login_webauthn"))

        said = client.post(reverse("mfa_login_webauthn"), {"credential": json.dumps(answer)}, follow=True)

        assert said.status_code < 500
        assert not is_signed_in(client)

    def test_that_no_key_gives_adds_none(self, client: Client, aysel: User) -> None:
        give_password(client)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        client.get(reverse("mfa_add_webauthn"))

        said = client.post(reverse("mfa_add_webauthn"), {"name": "Key", "credential": json.dumps({"id": "a"})})

        assert said.status_code in (200, 422)
        assert not aysel.authenticator_set.exists()
