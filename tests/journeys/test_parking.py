"""A resident's parking permit from the citizen's first click to the verified document."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.people import Visitor, paper
from tests.journeys.test_pages import assert_sound
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]


def set_registries(portal: LivePortal, mode: str) -> None:
    wish = json.dumps({"mode": mode}).encode()
    urllib.request.urlopen(
        urllib.request.Request(f"{portal.registry_url}/faults", data=wish, method="PUT"), timeout=10
    ).close()


def test_a_company_car_with_a_question_on_the_way(visitor: Open, tmp_path: Path) -> None:
    aysel, bruno = visitor("aysel", width=390), visitor("bruno")
    reference = aysel.apply_for_parking("company_car", "10-BB-456")
    aysel.follow("Follow your request")
    aysel.wait_for("With Sumgait")

    bruno.open_request(reference)
    bruno.click("Take this step")
    bruno.page.locator("summary", has_text="Ask the applicant").click()
    bruno.page.locator("form[action$='/ask/'] textarea").fill("Please add the letter of your employer.")
    bruno.page.locator("select[name=about]").select_option("paper:employer_letter")
    bruno.click("Send the question")
    bruno.sees("Waits for the applicant")

    aysel.wait_for("Please add the letter of your employer.")
    aysel.sees("stands still")
    aysel.page.locator("form[action$='/answer/'] textarea").fill("Here it is.")
    aysel.page.locator("form[action$='/answer/'] input[type=file]").set_input_files(paper(tmp_path))
    aysel.click("Send your answer")
    aysel.sees("Your answer is with the office.")

    bruno.open_request(reference)
    bruno.sees("Here it is.")
    bruno.sees("letter.png")
    bruno.page.locator("input[name=outcome][value=approve]").check()
    bruno.click("Decide")
    bruno.sees("Your decision is on record.")
    bruno.wait_for("Record the payment")
    bruno.click("Record the payment")

    verify(aysel, visitor())
    assert aysel.faults == bruno.faults == []


def verify(aysel: Visitor, stranger: Visitor) -> None:
    """Take the document and let a stranger verify it, by file and by number; then with a byte changed."""
    aysel.wait_for("Approved")
    with aysel.page.expect_download() as taken:
        aysel.page.locator("a[href^='/my/documents/']").first.click()
    file = taken.value.path()
    stranger.page.goto("/verify/")
    stranger.page.locator("input[type=file]").set_input_files(
        {"name": "permit.pdf", "mimeType": "application/pdf", "buffer": file.read_bytes()}
    )
    stranger.click("Verify")
    stranger.sees("This document is valid")
    assert_sound(stranger, "public-valid-document")
    changed = bytearray(file.read_bytes())
    changed[len(changed) // 2] ^= 1
    stranger.page.goto("/verify/")
    stranger.page.locator("input[type=file]").set_input_files(
        {"name": "permit.pdf", "mimeType": "application/pdf", "buffer": bytes(changed)}
    )
    stranger.click("Verify")
    stranger.sees("This document is not ours")
    stranger.page.goto(aysel.page.locator("a[href^='/verify/']").last.get_attribute("href") or "")
    stranger.sees("This document is valid")


def test_an_own_car_meets_no_clerk_before_the_counter(visitor: Open) -> None:
    aysel, bruno = visitor("aysel"), visitor("bruno")
    reference = aysel.apply_for_parking("owner", "10-AB-123")
    aysel.follow("Follow your request")
    aysel.wait_for("at the counter")
    bruno.open_request(reference, purpose="present")
    bruno.click("Record the payment")
    aysel.wait_for("Approved")


def test_with_the_registers_down_it_ends_at_a_clerk(visitor: Open, walked: LivePortal) -> None:
    set_registries(walked, "down")
    try:
        aysel, bruno = visitor("aysel"), visitor("bruno")
        reference = aysel.apply_for_parking("owner", "10-AB-123")
        bruno.open_request(reference)
        bruno.wait_for("A robot handed this over", seconds=60)
        bruno.sees("did not answer")
        bruno.click("Take this step")
        bruno.page.locator("input[name=outcome][value=approve]").check()
        bruno.click("Decide")
        bruno.wait_for("Record the payment", seconds=60)
    finally:
        set_registries(walked, "none")
    bruno.click("Record the payment")
    aysel.follow("Follow your request")
    aysel.wait_for("Approved")
