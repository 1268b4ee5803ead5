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
@pytest.mark.parametrize(
    ("question", "way", "answer", "more"),
    [
        ("how-long", "All services", "half within", "By law decided within"),
        ("slowest", "How long does it take, and which office is slowest?", "Slowest is", "chance"),
    ],
)
def test_the_answer_is_two_clicks_away(
    visitor: Open, question: str, way: str, answer: str, more: str, width: int
) -> None:
    someone = visitor(width=width)
    someone.page.goto("/")
    someone.follow(way)
    someone.follow("Report a fault in the street")
    found = someone.page.locator("main").get_by_text(answer).first
    expect(found).to_be_visible()
    expect(found).to_contain_text(more, ignore_case=True)
    keep(someone, found, f"{question}-{width}")
