"""A form is filled in from the profile, and from the register with leave; by a browser with scripts and without."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import Visitor
from tests.journeys.test_pages import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
WAYS = [
    pytest.param({"language": "en"}, id="english"),
    pytest.param({"language": "fr"}, id="french"),
    pytest.param({"language": "fr", "java_script_enabled": False}, id="french-plain"),
]
PLACE = ("street", "house", "city")


def start(person: Visitor, code: str, *, ask_register: bool = False) -> Page:
    """Begin an application, with or without the leave to ask the register."""
    page = person.page
    page.goto(f"/apply/{code}/")
    page.locator("input[name=office]").first.check()
    if ask_register:
        page.locator("input[name=register]").check()
    page.locator("main form button[type=submit]").last.click()
    return page


def turn_to(page: Page, key: str) -> None:
    """Turn to another page of the same form."""
    page.goto(f"{page.url.rsplit('/', 2)[0]}/{key}/")


def home(page: Page) -> list[str]:
    """Give the address that a form of the housing benefit is filled in with."""
    turn_to(page, "home")
    return [page.locator(f"input[name='address.{part}']").input_value() for part in PLACE]


@pytest.mark.parametrize("way", WAYS)
def test_the_profile_fills_in_and_the_register_only_with_leave(visitor: Open, way: dict[str, Any]) -> None:
    person = visitor("elvin", width=390, **way)
    page = person.page
    page.goto("/my/profile/")
    page.locator("input[name=street]").fill("Köhnə küçə")
    page.locator("input[name=house]").fill("99")
    page.locator("main form button[type=submit]").first.click()
    turn_to(start(person, "id-card-renewal"), "how")
    assert page.locator("input[name=phone]").input_value().replace(" ", "") == "+994505551002"
    assert home(start(person, "housing-benefit")) == ["Köhnə küçə", "99", "Gəncə"]

    assert home(start(person, "housing-benefit", ask_register=True)) == ["Cavad xan küçəsi", "8", "Gəncə"]
    assert_sound(person, f"apply-from-register-{way['language']}")
    page.locator("input[name='address.house']").fill("10")
    page.locator("main button[name=do][value=leave]").click()
    page.goto("/apply/housing-benefit/")
    assert_sound(person, f"apply-register-asked-{way['language']}")
    page.locator("main .notice a").first.click()
    expect(page.locator("main")).to_contain_text("Cavad xan küçəsi 10")
    assert person.faults == []
