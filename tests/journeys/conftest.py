from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys import reading
from tests.journeys.people import Visitor
from tests.live import CHROMIUM, LivePortal

WALKED_PARTLY: set[str] = set()


def pytest_deselected(items: list[pytest.Function]) -> None:
    """Keep of which files not all journeys are walked this time."""
    WALKED_PARTLY.update(item.path.stem for item in items)


@pytest.fixture(scope="module", autouse=True)
def reads_its_pages(request: pytest.FixtureRequest) -> Iterator[None]:
    """Prove that the journeys of a file, all walked, let axe read every page that they stand for in the table."""
    file, failed = request.path.stem, request.session.testsfailed
    reading.forget()
    yield
    is_whole = file not in WALKED_PARTLY and not any("::" in named for named in request.config.args)
    if CHROMIUM and is_whole and request.session.testsfailed == failed:
        assert reading.unread_of(file) == set(), f"{file} stands for pages that axe didn't read"


@pytest.fixture(scope="session")
def walked(start_portal: Callable[..., LivePortal]) -> LivePortal:
    """Run a portal with sample data whose robots give up soon."""
    allowed = "127.0.0.1/32:9"  # where webhooks may go, and nobody listens
    return start_portal("journeys", ROBOT_PAUSES_S="0.5,0.5", UNDO_S="0", WEBHOOK_ALLOW=allowed)


@pytest.fixture(scope="class")
def undoable(walked: LivePortal) -> Iterator[None]:
    """Let decisions be undone for a quarter of a minute."""
    walked.start_with("web", UNDO_S="15")
    yield
    walked.start_with("web", UNDO_S="0")


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
