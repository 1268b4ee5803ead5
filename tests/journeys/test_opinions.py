"""An official asks another agency on the spot, which answers: on phones, each in a language of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Visitor, paper
from tests.journeys.test_pages import assert_sound_and_narrow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
REGISTRARS = {"en": "Registrars", "az": "Qeydiyyatçılar"}


@pytest.mark.parametrize(
    ("asking", "asked", "unanswered"), [("en", "fr", "no answer yet"), ("az", "ar", "hələ cavab yoxdur")]
)
def test_another_agency_gives_its_opinion(
    visitor: Open, tmp_path: Path, asking: str, asked: str, unanswered: str
) -> None:
    aysel, bruno = visitor("aysel", width=390), visitor("bruno", width=390, language=asking)
    carla = visitor("carla", width=390, language=asked)
    reference = aysel.apply_for_parking("company_car", "10-BB-466", paper(tmp_path))
    aysel.follow("Follow your request")
    take(bruno, reference)

    ask(bruno, asking)
    bruno.sees(unanswered)
    assert_sound_and_narrow(bruno, f"opinion-asked-{asking}")
    aysel.wait_for("Another agency is asked for its opinion")
    assert_sound_and_narrow(aysel, f"opinion-asked-of-applicant-{asking}")

    answer(carla, reference, tmp_path, asked)
    bruno.wait_for("The company is registered.")
    assert_sound_and_narrow(bruno, f"opinion-came-{asking}")
    bruno.decide("approve")
    expect(bruno.page.locator("main [role=status]").first).to_be_visible()
    assert aysel.faults == bruno.faults == carla.faults == []


def take(bruno: Visitor, reference: str) -> None:
    bruno.page.goto("/desk/")
    row = bruno.wait_for_part(f"main tr:has([formaction$='/claim/']):has-text('{reference}')")
    row.locator("[formaction$='/claim/']").click()
    expect(bruno.page.locator("form[data-autosave]")).to_be_visible()


def ask(bruno: Visitor, language: str) -> None:
    page = bruno.page
    form = page.locator("form[action$='/consult/']")
    page.locator("details:has(form[action$='/consult/']) > summary").click()
    form.locator("button").click()
    assert_sound_and_narrow(bruno, f"consult-faults-{language}")
    form.locator("select[name=desk] option", has_text=REGISTRARS[language]).first.evaluate(
        "option => { option.selected = true }"
    )
    form.locator("textarea").fill("Is the company registered?")
    form.locator("input[name=answers][value=plate]").check()
    form.locator("input[name=papers]").first.check()
    form.locator("button").click()


def answer(carla: Visitor, reference: str, folder: Path, language: str) -> None:
    page = carla.page
    page.goto("/desk/")
    row = carla.wait_for_part(f"main tr:has-text('{reference}')")
    assert_sound_and_narrow(carla, f"desk-opinions-to-give-{language}")
    row.locator("a[href^='/desk/opinions/']").click()
    carla.sees("10-BB-466")
    with page.expect_download():
        page.locator("main li a[href*='/papers/']").click()
    page.locator("main form[enctype] button").click()
    assert_sound_and_narrow(carla, f"opinion-faults-{language}")
    page.locator("main textarea[name=words]").fill("The company is registered.")
    page.locator("main input[type=file]").set_input_files(paper(folder))
    page.locator("main form[enctype] button").click()
    page.wait_for_url("**/desk/")
    expect(page.locator("main [role=status]").first).to_be_visible()
    expect(page.locator(f"main tr:has-text('{reference}')")).to_have_count(0)
