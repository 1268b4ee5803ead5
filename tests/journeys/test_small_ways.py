"""Small ways on a phone: searching while one types, questions that appear, SMS, a way back, withdrawing, keys alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.people import NEXT, Visitor
from tests.journeys.test_acting import send_request
from tests.journeys.test_own_ways import press_until
from tests.journeys.test_pages import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]


@pytest.mark.parametrize(("language", "words"), [("en", "parkng"), ("fr", "stationement")])
def test_services_are_found_while_one_types(visitor: Open, language: str, words: str) -> None:
    page = visitor(width=390, language=language).page
    page.goto("/services/")
    expect(page.locator("#found a[href='/services/id-card-renewal/']").first).to_be_visible()
    page.locator("main input[name=q]").press_sequentially(words)

    expect(page.locator("#found a[href='/services/id-card-renewal/']")).to_have_count(0)
    expect(page.locator("#found a[href='/services/parking-permit/']").first).to_be_visible()
    expect(page).to_have_url(re.compile(f"q={words}"))


@pytest.mark.parametrize(("language", "script"), [("fr", False), ("ar", True)])
def test_services_are_found_by_agency_and_by_place(visitor: Open, language: str, script: bool) -> None:
    person = visitor(width=1280 if script else 390, language=language, java_script_enabled=script)
    page = person.page
    page.goto("/")
    page.locator("main a[href='/agencies/local-services/']").click()
    page.locator("main a[href='/services/parking-permit/']").first.click()
    ganja = page.locator("main a[href='/agencies/ganja/']").first.inner_text()
    here = page.locator("main .notice", has_text=ganja)
    expect(here).to_have_count(0)

    page.goto("/")
    page.locator("main a[href^='/place/']").first.click()
    page.locator("input[name=place][value=ganja]").check()
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile("/$"))
    expect(page.locator("main a[href^='/place/']").first).to_be_visible()
    page.goto("/services/")
    page.locator("main a[href$='?here=1']").click()
    page.locator("#found a[href='/services/parking-permit/']").first.click()
    expect(here).to_have_count(1)
    page.goto("/agencies/ganja/")
    assert_sound(person, f"agency-of-one-s-place-{language}")


def begin_a_report(person: Visitor) -> None:
    person.page.goto("/apply/pothole-report/")
    person.page.locator("input[name=office]").first.check()
    person.page.locator("main form button[type=submit]").last.click()


@pytest.mark.parametrize("language", ["en", "az"])
def test_a_question_appears_with_the_answer_that_needs_it_and_goes_again(visitor: Open, language: str) -> None:
    person = visitor(width=390, language=language)
    page = person.page
    begin_a_report(person)
    size, lamp = page.locator("input[name=size]").first, page.locator("input[name=lamp_number]")
    page.locator("input[name=category][value=pothole]").check()
    expect(size).to_be_visible()
    expect(lamp).to_be_hidden()
    page.locator("input[name=category][value=lamp]").check()
    expect(size).to_be_hidden()
    expect(lamp).to_be_visible()


@pytest.mark.parametrize(("language", "width"), [("fr", 390), ("ar", 1280)])
def test_without_scripts_a_press_brings_the_questions_that_an_answer_needs(
    visitor: Open, language: str, width: int
) -> None:
    person = visitor(width=width, language=language, java_script_enabled=False)
    page = person.page
    begin_a_report(person)
    size, lamp, words = (page.locator(f"[name={name}]") for name in ("size", "lamp_number", "description"))
    words.fill("Before the bakery")
    answer(person, "category", "pothole")
    size.first.check()
    assert_sound(person, f"question-appeared-{language}")
    answer(person, "category", "lamp")
    expect(size).to_have_count(0)
    lamp.fill("L-17")
    answer(person, "category", "pothole")
    expect(lamp).to_have_count(0)
    expect(size.first).to_be_checked()
    answer(person, "category", "lamp")
    expect(lamp).to_have_value("L-17")
    expect(words).to_have_value("Before the bakery")
    assert person.faults == []


def answer(person: Visitor, name: str, value: str) -> None:
    """Choose an answer and have the questions updated, as one does without scripts; no fault is told meanwhile."""
    person.page.locator(f"input[name={name}][value={value}]").check()
    with person.page.expect_navigation():
        person.page.locator("main button[name=do][value=show]").click()
    expect(person.page.locator("[data-error-summary]")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_back_and_forth_keeps_what_was_typed(visitor: Open, language: str) -> None:
    person = visitor(width=390, language=language)
    page = person.page
    begin_a_report(person)
    page.locator("input[name=category][value=tree]").check()
    page.locator("input[name=danger]").last.check()
    page.locator("main textarea").first.fill("Before the bakery")
    page.locator(NEXT).first.click()
    expect(page.locator("[data-place]")).to_be_visible()
    page.go_back()

    expect(page.locator("main textarea").first).to_have_value("Before the bakery")


@pytest.mark.parametrize(("language", "phone"), [("en", "+994505551122"), ("fr", "+994505551133")])
def test_an_sms_is_told_in_the_mailbox_and_the_request_withdrawn(visitor: Open, language: str, phone: str) -> None:
    aysel = visitor("aysel", width=390, language=language)
    page = aysel.page
    page.goto("/my/notices/ways/")
    page.locator("input[name=wants_sms]").check()
    page.locator("input[name=phone]").fill(phone)
    page.locator("main form button[type=submit]").first.click()
    request, reference = send_request(aysel)
    page.goto(request)
    aysel.wait_for_part("main a[href$='/papers/']")
    page.goto("/mailbox/")
    message = aysel.wait_for_part(f"main li:has-text('{phone}')")
    message.locator("a").click()
    aysel.sees(reference)

    page.goto(request)
    page.locator("main a[href$='/papers/']").click()
    assert_sound(aysel, f"papers-{language}")
    page.goto("/desk/")
    assert_sound(aysel, f"not-for-citizens-{language}")
    page.goto(request)
    page.locator("main a[href$='/withdraw/']").click()
    assert_sound(aysel, f"withdraw-{language}")
    page.locator("main form button.danger").click()
    expect(page.locator("main .tag.withdrawn").first).to_be_visible()
    expect(page.locator("main a[href$='/withdraw/']")).to_have_count(0)
    assert aysel.faults == []


@pytest.mark.parametrize(
    ("language", "wrong", "most"),
    [("en", "1 in \\d+ is refused", "9 of 10 by"), ("fr", "1 sur \\d+ est refusée", "9 sur 10 d’ici le")],
)
def test_a_report_is_sent_by_keys_alone(visitor: Open, language: str, wrong: str, most: str) -> None:
    person = visitor(width=390, language=language)
    page, keys = person.page, person.page.keyboard
    page.goto("/services/pothole-report/")
    expect(page.locator("main")).to_contain_text(re.compile(wrong))
    page.goto("/apply/pothole-report/")
    choose(person, "input[name=office]")
    press(person, "main form button[type=submit]")
    for name in ("category", "size", "danger"):
        choose(person, f"input[name={name}]")
    press(person, NEXT)
    press_until(person, "[data-place] input")
    keys.type("40.59")
    keys.press("Tab")
    keys.type("49.67")
    for _ in range(4):
        if page.locator("input[name=declared]").count():
            break
        press(person, NEXT)
    choose(person, "input[name=declared]")
    press(person, "main form:has(input[name=declared]) button[type=submit]")

    expect(page.locator(".confirmation")).to_be_visible()
    person.sees(most)
    assert person.faults == []


def test_what_is_too_much_is_told_in_words_with_the_way_back(visitor: Open) -> None:
    person = visitor(width=390, language="fr")
    page = person.page
    page.goto("/status/")
    page.evaluate("document.querySelector('input[name=code]').removeAttribute('maxlength')")
    page.evaluate("document.querySelector('input[name=code]').value = 'x'.repeat(3_000_000)")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.locator("main form button").first.click()
    assert answer.value.status == 413
    assert_sound(person, "too-much-fr")


def choose(person: Visitor, selector: str) -> None:
    press_until(person, selector)
    person.page.keyboard.press("Space")


def press(person: Visitor, selector: str) -> None:
    press_until(person, selector)
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
