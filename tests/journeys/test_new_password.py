"""A forgotten password: the mailed link, two that differ, a new one, and the link once more."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Visitor
from tests.journeys.test_account_pages import sign_up, submit
from tests.journeys.test_pages import LOOKS, assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
NEW_PASSWORD = "another walk by the sea"


@pytest.mark.parametrize("look", LOOKS)
def test_a_new_password_by_a_mailed_link(visitor: Open, look: str) -> None:
    address = f"forgets-{uuid4().hex[:8]}@example.org"
    sign_up(visitor(**LOOKS[look]), address, f"forgets-{look}")
    person = visitor(**LOOKS[look])
    page = person.page
    page.goto("/account/password/reset/")
    page.locator("input[name=email]").fill(address)
    submit(person)
    link = mailed_link(person, address)

    page.goto(link)
    assert_sound(person, f"new-password-{look}")
    give(person, NEW_PASSWORD, "something else altogether")
    expect(page.locator("input[name=password1]")).to_be_visible()
    assert_sound(person, f"new-password-faults-{look}")
    give(person, NEW_PASSWORD, NEW_PASSWORD)
    expect(page.locator("input[name=password1]")).to_have_count(0)
    assert_sound(person, f"new-password-kept-{look}")
    page.goto(link)
    expect(page.locator("input[name=password1]")).to_have_count(0)
    assert_sound(person, f"new-password-link-used-{look}")

    page.goto("/account/login/")
    page.locator("input[name=login]").fill(address)
    page.locator("input[name=password]").fill(NEW_PASSWORD)
    submit(person)
    page.wait_for_url("**/my/**")
    assert person.faults == []


def give(person: Visitor, first: str, second: str) -> None:
    person.page.locator("input[name=password1]").fill(first)
    person.page.locator("input[name=password2]").fill(second)
    with person.page.expect_navigation():
        submit(person)


def mailed_link(person: Visitor, address: str) -> str:
    """Read the link in the latest letter to an address."""
    page = person.page
    page.goto("/mailbox/")
    page.locator("main li").filter(has_text=address).first.locator("a").click()
    return page.locator("main a[href*='/account/password/reset/key/']").first.get_attribute("href") or ""
