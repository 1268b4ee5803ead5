"""What refuses or takes back: too often, too much, damaged, a document revoked, a session ended elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.people import Visitor
from tests.journeys.test_pages import assert_sound, assert_sound_and_narrow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
LANGUAGES = ["en", "fr", "ar"]


def answer_to(page: Page, press: Callable[[], Any]) -> int:
    """Press something; give the status of the answer."""
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        press()
    return answer.value.status


def send_often(page: Page, path: str, times: int, **typed: str) -> None:
    """Send a form as the browser would, faster than a person."""
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "csrf")
    for _ in range(times):
        page.request.post(path, form={"csrfmiddlewaretoken": token, **typed}, max_redirects=0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_many_tries_are_told_with_a_way_on(visitor: Open, language: str) -> None:
    person = visitor(width=390, language=language)
    page, address = person.page, f"nobody-{language}@example.org"
    page.goto("/account/password/reset/")
    send_often(page, "/account/password/reset/", 5, email=address)
    page.locator("main input[type=email]").fill(address)
    assert answer_to(page, page.locator("main form button[type=submit]").first.click) == 429
    assert_sound_and_narrow(person, f"refused-too-many-{language}")
    expect(page.locator("main a[href='/']")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_many_copies_are_told_with_a_way_back(visitor: Open, language: str) -> None:
    person = visitor("nigar", width=390, language=language)
    person.page.goto("/my/data/")
    button = person.page.locator("form[action$='/export/'] button")
    send_often(person.page, "/my/data/export/", 10)
    assert answer_to(person.page, button.click) == 429
    assert_sound_and_narrow(person, f"refused-copies-{language}")
    expect(person.page.locator("main a[href='/my/data/']")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_damaged_or_too_much_is_told(visitor: Open, language: str) -> None:
    person = visitor(width=390, language=language)
    page = person.page

    def damage(route: Route) -> None:
        route.continue_(headers={**route.request.headers, "content-type": "multipart/form-data"}, post_data=b"code=x")

    page.goto("/status/")
    page.route("**/status/", lambda route: damage(route) if route.request.method == "POST" else route.continue_())
    assert answer_to(page, page.locator("main form button").first.click) == 400
    assert_sound_and_narrow(person, f"refused-damaged-{language}")
    page.unroute("**/status/")
    page.goto("/status/")
    page.evaluate("document.querySelector('input[name=code]').removeAttribute('maxlength')")
    page.evaluate("document.querySelector('input[name=code]').value = 'x'.repeat(3_000_000)")
    assert answer_to(page, page.locator("main form button").first.click) == 413
    assert_sound_and_narrow(person, f"refused-too-much-{language}")


def test_a_document_is_revoked(visitor: Open) -> None:
    """Also in languages whose services' texts are in another: the page says in which."""
    aysel, bruno = visitor("aysel", width=390), visitor("bruno")
    reference = aysel.apply_for_parking("company_car", "10-BB-456")
    bruno.open_request(reference)
    bruno.wait_for_part("form[action$='/claim/'] button").click()
    bruno.decide("approve")
    bruno.wait_for("Record the payment")
    bruno.click("Record the payment")
    way = bruno.wait_for_part("a[href$='/revoke/']").get_attribute("href")
    for language in LANGUAGES:
        official = visitor("bruno", width=390, language=language)
        official.page.goto(way or "")
        assert_sound_and_narrow(official, f"revoke-{language}")
        assert answer_to(official.page, official.page.locator("main button.danger").click) == 422
        assert_sound_and_narrow(official, f"revoke-faults-{language}")
    bruno.page.goto(way or "")
    bruno.page.locator("textarea").fill("Issued for another car.")
    bruno.page.locator("main button.danger").click()
    assert_sound(bruno, "revoked")
    expect(bruno.page.locator("main")).to_contain_text("Issued for another car.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_session_on_another_device_is_ended(visitor: Open, language: str) -> None:
    here, phone = visitor("elvin", width=390, language=language), visitor("elvin", width=390)
    here.page.goto("/account/sessions/")
    assert_sound_and_narrow(here, f"sessions-{language}")
    here.page.locator("main td a[href^='/account/sessions/']").last.click()
    assert_sound_and_narrow(here, f"session-end-{language}")
    here.page.locator("main .buttons a").click()
    here.page.locator("main .buttons a[href$='/others/']").click()
    assert_sound_and_narrow(here, f"sessions-end-{language}")
    here.page.locator("main button.danger").click()
    expect(here.page.locator("main tbody tr")).to_have_count(1)
    phone.page.goto("/my/requests/")
    assert "/account/login/" in phone.page.url
    assert here.faults == phone.faults == []
