"""A question is answered for several people: added, filled in, taken out, corrected; with scripts and without."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import NEXT
from tests.journeys.test_filling_in import WAYS, Open, start, turn_to
from tests.journeys.test_pages import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADD, REMOVE = "button[value='add:household']", "button[value='remove:household:{}']"


@pytest.mark.parametrize("way", WAYS)
def test_people_of_a_household_are_added_and_taken_out(visitor: Open, way: dict[str, Any]) -> None:
    person = visitor("elvin", width=390, **way)
    page = start(person, "housing-benefit")
    page.locator(NEXT).first.click()
    assert_sound(person, f"group-none-{way['language']}")
    assert page.locator("[data-error-summary] li").count() >= 1
    for number, member in enumerate(("Elvin Hüseynov", "Ayan", "Murad")):
        if number:
            page.locator(ADD).click()
        fill(page, number, name=member, income="0")
    page.locator(REMOVE.format(1)).click()
    assert names(page) == ["Elvin Hüseynov", "Murad"]
    fill(page, 0, birth_date="1988-11-02", relation="self")
    fill(page, 1, birth_date="2090-01-01", relation="child", income="plenty")
    page.locator(NEXT).first.click()
    assert_sound(person, f"group-faults-{way['language']}")
    for part in ("birth_date", "income"):
        told_at(page, f"household.1.{part}")
    assert page.locator("[data-error-summary] li").count() == 2
    fill(page, 1, birth_date="2019-05-04", income="12,50")
    page.locator(NEXT).first.click()
    page.wait_for_url(re.compile("/home/"))
    page.locator("main button[name=do][value=back]").click()
    page.wait_for_url(re.compile("/household/"))
    assert names(page) == ["Elvin Hüseynov", "Murad"]
    page.locator(NEXT).first.click()
    turn_to(page, "check")
    assert_sound(person, f"group-check-{way['language']}")
    expect(page.locator("main")).to_contain_text("Murad")
    assert "Ayan" not in page.locator("main").inner_text()
    assert person.faults == []


def fill(page: Page, number: int, **answers: str) -> None:
    """Fill in some of what is asked of one person."""
    for part, words in answers.items():
        name = f"household.{number}.{part}"
        if part == "relation":
            page.locator(f"input[name='{name}'][value={words}]").check()
        else:
            page.locator(f"input[name='{name}']").fill(words)


def names(page: Page) -> list[str]:
    return [one.input_value() for one in page.locator("input[name^='household.'][name$='.name']").all()]


def told_at(page: Page, name: str) -> None:
    """Prove that a fault stands at its field, and that the summary leads there."""
    field = page.locator(f"[id='id_{name}']")
    assert f"id_{name}_error" in str(field.get_attribute("aria-describedby"))
    assert page.locator(f"[id='id_{name}_error']").inner_text()
    page.locator(f"[data-error-summary] a[href='#id_{name}']").click()
    expect(field).to_be_focused()
