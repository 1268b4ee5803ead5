"""Officials at their desks: a question, a preview, a decision undone; opinions and four eyes; the keyboard alone.

At 1280 px, on a phone in French, and without JavaScript.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.people import PASSWORD, Visitor, paper, press_until
from tests.journeys.test_pages import assert_sound_and_narrow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
NEXT = "main button[name=do][value=next]:not([aria-hidden])"
PERMITS = "Permits – Sumgait city hall"
WORDS = "textarea[name=words]"


@pytest.mark.usefixtures("undoable")
class TestWithTimeToUndo:
    def test_a_clerk_asks_previews_undoes_and_decides(self, visitor: Open, tmp_path: Path) -> None:
        aysel, bruno = visitor("aysel", width=390), visitor("bruno")
        reference = aysel.apply_for_parking("company_car", "10-BB-456", paper(tmp_path))
        aysel.follow("Follow your request")
        write_a_block(bruno)

        take_at_the_desk(bruno, reference)
        read_the_letter_that_came(bruno)
        ask_for_the_plate(bruno)
        answer_at_the_field(aysel)
        bruno.page.reload()
        expect(bruno.page.locator("main ins").first).to_have_text("10-BB-457")

        prepare_the_decision(bruno)
        bruno.click("Decide")
        bruno.sees("Your decision takes effect in 15 seconds.")
        bruno.click("Undo the decision")
        bruno.sees("The decision is undone.")
        expect(bruno.page.locator(WORDS).first).to_have_value(re.compile("Your car may stay"))

        bruno.click("Decide")
        assert_sound_and_narrow(bruno, "desk-decided-not-yet")
        bruno.page.goto("/desk/")
        bruno.sees(f"{reference}: your decision takes effect")
        bruno.open_request(reference)
        bruno.wait_for("Record the payment", seconds=60)
        aysel.wait_for("Your car may stay")
        look_around(bruno)

    def test_a_clerk_works_by_keyboard_alone(self, visitor: Open) -> None:
        gunay = visitor()
        page, keys = gunay.page, gunay.page.keyboard
        page.goto("/account/login/")
        press_until(gunay, "input[name=login]")
        keys.type("gunay@example.org")
        press_until(gunay, "input[name=password]")
        keys.type(PASSWORD)
        keys.press("Enter")
        page.wait_for_url(re.compile("/desk/|/my/|/welcome/"))
        page.goto("/desk/")

        keys.press("?")
        expect(page.locator("#shortcuts")).to_be_visible()
        assert_sound_and_narrow(gunay, "desk-shortcuts")
        keys.press("Escape")
        expect(page.locator("#shortcuts")).to_be_hidden()
        keys.press("j")
        expect(page.locator("[data-row]").first).to_be_focused()
        keys.press("t")
        page.wait_for_url(re.compile("/desk/requests/"))
        first = page.locator(".facts .reference").inner_text()

        keys.press("o")
        expect(page.locator("input[name=outcome]").first).to_be_focused()
        keys.press("Space")
        with page.expect_popup() as letter:
            keys.press("p")
        letter.value.close()
        keys.press("n")
        expect(page.locator(".facts .reference")).not_to_have_text(first)
        keys.press("u")
        gunay.sees("The decision is undone.")
        keys.press("d")
        page.wait_for_url("**/desk/")
        keys.press("/")
        expect(page.locator("input[name=words]")).to_be_focused()
        keys.type(first)
        keys.press("Enter")
        page.wait_for_url(re.compile("/desk/requests/"))
        expect(page.locator("input[name=outcome]:checked")).to_have_count(1)
        assert_sound_and_narrow(gunay, "desk-undone")


def write_a_block(bruno: Visitor) -> None:
    page = bruno.page
    page.goto("/desk/texts/")
    assert_sound_and_narrow(bruno, "desk-blocks-none")
    bruno.follow("Write a new block")
    page.locator("main form button").last.click()
    assert_sound_and_narrow(bruno, "desk-block-faults")
    page.locator("input[name=title]").fill("Car may stay")
    page.locator("textarea[name=text_en]").fill("Your car may stay for a year.")
    bruno.click("Save")
    bruno.sees("Car may stay")
    assert_sound_and_narrow(bruno, "desk-blocks")
    page.locator("main th a", has_text="Car may stay").click()
    assert_sound_and_narrow(bruno, "desk-block-change")


def take_at_the_desk(bruno: Visitor, reference: str) -> None:
    """Filter by desk, take its next step and give it back, then take the request that is meant."""
    page = bruno.page
    page.goto("/desk/")
    page.locator("summary", has_text="Filters and saved views").click()
    page.locator("#id_desk").select_option(label=PERMITS)
    bruno.click("Show")
    bruno.wait_for(reference)
    assert_sound_and_narrow(bruno, "desk-filtered")
    desk = page.url
    first = page.locator("main tr:has([formaction$='/claim/']) .reference").first.inner_text()
    bruno.click("Take the next step of this desk")
    expect(page.locator(".facts .reference")).to_have_text(first)
    page.locator("summary", has_text="Give it to somebody else").click()
    assert_sound_and_narrow(bruno, "desk-give-away")
    bruno.click("Give it back to the desk")

    page.goto(desk)
    row_of(bruno, reference).get_by_role("button", name="Take").click()
    bruno.sees("You have taken this step.")


def row_of(person: Visitor, words: str) -> Locator:
    return person.page.locator("main tbody tr").filter(has_text=words).first


def read_the_letter_that_came(bruno: Visitor) -> None:
    """The first file is open beside the answers, on a phone below them; its page shows it alone."""
    page = bruno.page
    page.locator(".beside img").scroll_into_view_if_needed()
    expect(page.locator(".beside img")).not_to_have_js_property("naturalWidth", 0)
    answers, files = places_of(bruno)
    assert answers["y"] == files["y"]
    assert answers["x"] + answers["width"] <= files["x"]
    assert_sound_and_narrow(bruno, "desk-request")
    page.set_viewport_size({"width": 390, "height": 900})
    answers, files = places_of(bruno)
    assert answers["y"] + answers["height"] <= files["y"]
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".beside a", has_text="letter.png").click()
    expect(page.locator("main img")).not_to_have_js_property("naturalWidth", 0)
    assert_sound_and_narrow(bruno, "desk-preview")
    page.go_back()


def places_of(bruno: Visitor) -> list[Any]:
    """Give where the answers and the files stand."""
    return [bruno.page.locator(".beside > *").nth(place).bounding_box() for place in (0, 1)]


def ask_for_the_plate(bruno: Visitor) -> None:
    form = bruno.page.locator("form[action$='/ask/']")
    bruno.page.locator("summary", has_text="Ask the applicant").click()
    bruno.click("Send the question")
    assert_sound_and_narrow(bruno, "desk-ask-faults")
    form.locator("textarea").fill("Is this the plate?")
    form.locator("select[name=about]").select_option("field:plate")
    form.locator("button").click()
    bruno.sees("Waits for the applicant")
    assert_sound_and_narrow(bruno, "desk-asked")


def answer_at_the_field(aysel: Visitor) -> None:
    aysel.wait_for("Is this the plate?")
    aysel.page.locator("input[name=plate]").fill("10-BB-457")
    aysel.page.locator("form[action$='/answer/'] button").last.click()
    aysel.sees("Your answer is with the office.")


def prepare_the_decision(bruno: Visitor) -> None:
    page = bruno.page
    faulty = preview_the_letter(bruno)
    assert_sound_and_narrow(faulty, "desk-letter-faults")
    faulty.page.close()
    page.locator("input[name=outcome][value=approve]").check()
    page.locator("summary", has_text="Blocks of text").click()
    page.locator("li", has_text="Car may stay").get_by_role("button").click()
    expect(page.locator(WORDS).first).to_have_value("Your car may stay for a year.")
    letter = preview_the_letter(bruno)
    letter.sees("Your car may stay for a year.")
    letter.sees("Nothing is sent or decided yet.")
    assert_sound_and_narrow(letter, "desk-letter")
    letter.page.close()


def preview_the_letter(bruno: Visitor) -> Visitor:
    """Open the letter in a page of its own."""
    with bruno.page.expect_popup() as opened:
        bruno.click("Preview the letter")
    opened.value.wait_for_load_state()
    return Visitor(opened.value)


def look_around(bruno: Visitor) -> None:
    """The other pages of the desk: search, guidance, many at once, saved views."""
    page = bruno.page
    page.goto("/desk/find/")
    page.locator("input[name=words]").fill("Aysel")
    bruno.click("Search")
    assert_sound_and_narrow(bruno, "desk-found")
    page.goto("/desk/")
    bruno.click("Take the next step")
    page.locator("summary", has_text="Guidance for this step").click()
    bruno.follow("Change the guidance")
    assert_sound_and_narrow(bruno, "desk-guidance")
    page.goto("/desk/")
    page.locator("[data-choose-all]").check()
    assert_sound_and_narrow(bruno, "desk-chosen")
    bruno.click("Do something with the chosen ones")
    assert_sound_and_narrow(bruno, "desk-bulk")
    page.locator("input[name=act][value=release]").check()
    bruno.click("Do it")
    bruno.wait_for_part("#bulk:not([hx-get])")
    assert_sound_and_narrow(bruno, "desk-bulk-done")
    page.goto("/desk/texts/")
    page.get_by_role("button", name="Remove Car may stay").click()
    bruno.sees("The block “Car may stay” is removed.")
    expect(page.locator("main th", has_text="Car may stay")).to_have_count(0)
    assert_sound_and_narrow(bruno, "desk-block-removed")
    assert bruno.faults == []


def test_two_agencies_give_opinions_and_a_second_official_confirms(visitor: Open, tmp_path: Path) -> None:
    """In French on a phone; the second official of the city without JavaScript."""
    aysel = visitor("aysel", width=390)
    reference = apply_for_a_stall(aysel, paper(tmp_path))
    look = {"width": 390, "language": "fr"}
    aytan, vugar, bruno = (visitor(name, **look) for name in ("aytan", "vugar", "bruno"))
    tural = visitor("tural", width=390, java_script_enabled=False)

    give_an_opinion(aytan, reference)
    bruno.open_request(reference, purpose="present")
    bruno.wait_for("1 sur 2")
    expect(bruno.page.locator("[action$='/claim/'], [formaction$='/claim/']")).to_have_count(0)
    assert_sound_and_narrow(bruno, "opinions-one-of-two-fr")
    bruno.page.goto("/desk/")
    expect(row_of(bruno, reference)).to_contain_text("1 sur 2")
    assert_sound_and_narrow(bruno, "desk-consultations-fr")
    give_an_opinion(vugar, reference)

    take_and_decide(bruno, reference, "approve")
    assert_the_first_official_is_kept_out(bruno, reference)
    take_and_decide(tural, reference, "send_back")
    take_and_decide(bruno, reference, "approve")
    assert_the_first_official_is_kept_out(bruno, reference)
    take_and_decide(tural, reference, "confirm")
    tural.wait_for("Record the payment")
    assert tural.faults == aytan.faults == bruno.faults == []


def apply_for_a_stall(aysel: Visitor, plan: Path) -> str:
    """Ask to sell beer and hot food with gas: health and fire give opinions, and two officials decide."""
    page = aysel.page
    page.goto("/apply/small-business-licence/")
    page.locator("input[name=office][value=sumgait-city-hall]").check()
    page.locator("main form button[type=submit]").last.click()
    page.locator("input[name=business_name]").fill("Nizami Çay Evi")
    page.locator("input[name=legal_form][value=sole_trader]").check()
    page.locator("input[name=tax_id]").fill("1600770010")
    page.locator(NEXT).first.click()
    for name, words in {"street": "Nizami küçəsi", "house": "14", "city": "Sumqayıt", "postal_code": "AZ5001"}.items():
        page.locator(f"input[name='address.{name}']").fill(words)
    page.locator("input[name='spot.lat']").fill("40.59")
    page.locator("input[name='spot.lon']").fill("49.66")
    page.locator("input[name=floor_area]").fill("6")
    page.locator(NEXT).first.click()
    for goods in ("hot_food", "alcohol"):
        page.locator(f"input[name=goods][value={goods}]").check()
    page.locator("input[name=opens_at]").fill("10:00")
    page.locator("input[name=closes_at]").fill("20:00")
    page.locator("input[name=gas_used][value=yes]").check()
    page.locator(NEXT).first.click()
    for place in range(page.locator("input[type=file]").count()):
        page.locator("input[type=file]").nth(place).set_input_files(plan)
        expect(page.locator("[id$=_files] li")).to_have_count(place + 1)
    page.locator(NEXT).first.click()
    aysel.send()
    aysel.sees("Your request was sent")
    return page.locator(".reference").first.inner_text()


def give_an_opinion(official: Visitor, reference: str) -> None:
    official.page.goto("/desk/")
    official.wait_for(reference)
    row_of(official, reference).locator("[formaction$='/claim/']").click()
    assert_sound_and_narrow(official, "opinion-fr")
    official.decide("no_objection")
    expect(official.page.locator("main [role=status]").first).to_be_visible()


def take_and_decide(official: Visitor, reference: str, outcome: str) -> None:
    """Take the step from the list of the desk, and decide it at once."""
    official.page.goto("/desk/")
    row = official.wait_for_part(f"main tr:has([formaction$='/claim/']):has-text('{reference}')")
    row.locator("[formaction$='/claim/']").click()
    official.decide(outcome)
    expect(official.page.locator("main [role=status]").first).to_be_visible()


def assert_the_first_official_is_kept_out(bruno: Visitor, reference: str) -> None:
    bruno.page.goto("/desk/")
    bruno.wait_for_part(f"main tr:has-text('{reference}'):has-text('second agent')")
    expect(row_of(bruno, reference).locator("button")).to_have_count(0)
    bruno.open_request(reference)
    expect(bruno.page.locator("[action$='/claim/'], [formaction$='/claim/']")).to_have_count(0)
