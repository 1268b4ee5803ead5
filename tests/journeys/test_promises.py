"""What a manager promises, writes at the charts and sets as a target, and what becomes of it; read by everybody."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Visitor, in_days
from tests.journeys.test_pages import LOOKS, assert_sound_and_narrow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
SERVICE = "/manage/services/kindergarten-place"
DONE = "main [role=status]"


@pytest.mark.parametrize(("look", "kept"), [("dark", "no"), ("arabic", "yes")])
def test_a_promise_is_made_and_what_came_of_it_is_told(visitor: Open, look: str, kept: str) -> None:
    fuad, reader = visitor("fuad", **LOOKS[look]), visitor(**LOOKS[look])
    page, promised = fuad.page, f"A round each week, if it can be ({look})"
    page.goto(f"{SERVICE}/promises/")
    send(fuad)
    assert_sound_and_narrow(fuad, f"promise-faults-{look}")
    page.locator("textarea[name=heard]").fill("A month is long.")
    page.locator("textarea[name=promised]").fill(promised)
    page.locator("input[name=by_date]").fill(in_days(30))
    send(fuad)
    expect(page.locator(DONE).first).to_be_visible()
    assert_sound_and_narrow(fuad, f"promise-made-{look}")

    page.locator("main li", has_text=promised).locator("a").click()
    fuad.sees(promised)
    assert_sound_and_narrow(fuad, f"promise-close-{look}")
    send(fuad)
    expect(page.locator("[data-error-summary] a")).to_have_count(2)
    assert_sound_and_narrow(fuad, f"promise-close-faults-{look}")
    page.locator(f"input[name=is_kept][value={kept}]").check()
    page.locator("textarea[name=outcome]").fill("We tried it for a month.")
    send(fuad)
    told = page.locator("main li", has_text=promised)
    expect(told).to_contain_text("We tried it for a month.")
    expect(told.locator("a")).to_have_count(0)
    assert_sound_and_narrow(fuad, f"promise-closed-{look}")
    reader.page.goto("/figures/kindergarten-place/")
    reader.sees(promised)
    reader.sees("We tried it for a month.")
    assert_sound_and_narrow(reader, f"promise-read-{look}")
    assert fuad.faults == reader.faults == []


@pytest.mark.parametrize("look", ["dark", "arabic"])
def test_a_remark_is_withdrawn_and_a_target_given_up(visitor: Open, look: str) -> None:
    fuad = visitor("fuad", **LOOKS[look])
    page, words = fuad.page, f"New form ({look})"
    page.goto(f"{SERVICE}/remarks/")
    send(fuad)
    assert_sound_and_narrow(fuad, f"remark-faults-{look}")
    page.locator("input[name=words]").fill(words)
    page.locator("input[name=first_day]").fill(in_days(-3))
    send(fuad)
    remark = page.locator("main li:has(form[action$='/withdrawal/'])", has_text=words)
    expect(remark).to_be_visible()
    assert_sound_and_narrow(fuad, f"remark-{look}")
    remark.locator("button").click()
    expect(page.locator(DONE).first).to_be_visible()
    expect(remark).to_have_count(0)
    fuad.sees(words)
    assert_sound_and_narrow(fuad, f"remark-withdrawn-{look}")

    page.goto(f"{SERVICE}/targets/")
    send(fuad)
    assert_sound_and_narrow(fuad, f"target-faults-{look}")
    page.locator("input[name=measure]").first.check()
    page.locator("input[name=value]").fill("90")
    page.locator("input[name=by_date]").fill(in_days(100))
    send(fuad)
    assert_sound_and_narrow(fuad, f"target-{look}")
    page.locator("main form[action$='/end/'] button").first.click()
    expect(page.locator(DONE).first).to_be_visible()
    expect(page.locator("main form[action$='/end/']")).to_have_count(0)
    assert_sound_and_narrow(fuad, f"target-given-up-{look}")
    assert fuad.faults == []


def send(fuad: Visitor) -> None:
    """Open the form of the page where it is folded, and send it as it is filled in."""
    folded = fuad.page.locator("main details:not([open]):has(form) > summary")
    if folded.count():
        folded.click()
    fuad.page.locator("main form:not([action]) button").last.click()
    fuad.page.wait_for_load_state()
