"""Signing in on a phone by a mailed code, by an authenticator app, and by a recovery code where the app is lost."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Visitor
from tests.journeys.test_account_pages import LONG_PASSWORD, code_of, go_freshly, mailed_code, sign_up, submit
from tests.journeys.test_pages import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
SIGNED_IN = re.compile("/my/|/welcome/")
SECOND_FACTOR = re.compile("/account/2fa/authenticate/")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_by_a_mailed_code_an_app_and_a_recovery_code(visitor: Open, language: str) -> None:
    person = visitor(width=390, language=language)
    address = f"codes-{uuid4().hex[:8]}@example.org"
    sign_up(person, address, f"codes-{language}")

    sign_out(person)
    ask_for_code(person, address, language)
    give_code(person, "AAAA-AAAA")
    assert_sound(person, f"sign-in-code-wrong-{language}")
    assert_signed_out(person)
    person.page.goto("/account/login/code/")  # leads to where the code that was mailed is asked for
    give_code(person, mailed_code(person, address))
    person.page.wait_for_url(SIGNED_IN)

    secret, recovery = switch_on_the_app(person)
    sign_out(person)
    give_password(person, address)
    assert_sound(person, f"sign-in-app-{language}")
    give_code(person, "000000")
    assert_sound(person, f"sign-in-app-wrong-{language}")
    assert_signed_out(person)
    give_code(person, code_of(secret))
    person.page.wait_for_url(SIGNED_IN)

    sign_out(person)
    give_password(person, address)
    give_code(person, recovery)
    person.page.wait_for_url(SIGNED_IN)
    sign_out(person)
    give_password(person, address)
    give_code(person, recovery)
    assert_sound(person, f"sign-in-recovery-used-{language}")
    assert_signed_out(person)
    assert person.faults == []


def sign_out(person: Visitor) -> None:
    person.page.goto("/account/logout/")
    submit(person)
    assert_signed_out(person)


def assert_signed_out(person: Visitor) -> None:
    """Prove that what is personal isn't shown; who is half signed in comes back to the code that is asked for."""
    person.page.goto("/my/requests/")
    expect(person.page).to_have_url(re.compile("/account/(login|2fa/authenticate)/"))


def ask_for_code(person: Visitor, address: str, language: str) -> None:
    person.page.goto("/account/login/code/")
    person.page.locator("input[name=email]").fill(address)
    submit(person)
    expect(person.page.locator("input[name=code]")).to_be_visible()
    assert_sound(person, f"sign-in-code-{language}")


def give_password(person: Visitor, address: str) -> None:
    """Sign in with the password, which leads to the second factor and no further."""
    person.page.goto("/account/login/")
    person.page.locator("input[name=login]").fill(address)
    person.page.locator("input[name=password]").fill(LONG_PASSWORD)
    submit(person)
    expect(person.page).to_have_url(SECOND_FACTOR)


def give_code(person: Visitor, code: str) -> None:
    with person.page.expect_navigation():
        person.page.locator("input[name=code]").fill(code)
        submit(person)


def switch_on_the_app(person: Visitor) -> tuple[str, str]:
    """Add an authenticator app; give its secret and a recovery code."""
    page = person.page
    go_freshly(person, "/account/2fa/totp/activate/", LONG_PASSWORD)
    secret = page.locator("#authenticator_secret").input_value()
    give_code(person, code_of(secret))
    go_freshly(person, "/account/2fa/recovery-codes/", LONG_PASSWORD)
    return secret, page.locator("#recovery_codes").input_value().split()[0]
