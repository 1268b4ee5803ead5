"""At the counter an official applies for somebody, who then goes on with it on a phone of one's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.people import NEXT, Visitor, in_a_week, paper
from tests.journeys.test_for_others import NIGAR
from tests.journeys.test_pages import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_official_applies_for_somebody_who_then_adds_a_paper(visitor: Open, tmp_path: Path, language: str) -> None:
    bruno = visitor("bruno", width=390, language=language)
    begin_for_nigar(bruno, paper(tmp_path), language)
    fill_in(bruno)
    expect(bruno.page.locator("section[aria-labelledby=section-helped]")).to_contain_text("Nigar Əliyeva")
    assert_sound(bruno, f"counter-check-{language}")
    bruno.page.locator("input[name=declared]").check()
    bruno.page.locator("main form:has(input[name=declared]) button").first.click()
    expect(bruno.page.locator(".confirmation")).to_be_visible()
    assert_sound(bruno, f"counter-sent-{language}")
    reference = bruno.page.locator(".reference").first.inner_text()

    nigar = visitor("nigar", width=390, language=language)
    open_own(nigar, reference)
    add_the_letter(nigar, tmp_path, language)
    bruno.page.goto("/my/requests/")
    expect(bruno.page.locator("main")).not_to_contain_text(reference)
    read_the_papers(visitor("tural", width=390, language=language), reference, language)


def begin_for_nigar(bruno: Visitor, mandate: Path, language: str) -> None:
    """Tell whom the official helps; first without the reason, which is asked for."""
    page = bruno.page
    page.goto("/apply/parking-permit/")
    page.locator("main a[href$='/for/']").click()
    page.locator("input[name=office][value=sumgait-city-hall]").check()
    page.locator("input[name=name]").fill("Nigar Əliyeva")
    page.locator("input[name=personal_identifier]").fill(NIGAR)
    page.locator("input[name=relation][value=official]").check()
    page.locator("input[name=agreed]").check()
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("#id_reason_error")).to_be_visible()
    assert_sound(bruno, f"counter-faults-{language}")
    page.locator("textarea[name=reason]").fill("Elle est devant moi" if language == "fr" else "She stands before me")
    page.locator("input[name=mandate]").set_input_files(mandate)
    page.locator("main form button[type=submit]").last.click()


def fill_in(bruno: Visitor) -> None:
    page = bruno.page
    page.locator("input[name=plate]").fill("10-NG-390")
    page.locator("input[name=vehicle_relation][value=company_car]").check()
    page.locator(NEXT).first.click()
    page.locator("input[name=zone][value=a]").check()
    page.locator("input[name=start]").fill(in_a_week())
    page.locator(NEXT).first.click()
    expect(page.locator("main input[type=file]").first).to_be_attached()
    page.locator(NEXT).first.click()


def open_own(person: Visitor, reference: str) -> None:
    person.page.goto("/my/requests/")
    person.page.locator("main tr, main li").filter(has_text=reference).first.locator("a").first.click()


def add_the_letter(nigar: Visitor, folder: Path, language: str) -> None:
    """Add a paper to the request that was sent; first with no file chosen."""
    page = nigar.page
    expect(page.locator("main")).to_contain_text("Bruno")
    assert_sound(nigar, f"helped-at-counter-{language}")
    nigar.wait_for_part("main a[href$='/papers/']").click()
    page.locator("input[name=paper][value=employer_letter]").check()
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("#id_file_error")).to_be_visible()
    assert_sound(nigar, f"paper-faults-{language}")
    page.locator("input[name=paper][value=employer_letter]").check()
    letter = paper(folder).rename(folder / "employer.png")
    page.locator("input[name=file]").set_input_files(letter)
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main a[href^='/my/evidence/'], main li:has-text('employer.png')").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("employer.png")
    assert_sound(nigar, f"paper-added-{language}")


def read_the_papers(tural: Visitor, reference: str, language: str) -> None:
    """Find the mandate and the paper at another desk of the same office."""
    tural.open_request(reference)
    for name in ("letter.png", "employer.png"):
        tural.wait_for(name)
    assert_sound(tural, f"counter-desk-{language}")
