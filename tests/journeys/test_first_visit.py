"""What an old phone on a slow network gets: little to load, nothing from strangers, readable in any look."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Response, expect

from tests.journeys.people import Visitor
from tests.journeys.test_pages import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]

HEAVIEST = 100_000
PAGES = ["/", "/services/", "/services/parking-permit/", "/figures/pothole-report/", "/apply/parking-permit/"]


VISITED_FIRST = [
    *PAGES,
    "/services/pothole-report/",
    "/services/?q=parking",
    "/figures/",
    "/figures/measures/",
    "/figures/index/",
    "/figures/agencies/sumgait/",
    "/figures/offices/sumgait-city-hall/",
    "/agencies/sumgait/",
    "/life-events/moving-home/",
    "/entitlements/",
    "/ledger/",
    "/verify/",
    "/place/",
    "/status/",
    "/account/login/",
    "/account/signup/",
]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("path", VISITED_FIRST)
def test_weighs_at_most_a_hundred_kilobytes_and_asks_no_other_host(visitor: Open, path: str, language: str) -> None:
    person = visitor(width=390, language=language)
    loaded: list[Response] = []

    def load(answer: Response) -> None:
        loaded.append(answer)

    person.page.on("response", load)
    person.page.goto(path, wait_until="networkidle")
    weight = sum(answer.request.sizes()["responseBodySize"] for answer in loaded)

    assert 1_000 < weight <= HEAVIEST, weight
    assert {urlsplit(answer.url).netloc for answer in loaded} == {urlsplit(person.page.url).netloc}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("look", ["forced-colours", "zoomed", "printed", "plain"])
def test_is_sound_however_it_is_looked_at(visitor: Open, path: str, look: str) -> None:
    options = {
        "forced-colours": {"width": 390, "forced_colors": "active"},
        "zoomed": {"width": 640, "device_scale_factor": 2},
        "printed": {"width": 700},
        "plain": {"width": 390, "java_script_enabled": False},
    }[look]
    person = visitor(**options)
    if look == "printed":
        person.page.emulate_media(media="print")
    person.page.goto(path)
    assert_sound(person, f"public-{path.strip('/').replace('/', '-') or 'home'}-{look}")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("script", [True, False], ids=["scripted", "plain"])
def test_the_menu_folds_away_on_a_phone(visitor: Open, language: str, script: bool) -> None:
    person = visitor(width=390, language=language, java_script_enabled=script)
    page = person.page
    page.goto("/")
    menu, button = page.locator("#menu"), page.locator(".menu-button")
    expect(menu).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    if script:
        assert_sound(person, f"menu-{language}")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    menu.get_by_role("link").first.click()

    expect(page).to_have_url(re.compile("/services/"))


def test_the_menu_lies_open_on_a_wide_screen(visitor: Open) -> None:
    page = visitor(width=1280).page
    page.goto("/")

    expect(page.locator("#menu")).to_be_visible()
    expect(page.locator(".menu-button")).to_be_hidden()
