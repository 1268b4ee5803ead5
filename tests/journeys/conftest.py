from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.people import Visitor
from tests.live import LivePortal


@pytest.fixture(scope="session")
def walked(start_portal: Callable[..., LivePortal]) -> LivePortal:
    """Run a portal with sample data whose robots give up soon."""
    return start_portal("journeys", ROBOT_PAUSES_S="0.5,0.5", UNDO_S="0")


@pytest.fixture
def visitor(browser: Browser, walked: LivePortal) -> Iterator[Callable[..., Visitor]]:
    """Give a function that opens a browser of one's own for a person: `visitor("aysel", width=390)`."""
    opened: list[Page] = []

    def open_page(**options: object) -> Page:
        opened.append(browser.new_context(**options).new_page())
        return opened[-1]

    def open_for(
        name: str = "",
        *,
        width: int = 1280,
        language: str = "en",
        letters: int = 0,
        prints: bool = False,
        **more: object,
    ) -> Visitor:
        options = {"base_url": walked.url, "viewport": {"width": width, "height": 900}, "locale": language, **more}
        runs_scripts = options.get("java_script_enabled", True)
        twin = None if runs_scripts else open_page(**{**options, "java_script_enabled": True})
        person = Visitor(open_page(**options), twin, prints=prints)
        if letters:
            set_letters(person.page, letters)
        if name:
            person.sign_in(name)
        return person

    yield open_for
    for page in opened:
        page.context.close()


def set_letters(page: Page, size: int) -> None:
    """Make the browser's letters as large as its settings allow to choose, in px; 16 is what nobody chose."""
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": size, "fixed": size}})
