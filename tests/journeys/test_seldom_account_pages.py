"""Pages of sign-in that few come to: of who has two keys, of who came by the provider of identities, of dead ends."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Visitor
from tests.journeys.test_account_pages import (
    LONG_PASSWORD,
    code_of,
    go_freshly,
    sign_in_at_provider,
    sign_up,
    submit,
    with_a_fingerprint_reader,
)
from tests.journeys.test_pages import LOOKS, assert_sound_and_narrow
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
DEAD_ENDS = {
    "inactive": "/account/inactive/",
    "provider-cancelled": "/account/3rdparty/login/cancelled/",
    "provider-error": "/account/3rdparty/login/error/",
}


@pytest.mark.parametrize("look", ["dark", "arabic"])
def test_dead_ends_and_a_first_password(visitor: Open, look: str) -> None:
    person = visitor(**LOOKS[look])
    page = person.page
    for title, path in DEAD_ENDS.items():
        page.goto(path)
        expect(page.locator("main a").first).to_be_visible()
        assert_sound_and_narrow(person, f"account-{title}-{look}")
    sign_in_at_provider(person, "leyla")
    page.wait_for_url(re.compile("/my/|/welcome/"))
    page.goto("/account/password/set/")
    page.locator("input[name=password1]").fill(LONG_PASSWORD)
    page.locator("input[name=password2]").fill("something else altogether")
    submit(person)
    expect(page.locator("#id_password2_error")).to_be_visible()
    assert_sound_and_narrow(person, f"account-set-password-{look}")
    assert person.faults == []


@pytest.mark.parametrize("look", ["dark", "arabic"])
def test_who_has_an_app_and_a_passkey(visitor: Open, walked: LivePortal, look: str) -> None:
    person = visitor(**LOOKS[look], base_url=walked.url.replace("127.0.0.1", "localhost"))
    page = person.page
    with_a_fingerprint_reader(person)
    sign_up(person, f"keys-{uuid4().hex[:8]}@example.org", look)
    go_freshly(person, "/account/2fa/totp/activate/", LONG_PASSWORD)
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("input[name=code]").fill(code_of(secret))
    with page.expect_navigation():
        submit(person)
    page.goto("/account/2fa/recovery-codes/generate/")
    assert_sound_and_narrow(person, f"account-recovery-codes-anew-{look}")
    page.goto("/account/2fa/reauthenticate/")
    page.locator("input[name=code]").fill("000000")
    submit(person)
    expect(page.locator("#id_code_error")).to_be_visible()
    assert_sound_and_narrow(person, f"account-code-again-{look}")

    page.goto("/account/2fa/webauthn/add/")
    page.locator("main form input[type=text]").fill("My phone")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/account/2fa/")
    page.goto("/account/2fa/webauthn/")
    page.locator("main a[href$='/edit/']").click()
    page.locator("main form input[type=text]").fill("")
    submit(person)
    assert_sound_and_narrow(person, f"account-passkey-name-{look}")
    assert person.faults == []
