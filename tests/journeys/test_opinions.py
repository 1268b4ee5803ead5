"""An official asks another agency on the spot, which answers: on phones, the asked one in French."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Visitor, paper
from tests.journeys.test_pages import assert_sound_and_narrow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]


def test_another_agency_gives_its_opinion(visitor: Open, tmp_path: Path) -> None:
    aysel, bruno = visitor("aysel", width=390), visitor("bruno", width=390)
    carla = visitor("carla", width=390, language="fr")
    reference = aysel.apply_for_parking("company_car", "10-BB-466", paper(tmp_path))
    aysel.follow("Follow your request")
    take(bruno, reference)

    ask(bruno)
    bruno.sees("no answer yet")
    assert_sound_and_narrow(bruno, "opinion-asked")
    aysel.wait_for("Another agency is asked for its opinion")
    assert_sound_and_narrow(aysel, "opinion-asked-of-applicant")

    answer(carla, reference, tmp_path)
    bruno.wait_for("The company is registered.")
    assert_sound_and_narrow(bruno, "opinion-came")
    bruno.decide("approve")
    expect(bruno.page.locator("main [role=status]").first).to_be_visible()
    assert aysel.faults == bruno.faults == carla.faults == []


def take(bruno: Visitor, reference: str) -> None:
    bruno.page.goto("/desk/")
    row = bruno.wait_for_part(f"main tr:has(form[action$='/claim/']):has-text('{reference}')")
    row.locator("form[action$='/claim/'] button").click()
    bruno.sees("You have taken this step.")


def ask(bruno: Visitor) -> None:
    page = bruno.page
    form = page.locator("form[action$='/consult/']")
    page.locator("summary", has_text="Ask another agency for its opinion").click()
    form.locator("button").click()
    assert_sound_and_narrow(bruno, "consult-faults")
    form.locator("select[name=desk] option", has_text="Registrars").first.evaluate(
        "option => { option.selected = true }"
    )
    form.locator("textarea").fill("Is the company registered?")
    form.locator("input[name=answers][value=plate]").check()
    form.locator("input[name=papers]").first.check()
    form.locator("button").click()


def answer(carla: Visitor, reference: str, folder: Path) -> None:
    page = carla.page
    page.goto("/desk/")
    row = carla.wait_for_part(f"main tr:has-text('{reference}')")
    assert_sound_and_narrow(carla, "desk-opinions-to-give-fr")
    row.locator("a[href^='/desk/opinions/']").click()
    carla.sees("10-BB-466")
    with page.expect_download():
        page.locator("main li a[href*='/papers/']").click()
    page.locator("main form[enctype] button").click()
    assert_sound_and_narrow(carla, "opinion-faults-fr")
    page.locator("main textarea[name=words]").fill("The company is registered.")
    page.locator("main input[type=file]").set_input_files(paper(folder))
    page.locator("main form[enctype] button").click()
    page.wait_for_url("**/desk/")
    expect(page.locator("main [role=status]").first).to_be_visible()
    expect(page.locator(f"main tr:has-text('{reference}')")).to_have_count(0)
