"""What an old phone on a slow network gets: little to load, nothing from strangers, readable in any look."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Response

from tests.journeys.people import Visitor
from tests.journeys.test_pages import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]

HEAVIEST = 100_000
PAGES = ["/", "/services/", "/services/parking-permit/", "/figures/pothole-report/", "/apply/parking-permit/"]


@pytest.mark.parametrize("path", PAGES)
def test_weighs_at_most_a_hundred_kilobytes_and_asks_no_other_host(visitor: Open, path: str) -> None:
    person = visitor(width=390)
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
    if look == "plain":
        assert person.page.locator("h1").count() == 1
        assert person.page.locator("main").inner_text()
        assert person.faults == []
    else:
        assert_sound(person, f"public-{path.strip('/').replace('/', '-') or 'home'}-{look}")
