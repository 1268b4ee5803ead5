"""Interrupted: the session ends in the middle of a form, a button is pressed twice."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.people import NEXT, PASSWORD, Visitor, in_a_week
from tests.journeys.test_pages import assert_sound
from tests.journeys.test_without_account import fill_in_code, open_by_code, tell_of_a_hole
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
IDLE_S = 8


@pytest.fixture(scope="module")
def hasty_portal(start_portal: Callable[..., LivePortal]) -> LivePortal:
    """Run a portal that signs people out after a few seconds."""
    return start_portal("hasty", IDLE_LIMIT_S=str(IDLE_S))


@pytest.fixture(params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def hasty(
    browser: Browser, hasty_portal: LivePortal, language: str, request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    """Give Nigar on a phone, at the hasty portal; with scripts unless the test says otherwise."""
    options = {"base_url": hasty_portal.url, "viewport": {"width": 390, "height": 900}, "locale": language}
    contexts = [
        browser.new_context(**options, java_script_enabled=on) for on in (getattr(request, "param", True), True)
    ]
    person = Visitor(*[context.new_page() for context in contexts])
    person.sign_in("nigar")
    yield person
    for context in contexts:
        context.close()


def test_a_session_that_ends_in_the_middle_takes_no_words_with_it(hasty: Visitor, language: str) -> None:
    page, city = hasty.page, {"en": "Şəki", "fr": "Quba"}[language]
    page.goto("/my/profile/")
    page.locator("input[name=city]").fill(city)
    page.wait_for_timeout((IDLE_S + 2) * 1000)
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    sign_in_again(hasty)
    expect(page.locator("main blockquote", has_text=city)).to_be_visible()
    assert_sound(hasty, f"again-{language}")
    page.locator("form[action='/my/profile/'] button").click()
    page.goto("/my/profile/")
    expect(page.locator("input[name=city]")).to_have_value(city)
    assert hasty.faults == []


def test_a_code_that_ends_in_the_middle_takes_no_words_with_it(
    browser: Browser, hasty_portal: LivePortal, language: str
) -> None:
    context = browser.new_context(base_url=hasty_portal.url, viewport={"width": 390, "height": 900}, locale=language)
    sender = Visitor(context.new_page())
    page, own = sender.page, tell_of_a_hole(sender)
    open_by_code(sender, *own)
    page.locator("details:has(form[action$='/messages/']) > summary").click()
    page.locator("form[action$='/messages/'] textarea").fill("The hole is gone.")
    page.wait_for_timeout((IDLE_S + 2) * 1000)
    page.locator("form[action$='/messages/'] button").click()
    page.wait_for_url("**/status/")
    assert_sound(sender, f"code-ended-{language}")
    fill_in_code(sender, *own)
    expect(page.locator("main blockquote")).to_have_text("The hole is gone.")
    page.locator("main form[action$='/messages/'] button").click()
    expect(page.locator("#messages + ul > li", has_text="The hole is gone.")).to_have_count(1)
    assert sender.faults == []
    context.close()


def sign_in_again(hasty: Visitor) -> None:
    hasty.page.locator("input[name=login]").fill("nigar@example.org")
    hasty.page.locator("input[name=password]").fill(PASSWORD)
    hasty.page.locator("main form button[type=submit]").first.click()


@pytest.mark.parametrize(("language", "hasty"), [("fr", False), ("ar", True)], indirect=True)
def test_a_session_that_ends_in_the_middle_of_an_application_takes_no_words_with_it(
    hasty: Visitor, language: str
) -> None:
    page = hasty.page
    page.goto("/apply/parking-permit/")
    page.locator("input[name=office][value=sumgait-city-hall]").check()
    page.locator("main form button[type=submit]").last.click()
    form = page.url
    page.wait_for_timeout((IDLE_S + 2) * 1000)
    page.locator("input[name=plate]").fill("10-NG-777")
    page.locator("input[name=vehicle_relation][value=owner]").check()
    page.locator(NEXT).click()
    sign_in_again(hasty)
    expect(page.locator("main blockquote", has_text="10-NG-777")).to_be_visible()
    assert_sound(hasty, f"again-application-{language}")
    page.locator(f"form[action='{urlsplit(form).path}'] button").click()
    expect(page.locator("input[name=zone]").first).to_be_visible()
    page.goto(form)
    expect(page.locator("input[name=plate]")).to_have_value("10-NG-777")
    assert hasty.faults == []


def test_a_warning_comes_before_the_end_and_one_press_goes_on(hasty: Visitor, language: str) -> None:
    page = hasty.page
    page.goto("/my/profile/")
    warning = page.locator("[data-session-end]")
    expect(warning).to_be_hidden()
    expect(warning).to_be_visible(timeout=IDLE_S * 1000)
    assert_sound(hasty, f"session-end-{language}")
    with page.expect_response("**/still-here/") as answer:
        warning.get_by_role("button").click()
    assert answer.value.ok
    expect(warning).to_be_hidden()


@pytest.mark.parametrize(("language", "script"), [("en", True), ("fr", False)])
def test_a_button_pressed_twice_sends_one_request(visitor: Open, language: str, script: bool) -> None:
    person = visitor("aysel", width=390, language=language, java_script_enabled=script)
    page = person.page
    page.goto("/my/requests/")
    before = page.locator("main tbody tr").count()
    page.goto("/apply/parking-permit/")
    page.locator("input[name=office][value=sumgait-city-hall]").check()
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    page.locator("input[name=plate]").fill("10-AB-123")
    page.locator("input[name=vehicle_relation][value=owner]").check()
    page.locator("main button[name=do][value=next]:not([aria-hidden])").click()
    page.locator("input[name=zone][value=a]").check()
    page.locator("input[name=start]").fill(in_a_week())
    page.locator("main button[name=do][value=next]:not([aria-hidden])").click()
    page.locator("input[name=declared]").check()
    page.locator("main form:has(input[name=declared]) button").first.dblclick()
    expect(page.locator(".confirmation, .reference").first).to_be_visible()
    page.goto("/my/requests/")
    expect(page.locator("main tbody tr")).to_have_count(before + 1)
    assert person.faults == []
