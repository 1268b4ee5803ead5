"""The desk in Azerbaijani and, right to left, in Arabic: queue, keys, one request, faults, undoing, many at once."""

import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Visitor
from tests.journeys.test_desk import row_of
from tests.journeys.test_pages import LOOKS, assert_sound_and_narrow
from tests.journeys.test_seldom_states import OWN_CAR
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
TURNS = {"az": {**LOOKS["dark"], "language": "az"}, "ar": LOOKS["arabic"]}


@pytest.mark.usefixtures("undoable")
@pytest.mark.parametrize("language", TURNS)
class TestInAnotherLanguage:
    def test_from_the_queue_to_a_decision_that_is_undone(
        self, visitor: Open, walked: LivePortal, language: str
    ) -> None:
        aysel, bruno = visitor("aysel"), visitor("bruno", **TURNS[language])
        reference = aysel.send_by_program("parking-permit", {**OWN_CAR, "vehicle_relation": "company_car"})
        page = bruno.page
        page.goto("/desk/")
        bruno.wait_for_part(f"main tr:has([formaction$='/claim/']):has-text('{reference}')")
        assert_sound_and_narrow(bruno, f"desk-{language}")
        page.keyboard.press("?")
        expect(page.locator("#shortcuts")).to_be_visible()
        assert_sound_and_narrow(bruno, f"desk-shortcuts-{language}")
        page.keyboard.press("Escape")

        row_of(bruno, reference).locator("[formaction$='/claim/']").click()
        expect(page.locator("form[data-autosave]")).to_be_visible()
        assert_sound_and_narrow(bruno, f"desk-request-{language}")
        bruno.press_decide()
        expect(page.locator("[data-error-summary] a").first).to_be_visible()
        assert_sound_and_narrow(bruno, f"desk-decide-faults-{language}")
        bruno.decide("approve", "Your car may stay.")
        undo = page.locator("form[action$='/undo/'] button").first
        expect(undo).to_be_visible()
        assert_sound_and_narrow(bruno, f"desk-undo-{language}")
        undo.click()
        expect(page.locator("form[action$='/undo/']")).to_have_count(0)
        bruno.open_request(reference)
        expect(page.locator("form[data-autosave] textarea[name=words]")).to_have_value("Your car may stay.")
        assert_sound_and_narrow(bruno, f"desk-undone-{language}")
        give_back_among_many(bruno, walked, reference, language)
        assert bruno.faults == []


def give_back_among_many(bruno: Visitor, walked: LivePortal, reference: str, language: str) -> None:
    """Give the step back as one of many; how far it is, is seen while no worker does it."""
    page, worker = bruno.page, walked.assembly.supervisor.children["worker"]
    page.goto("/desk/")
    row_of(bruno, reference).locator("input[name=step]").check()
    page.locator("#bulk button").click()
    page.locator("main form[action='/desk/bulk/'] button").last.click()
    expect(page.locator("[data-error-summary] a").first).to_be_visible()
    assert_sound_and_narrow(bruno, f"desk-bulk-faults-{language}")
    page.locator("input[name=act][value=release]").check()
    worker.signal(signal.SIGSTOP)
    try:
        page.locator("main form[action='/desk/bulk/'] button").last.click()
        expect(page.locator("#bulk progress")).to_be_visible()
        assert_sound_and_narrow(bruno, f"desk-bulk-progress-{language}")
    finally:
        worker.signal(signal.SIGCONT)
    bruno.wait_for_part("#bulk:not([hx-get])")
    assert_sound_and_narrow(bruno, f"desk-bulk-done-{language}")
