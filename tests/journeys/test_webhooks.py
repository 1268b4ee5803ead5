"""A manager makes a webhook, tests it, gives it a new secret and ends it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Visitor
from tests.journeys.test_pages import LOOKS, assert_sound_and_narrow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
DONE = "main [role=status]"
NOBODY_THERE = "http://127.0.0.1:9/an-address-that-is-long-enough-to-be-broken-somewhere"


@pytest.mark.parametrize("look", ["phone", "arabic", "narrow"])
def test_a_webhook_is_made_tested_renewed_and_ended(visitor: Open, look: str) -> None:
    fuad = visitor("fuad", **LOOKS[look])
    page = fuad.page
    page.goto("/manage/webhooks/")
    assert_sound_and_narrow(fuad, f"webhooks-none-{look}")
    page.locator("main a[href$='/webhooks/new/']").click()
    page.locator("input[name=url]").fill("https://169.254.169.254/")
    page.locator("main form button").last.click()
    expect(page.locator("[data-error-summary] a")).to_have_count(2)
    assert_sound_and_narrow(fuad, f"webhook-faults-{look}")
    page.locator("input[name=url]").fill(f"{NOBODY_THERE}/{look}")
    for kind in ("request.ended", "step.opened"):
        page.locator(f"input[value='{kind}']").check()
    page.locator("main form button").last.click()
    assert page.locator("#id_secret").input_value().startswith("whsec_")
    assert_sound_and_narrow(fuad, f"webhook-made-{look}")

    page.goto("/manage/webhooks/")
    assert_sound_and_narrow(fuad, f"webhooks-{look}")
    page.locator(f"main a[href*='/webhooks/']:has-text('{look}')").click()
    page.locator("form[action$='/test/'] button").click()
    fuad.wait_for_part("main table details")
    page.locator("main table summary").first.click()
    assert_sound_and_narrow(fuad, f"webhook-tested-{look}")

    page.locator("main a[href$='/renewal/']").click()
    assert_sound_and_narrow(fuad, f"webhook-renewal-{look}")
    page.locator("main form button").click()
    assert page.locator("#id_secret").input_value().startswith("whsec_")
    page.locator("main a[href$='/end/']").click()
    assert_sound_and_narrow(fuad, f"webhook-end-{look}")
    page.locator("main form button").click()
    expect(page.locator(DONE).first).to_be_visible()
    assert fuad.faults == []
