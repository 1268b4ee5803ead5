"""Pages of sign-in and security: the same rules as for all other pages."""

import re
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import psycopg
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import expect

from tests.journeys.people import PASSWORD, Visitor
from tests.journeys.test_pages import LOOKS, assert_sound
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]

HALF_MINUTE_S = 30
TIME_TO_TYPE_S = 8
LONG_PASSWORD = "a long walk by the sea"
SIGNED_OUT = {
    "sign-in": "/account/login/",
    "sign-in-by-code": "/account/login/code/",
    "sign-up": "/account/signup/",
    "password-forgotten": "/account/password/reset/",
    "password-mailed": "/account/password/reset/done/",
}
SIGNED_IN = {
    "password": "/account/password/change/",
    "e-mail": "/account/email/",
    "second-factor": "/account/2fa/",
    "sign-out": "/account/logout/",
}
FRESHLY_SIGNED_IN = {
    "authenticator": "/account/2fa/totp/activate/",
    "passkeys": "/account/2fa/webauthn/",
    "new-passkey": "/account/2fa/webauthn/add/",
}


@pytest.mark.parametrize("look", LOOKS)
def test_signed_out(visitor: Open, look: str) -> None:
    person = visitor(**LOOKS[look])
    for title, path in SIGNED_OUT.items():
        person.page.goto(path)
        assert_sound(person, f"account-{title}-{look}")
    person.page.goto("/account/login/")
    person.page.locator("input[name=login]").fill(f"nobody-{look}@example.org")  # a person would be locked out
    person.page.locator("input[name=password]").fill("not this one")
    person.page.locator("main form button[type=submit]").first.click()
    assert_sound(person, f"account-sign-in-faults-{look}")


@pytest.mark.parametrize("look", LOOKS)
def test_signed_in(visitor: Open, look: str) -> None:
    person = visitor("nigar", **LOOKS[look])
    for title, path in SIGNED_IN.items():
        person.page.goto(path)
        assert_sound(person, f"account-{title}-{look}")
    person.page.goto(FRESHLY_SIGNED_IN["authenticator"])
    expect(person.page).to_have_url(re.compile("/account/reauthenticate/"))
    assert_sound(person, f"account-password-again-{look}")
    for title, path in FRESHLY_SIGNED_IN.items():
        go_freshly(person, path, PASSWORD)
        assert_sound(person, f"account-{title}-{look}")


@pytest.mark.parametrize("look", ["phone", "arabic"])
def test_a_new_account_with_a_second_factor(visitor: Open, look: str) -> None:
    person = visitor(**LOOKS[look])
    sign_up(person, f"new-{uuid4().hex[:8]}@example.org", look)
    page = person.page
    go_freshly(person, "/account/2fa/totp/activate/", LONG_PASSWORD)
    assert_sound(person, f"account-authenticator-new-{look}")
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("input[name=code]").fill("000000")
    submit(person)
    assert_sound(person, f"account-wrong-code-{look}")
    page.locator("input[name=code]").fill(code_of(secret))
    submit(person)
    assert_sound(person, f"account-recovery-codes-{look}")
    page.goto("/account/2fa/")
    assert_sound(person, f"account-second-factor-on-{look}")
    page.goto("/account/2fa/totp/deactivate/")
    assert_sound(person, f"account-second-factor-off-{look}")


@pytest.fixture
def no_factors_left(walked: LivePortal) -> Iterator[None]:
    """Forget every second factor at the end, so that a journey that breaks off locks nobody out of the next."""
    yield
    with psycopg.connect(walked.database_url) as connection:
        connection.execute("DELETE FROM mfa_authenticator")


@pytest.mark.usefixtures("no_factors_left")
@pytest.mark.parametrize(("language", "name"), [("en", "orkhan"), ("ar", "elvin")])
def test_a_passkey(visitor: Open, walked: LivePortal, language: str, name: str) -> None:
    person = visitor(width=390, language=language, base_url=walked.url.replace("127.0.0.1", "localhost"))
    page = person.page
    with_a_fingerprint_reader(person)
    person.sign_in(name)
    go_freshly(person, "/account/2fa/webauthn/add/", PASSWORD)
    page.locator("main form input[type=text]").fill("My phone")
    page.locator("main form input[type=checkbox]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(re.compile("/account/2fa/recovery-codes|/account/2fa/webauthn/(?!add)"))
    page.goto("/account/2fa/webauthn/")
    person.sees("My phone")
    assert_sound(person, f"account-passkeys-one-{language}")
    sign_out(person)
    page.goto("/account/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url(re.compile("/my/|/welcome/"))
    page.goto("/my/profile/")
    expect(page.locator("main input[name=city]")).to_be_visible()
    take_passkey_away(person, language)
    sign_out(person)
    person.sign_in(name)
    page.goto("/my/profile/")
    expect(page.locator("main input[name=city]")).to_be_visible()
    assert person.faults == []


def take_passkey_away(person: Visitor, language: str) -> None:
    """Remove the only passkey; who signed in with it is asked for the password once more before the page comes."""
    page = person.page
    page.goto("/account/2fa/webauthn/")
    go_freshly(person, page.locator("main a[href*='/remove/']").get_attribute("href") or "", PASSWORD)
    page.wait_for_url("**/remove/")
    assert_sound(person, f"account-passkey-removal-{language}")
    submit(person)
    page.wait_for_url("**/account/2fa/webauthn/")
    expect(page.locator("main a[href*='/remove/']")).to_have_count(0)


def sign_out(person: Visitor) -> None:
    person.page.goto("/account/logout/")
    with person.page.expect_navigation():
        submit(person)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_program_that_acts_for_me(visitor: Open, walked: LivePortal, language: str) -> None:
    person = visitor("aysel", width=390, language=language)
    page, looks_in = person.page, f"{walked.url}/api/requests/"
    page.goto("/my/programs/")
    assert_sound(person, f"programs-none-{language}")
    page.locator("main form input[name=name]").fill("Firm")
    page.locator("main form input[name=scopes][value='requests:read']").check()
    submit(person)
    page.locator("input[name=password]").fill(PASSWORD)
    submit(person)
    secret = page.locator("#id_secret").input_value()
    assert_sound(person, f"programs-made-{language}")
    bearer = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(looks_in, headers=bearer).status_code == 200
    page.goto("/my/programs/")
    person.sees("Firm")
    page.locator("main a[href$='/renewal/']").first.click()
    assert_sound(person, f"programs-renewal-{language}")
    page.go_back()
    page.locator("main a[href$='/end/']").first.click()
    assert_sound(person, f"programs-end-{language}")
    page.locator("main form button").first.click()
    expect(page.locator("main a[href$='/end/']")).to_have_count(0)
    assert httpx.get(looks_in, headers=bearer).status_code == 401


def with_a_fingerprint_reader(person: Visitor) -> None:
    devices = person.page.context.new_cdp_session(person.page)
    devices.send("WebAuthn.enable")
    abilities = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**abilities, "isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def go_freshly(person: Visitor, path: str, password: str) -> None:
    """Go to a page that wants the password again, and give it where it is asked for."""
    person.page.goto(path)
    if "reauthenticate" in person.page.url:
        person.page.locator("input[name=password]").fill(password)
        submit(person)


def sign_up(person: Visitor, address: str, look: str) -> None:
    """Make an account and confirm its address by the code in the mailbox."""
    page = person.page
    page.goto("/account/signup/")
    page.locator("input[name=email]").fill(address)
    for name in ("password1", "password2"):
        page.locator(f"input[name={name}]").fill(LONG_PASSWORD)
    submit(person)
    assert_sound(person, f"account-confirm-address-{look}")
    page.locator("input[name=code]").fill(mailed_code(person, address))
    submit(person)
    page.wait_for_url(re.compile("/my/|/welcome/"))


def mailed_code(person: Visitor, address: str) -> str:
    """Read the code in the latest letter to an address."""
    page = person.page.context.new_page()
    page.goto("/mailbox/")
    page.locator("main li, main tr").filter(has_text=address).first.locator("a").click()
    found = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", page.locator("main").inner_text())
    page.close()
    assert found
    return found.group()


def submit(person: Visitor) -> None:
    person.page.locator("main form button[type=submit]").first.click()


def code_of(secret: str) -> str:
    """Give what an authenticator shows now; shortly before it shows another one, give that one."""
    if (rest := HALF_MINUTE_S - time.time() % HALF_MINUTE_S) < TIME_TO_TYPE_S:
        time.sleep(rest)
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_signing_in_with_the_provider_of_identities(visitor: Open, language: str) -> None:
    person = visitor(width=390, language=language)
    page = person.page
    sign_in_at_provider(person, "leyla")
    page.wait_for_url(re.compile("/my/|/welcome/|/account/"))
    assert_sound(person, f"account-from-provider-{language}")
    page.goto("/account/3rdparty/")
    expect(page.locator("main input[name=account]")).to_have_count(1)
    person.sees("Government ID")
    assert_sound(person, f"account-connections-{language}")
    page.goto("/account/sessions/")
    assert_sound(person, f"account-sessions-{language}")


@pytest.mark.parametrize(("language", "script"), [("fr", False), ("ar", True)])
def test_the_provider_of_identities_is_linked_to_an_account_and_taken_away(
    visitor: Open, language: str, script: bool
) -> None:
    person = visitor(width=390, language=language, java_script_enabled=script)
    page, known = person.page, f"link-{uuid4().hex[:8]}"
    sign_up(person, f"{known}@example.org", f"link-{language}")
    link_provider(person, known)
    expect(page.locator("main input[name=account]")).to_have_count(1)
    assert_sound(person, f"account-linked-{language}")
    sign_out(person)
    sign_in_at_provider(person, known)
    page.wait_for_url(re.compile("/my/|/welcome/"))
    page.goto("/account/email/")
    person.sees(f"{known}@example.org")

    page.goto("/account/3rdparty/")
    page.locator("main input[name=account]").check()
    page.locator("main form:has(input[name=account]) button").click()
    expect(page.locator("main input[name=account]")).to_have_count(0)
    assert_sound(person, f"account-linked-no-more-{language}")
    assert person.faults == []


def link_provider(person: Visitor, name: str) -> None:
    """Add the provider of identities to the account that is signed in."""
    person.page.goto("/account/3rdparty/")
    go_to_provider(person)
    give_name(person, name)
    person.page.wait_for_url("**/account/3rdparty/")


def sign_in_at_provider(person: Visitor, name: str) -> None:
    person.page.goto("/account/login/")
    go_to_provider(person)
    give_name(person, name)


def go_to_provider(person: Visitor) -> None:
    person.page.locator("main").get_by_text("Government ID").first.click()
    submit(person)


def give_name(person: Visitor, name: str) -> None:
    person.page.locator("input[name=sub]").first.fill(name)
    person.page.locator("button[type=submit]").first.click()
