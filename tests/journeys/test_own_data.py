"""What the portal holds of a person, on a phone: a copy of everything, and the end of the account with its plan."""

import re
import signal
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import psycopg
import pytest
from playwright.sync_api import expect

from tests.journeys.people import Visitor
from tests.journeys.test_account_pages import LONG_PASSWORD, go_freshly, sign_up
from tests.journeys.test_pages import assert_sound
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
HOLE = {"category": "pothole", "size": "small", "danger": False, "place": {"lat": 40.59, "lon": 49.67}}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_copy_of_everything_and_the_end_of_an_account(
    visitor: Open, walked: LivePortal, language: str, tmp_path: Path
) -> None:
    person = visitor(width=390, language=language)
    sign_up(person, f"leaves-{uuid4().hex[:8]}@example.org", language)
    reference = person.send_by_program("pothole-report", HOLE)
    assert reference in take_a_copy(person, walked, language, tmp_path / "copy.zip")
    assert_a_copy_that_failed_is_told(person, walked, language)

    page = person.page
    go_freshly(person, "/my/data/erase/", LONG_PASSWORD)
    expect(page.locator("main .reference", has_text=reference)).to_be_visible()
    expect(page.locator("input[name=sure]")).to_have_count(0)
    assert_sound(person, f"erase-not-yet-{language}")
    page.locator("main li a[href^='/my/requests/']").click()
    page.locator("main a[href$='/withdraw/']").click()
    page.locator("main form button.danger").click()
    expect(page.locator("main .tag.withdrawn").first).to_be_visible()

    go_freshly(person, "/my/data/erase/", LONG_PASSWORD)
    expect(page.locator("main li", has_text=reference)).to_contain_text(re.compile(r"20\d\d"))  # until when it is kept
    page.locator("main button.danger").click()
    expect(page.locator("#id_sure_error")).to_be_visible()
    assert_sound(person, f"erase-{language}")
    page.locator("input[name=sure]").check()
    page.locator("main button.danger").click()
    page.wait_for_url(re.compile("/$"))
    page.goto("/my/data/")
    expect(page).to_have_url(re.compile("/account/login/"))
    assert person.faults == []


def assert_a_copy_that_failed_is_told(person: Visitor, walked: LivePortal, language: str) -> None:
    """Let the latest copy be one that couldn't be made."""
    with psycopg.connect(walked.database_url) as connection:
        latest = "(SELECT id FROM workflow_dataexport ORDER BY asked_at DESC LIMIT 1)"
        assert connection.execute(f"UPDATE workflow_dataexport SET file = '' WHERE id = {latest}").rowcount == 1
    person.page.goto("/my/data/")
    expect(person.page.locator("#export .notice")).to_be_visible()
    expect(person.page.locator("form[action$='/export/'] button")).to_be_visible()
    assert_sound(person, f"copy-failed-{language}")


def take_a_copy(person: Visitor, walked: LivePortal, language: str, file: Path) -> str:
    """Ask for a copy, see it being made and come by itself, and download it; give its words."""
    page, worker = person.page, walked.assembly.supervisor.children["worker"]
    page.goto("/my/data/")
    worker.signal(signal.SIGSTOP)
    try:
        page.locator("form[action$='/export/'] button").click()
        expect(page.locator("#export progress")).to_be_visible()
        expect(page.locator("form[action$='/export/']")).to_have_count(0)
        assert_sound(person, f"copy-on-its-way-{language}")
    finally:
        worker.signal(signal.SIGCONT)
    link = page.locator("a[href='/my/data/download/']")
    expect(link).to_be_visible(timeout=30_000)
    assert_sound(person, f"copy-ready-{language}")
    with page.expect_download() as download:
        link.click()
    download.value.save_as(file)
    with ZipFile(file) as copy:
        assert copy.testzip() is None
        return "\n".join(copy.read(name).decode(errors="replace") for name in copy.namelist())
