"""“How long will it take me?” and “which office is slowest, and is it chance?”: two clicks from the first page."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.people import Visitor

pytestmark = pytest.mark.browser
Open = Callable[..., Visitor]


def keep(visitor: Visitor, part: Locator, name: str) -> None:
    """Keep what stands on the screen for docs/answers.md when pictures are taken."""
    if folder := os.environ.get("README_PICTURES"):
        part.scroll_into_view_if_needed()
        visitor.page.wait_for_timeout(300)
        visitor.page.screenshot(path=Path(folder) / f"{name}.jpg", type="jpeg", quality=65)


@pytest.mark.parametrize("width", [390, 1280])
def test_how_long_will_it_take_me(visitor: Open, width: int) -> None:
    someone = visitor(width=width)
    someone.page.goto("/")
    someone.follow("All services")
    someone.follow("Report a fault in the street")
    answer = someone.page.locator("main").get_by_text("half within").first
    expect(answer).to_be_visible()
    expect(answer).to_contain_text("By law decided within")
    keep(someone, answer, f"how-long-{width}")


@pytest.mark.parametrize("width", [390, 1280])
def test_which_office_is_slowest_and_is_it_chance(visitor: Open, width: int) -> None:
    someone = visitor(width=width)
    someone.page.goto("/")
    someone.follow("How long does it take, and which office is slowest?")
    someone.follow("Report a fault in the street")
    answer = someone.page.locator("main").get_by_text("Slowest is").first
    expect(answer).to_be_visible()
    expect(answer).to_contain_text("chance")
    keep(someone, answer, f"slowest-{width}")
