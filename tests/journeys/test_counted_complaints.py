"""Complaints that it takes too long, until the public figure tells their number: on a phone, in two languages."""

import re
import time
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import expect

from tests.journeys.people import Visitor
from tests.journeys.test_acting import LONG_AGO
from tests.journeys.test_own_data import HOLE
from tests.journeys.test_pages import assert_sound
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
FEWEST_TOLD = 5


@pytest.mark.parametrize(("language", "script"), [("fr", False), ("ar", True)])
def test_complaints_are_counted_in_public(visitor: Open, walked: LivePortal, language: str, script: bool) -> None:
    look = {"width": 390, "language": language, "java_script_enabled": script}
    orkhan, stranger = visitor("orkhan", **look), visitor(**look)
    before = counted(stranger)
    late = [send_late(orkhan, walked) for _ in range(FEWEST_TOLD)]
    for request in late:
        complain(orkhan, request)
    assert_sound(orkhan, f"complained-{language}")

    until = time.monotonic() + 90
    while counted(stranger) != before + FEWEST_TOLD:
        assert time.monotonic() < until, f"still {counted(stranger)}, not {FEWEST_TOLD} more than {before}"
        time.sleep(1)
    assert_sound(stranger, f"complaints-counted-{language}")
    stranger.page.locator("main tr a[href='/figures/measures/complaints/']").click()
    expect(stranger.page.locator("h1")).to_be_visible()
    assert_sound(stranger, f"complaints-explained-{language}")
    for request in late:
        withdraw(orkhan, request)
    assert orkhan.faults == stranger.faults == []


def counted(stranger: Visitor) -> int:
    """Come to the figures from the page of the service, and read how many complaints there were since the beginning."""
    page = stranger.page
    page.goto("/services/pothole-report/")
    page.locator("main a[href^='/figures/pothole-report/']").first.click()
    page.locator("select[name=period]").select_option("all")
    page.locator("main form[method=get] button").click()
    page.wait_for_url(re.compile("period=all"))
    row = page.locator("main tr:has(a[href='/figures/measures/complaints/'])")
    told = row.locator("td").inner_text().strip()
    return int(told) if re.fullmatch(r"\d+", told) else -1  # one to four aren't told


def send_late(orkhan: Visitor, walked: LivePortal) -> str:
    """Send a report and let its time have passed; give where it is followed."""
    reference = orkhan.send_by_program("pothole-report", HOLE)
    with psycopg.connect(walked.database_url) as connection:
        [sent] = connection.execute(f"{LONG_AGO} RETURNING id", [reference.replace("-", "")])
    return f"/my/requests/{sent[0]}/"


def complain(orkhan: Visitor, request: str) -> None:
    orkhan.page.goto(request)
    orkhan.wait_for_part("a[href$='/complaint/']").click()
    orkhan.page.locator("textarea[name=words]").fill("The hole grows.")
    orkhan.page.locator("main form button").last.click()
    orkhan.sees("The hole grows.")


def withdraw(orkhan: Visitor, request: str) -> None:
    orkhan.page.goto(f"{request}withdraw/")
    orkhan.page.locator("main form button.danger").click()
    expect(orkhan.page.locator("main .tag.withdrawn").first).to_be_visible()
