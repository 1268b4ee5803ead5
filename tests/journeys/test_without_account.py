"""Nobody signs in: a hole is told, asked about, answered, decided, rated and objected to; another is withdrawn."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.people import NEXT, Visitor, paper
from tests.journeys.test_pages import assert_sound_and_narrow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
LANGUAGES = pytest.mark.parametrize(("language", "script"), [("en", True), ("fr", False)], ids=["en", "fr-plain"])


def tell_of_a_hole(sender: Visitor) -> tuple[str, str]:
    """Send a report that a dispatcher has to read; give reference and code."""
    page = sender.page
    page.goto("/apply/pothole-report/")
    page.locator("input[name=office][value=sumgait-city-hall]").check()
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    page.locator("input[name=category][value=pothole]").check()
    if not page.locator("input[name=size]").count():
        page.locator(NEXT).click()  # without a script the next question comes with the next press
    page.locator("input[name=size][value=small]").check()
    page.locator("input[name=danger][value=no]").check()
    page.locator("[name=description]").fill("A hole.")
    page.locator(NEXT).click()
    page.locator("input[name='place.lat']").fill("40.59")
    page.locator("input[name='place.lon']").fill("49.67")
    page.locator(NEXT).click()
    page.locator(NEXT).click()
    sender.send()
    expect(page.locator(".confirmation")).to_be_visible()
    reference, *_between, code = page.locator("main .reference").all_inner_texts()
    return reference, code


def open_by_code(someone: Visitor, reference: str, code: str) -> None:
    page = someone.page
    page.goto("/status/")
    fill_in_code(someone, reference, code)
    page.wait_for_url(re.compile("/my/requests/[^/]+/$"))
    assert code not in page.url


def fill_in_code(someone: Visitor, reference: str, code: str) -> None:
    page = someone.page
    page.locator("input[name=reference]").fill(reference)
    page.locator("input[name=code]").fill(code)
    page.locator("main form:has(input[name=code]) button").click()


def ask(bruno: Visitor, reference: str) -> None:
    """Ask about the description, as a dispatcher who can't find the place would."""
    bruno.take(reference)
    bruno.page.locator("details:has(form[action$='/ask/']) > summary").click()
    bruno.page.locator("form[action$='/ask/'] textarea").fill("At which house?")
    bruno.page.locator("select[name=about]").select_option("field:description")
    bruno.page.locator("form[action$='/ask/'] button").last.click()
    bruno.sees("Waits for the applicant")


def object_to(sender: Visitor, look: str) -> None:
    """Write an objection; its sender is asked for a name."""
    page = sender.page
    page.locator("nav a[href^='/my/requests/']").click()
    page.locator("main a[href$='/objection/']").click()
    assert_sound_and_narrow(sender, f"nameless-object-{look}")
    page.locator("main form[method=post] .buttons button").click()
    page.locator("[name=grounds]").fill("Nobody reported it.")
    page.locator(NEXT).click()
    page.locator(NEXT).click()
    sender.send()
    assert_sound_and_narrow(sender, f"nameless-unnamed-{look}")
    page.locator("input[name=name]").fill("Sona")
    sender.send()
    expect(page.locator(".confirmation")).to_be_visible()


@LANGUAGES
def test_a_question_is_answered_the_decision_read_rated_and_objected_to(
    visitor: Open, language: str, script: bool, tmp_path: Path
) -> None:
    sender = visitor(width=390, language=language, java_script_enabled=script)
    bruno, page, look = visitor("bruno"), sender.page, f"{language}-{script}"
    reference, code = tell_of_a_hole(sender)
    assert_sound_and_narrow(sender, f"nameless-sent-{look}")
    ask(bruno, reference)

    open_by_code(sender, reference, code)
    sender.sees("At which house?")
    assert_sound_and_narrow(sender, f"nameless-asked-{look}")
    page.locator("[name=description]").fill("A hole before house 7.")
    page.locator("form[action$='/answer/'] input[type=file]").set_input_files(paper(tmp_path))
    page.locator("form[action$='/answer/'] button").last.click()
    expect(page.locator("main [role=status]")).to_be_visible()
    sender.sees("letter.png")
    assert_sound_and_narrow(sender, f"nameless-answered-{look}")

    bruno.open_request(reference)
    bruno.wait_for("A hole before house 7.")
    bruno.decide("known", "Reported last week.")
    sender.wait_for("Reported last week.")
    assert_sound_and_narrow(sender, f"nameless-decided-{look}")
    page.locator("form[action$='/rating/'] button[value='4']").click()
    page.locator("form:has(input[name=score]) textarea").fill("Quick.")
    page.locator("form:has(input[name=score]) button").last.click()
    assert_sound_and_narrow(sender, f"nameless-rated-{look}")
    expect(page.locator("form[action$='/rating/'] button[value='4']")).to_have_attribute("aria-pressed", "true")
    assert bruno.faults == []

    object_to(sender, look)
    page.locator("main .buttons a[href^='/my/requests/']").click()
    sender.sees(reference)
    assert_sound_and_narrow(sender, f"nameless-appeal-{look}")


@LANGUAGES
def test_a_request_is_withdrawn_after_a_message(visitor: Open, language: str, script: bool) -> None:
    sender, look = visitor(width=390, language=language, java_script_enabled=script), f"{language}-{script}"
    page = sender.page
    open_by_code(sender, *tell_of_a_hole(sender))
    own = page.url
    page.locator("details:has(form[action$='/messages/']) > summary").click()
    page.locator("form[action$='/messages/'] textarea").fill("The hole is gone.")
    page.locator("form[action$='/messages/'] button").dblclick()
    sender.wait_for("The hole is gone.")
    page.goto(own)
    expect(page.locator("#messages + ul > li", has_text="The hole is gone.")).to_have_count(1)

    page.locator("main a[href$='/withdraw/']").click()
    assert_sound_and_narrow(sender, f"nameless-withdraw-{look}")
    page.locator("main .buttons a").click()
    assert page.url == own
    page.locator("main a[href$='/withdraw/']").click()
    page.locator("main button.danger").click()
    assert_sound_and_narrow(sender, f"nameless-withdrawn-{look}")
    expect(page.locator("main a[href$='/withdraw/']")).to_have_count(0)

    page.goto("/status/")
    assert_sound_and_narrow(sender, f"nameless-held-{look}")
    page.locator("form[action='/status/end/'] button").click()
    expect(page.locator("main [role=status]")).to_be_visible()
    page.goto(own)
    assert "/my/requests/" not in page.url.partition("?")[0]
