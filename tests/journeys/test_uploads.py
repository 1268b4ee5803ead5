"""Files on a slow network: each with its progress, broken off and tried again, and plain without JavaScript."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.journeys.people import Visitor
from tests.journeys.test_pages import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
SLOW = {"offline": False, "latency": 100, "downloadThroughput": 1_000_000, "uploadThroughput": 60_000}
FULL = {**SLOW, "uploadThroughput": -1, "downloadThroughput": -1, "latency": 0}


def photo(folder: Path, name: str, size: int = 400) -> Path:
    """Make a picture that doesn't compress."""
    file = folder / name
    Image.effect_noise((size, size), 90).save(file)
    return file


def at_the_papers(person: Visitor) -> Page:
    """Go through the form of a company car's parking permit to the page that asks for papers."""
    page = person.page
    page.goto("/apply/parking-permit/")
    page.locator("input[name=office][value=sumgait-city-hall]").check()
    page.locator("main form button[type=submit]").last.click()
    page.locator("input[name=plate]").fill("99-XY-123")
    page.locator("input[name=vehicle_relation][value=company_car]").check()
    page.locator("button[name=do][value=next]").last.click()
    page.locator("input[name=zone][value=a]").check()
    page.locator("input[name=start]").fill("2027-01-15")
    page.locator("button[name=do][value=next]").last.click()
    expect(page.locator("input[type=file]").first).to_be_visible()
    return page


def throttle(page: Page, network: dict[str, object]) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", network)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_several_files_show_their_progress_and_the_page_waits_for_them(
    visitor: Open, tmp_path: Path, language: str
) -> None:
    person = visitor("aysel", width=390, language=language)
    page = at_the_papers(person)
    throttle(page, SLOW)
    page.locator("input[type=file]").first.set_input_files([photo(tmp_path, "one.png"), photo(tmp_path, "two.png")])
    expect(page.locator(".upload progress")).to_have_count(2)
    expect(page.locator(".upload progress").first).not_to_have_js_property("value", 0)
    assert_sound(person, f"apply-uploading-{language}")
    page.locator("button[name=do][value=next]").last.click()
    expect(page.locator("input[type=file]").first).to_be_visible()
    throttle(page, FULL)
    page.wait_for_url("**/check/", timeout=30_000)
    for name in ("one.png", "two.png"):
        expect(page.locator("main")).to_contain_text(name)
    assert person.faults == []


def test_a_broken_one_is_tried_again_and_what_was_typed_stays(visitor: Open, tmp_path: Path) -> None:
    person = visitor("aysel", width=390)
    page = at_the_papers(person)
    broken = {"times": 1}

    def break_once(route: Route) -> None:
        if route.request.method == "POST" and broken["times"]:
            broken["times"] = 0
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/apply/draft/**", break_once)
    page.locator("input[type=file]").first.set_input_files([photo(tmp_path, "letter.png", 40)])
    expect(page.locator(".upload")).to_contain_text("The connection broke")
    page.locator("button[name=do][value=next]").last.click()
    expect(page.locator("[data-upload-status]")).to_contain_text("not sent yet")
    page.locator("[data-again]").click()
    expect(page.locator(".files")).to_contain_text("letter.png")
    expect(page.locator(".upload")).to_have_count(0)
    page.locator("button[name=do][value^=drop]").click()
    expect(page.locator(".files")).to_have_count(0)


def test_a_file_that_can_not_be_taken_is_told_at_its_question(visitor: Open, tmp_path: Path) -> None:
    page = at_the_papers(visitor("aysel", width=390))
    bad = tmp_path / "page.png"
    bad.write_text("<html>")
    page.locator("input[type=file]").first.set_input_files([bad])
    expect(page.locator("main .error").first).to_contain_text("The file is none of these kinds")


def test_one_is_cancelled(visitor: Open, tmp_path: Path) -> None:
    page = at_the_papers(visitor("aysel", width=390))
    throttle(page, SLOW)
    page.locator("input[type=file]").first.set_input_files([photo(tmp_path, "one.png", 900)])
    page.locator("[data-cancel]").click()
    throttle(page, FULL)
    expect(page.locator(".upload")).to_have_count(0)
    page.reload()
    expect(page.locator(".files")).to_have_count(0)


def test_without_javascript_they_go_with_the_form(visitor: Open, tmp_path: Path) -> None:
    page = at_the_papers(visitor("aysel", width=390, java_script_enabled=False))
    page.locator("input[type=file]").first.set_input_files([photo(tmp_path, "plain.png", 40)])
    page.locator("button[name=do][value=next]").last.click()
    expect(page.locator("main")).to_contain_text("plain.png")
