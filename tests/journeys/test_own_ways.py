"""Ways that citizens go by themselves: what they are entitled to, a form left and found again, words both ways."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.people import NEXT, PASSWORD, Visitor, paper, press_until
from tests.journeys.test_pages import assert_sound, assert_sound_and_narrow
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]


@pytest.mark.parametrize(
    ("language", "words", "title"),
    [("en", "parkng permit", "Resident’s parking permit"), ("az", "dayanacaq icazsi", "")],
)
@pytest.mark.parametrize("script", [True, False], ids=["scripted", "plain"])
def test_from_a_word_with_a_typing_error_to_the_form(
    visitor: Open, language: str, words: str, title: str, script: bool
) -> None:
    person = visitor(width=390, language=language, java_script_enabled=script)
    page = person.page
    page.goto("/")
    page.locator("main input[name=q]").fill(words)
    page.locator("main form button").first.click()
    page.locator("main a[href='/services/parking-permit/']").first.click()
    if title:
        expect(page.locator("h1")).to_have_text(title)
    page.locator("main a[href='/apply/parking-permit/']").click()
    expect(page.locator("h1")).to_be_visible()
    assert person.faults == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_am_i_entitled_to(visitor: Open, language: str) -> None:
    person = visitor(width=390, language=language)
    page = person.page
    page.goto("/")
    page.locator("main a[href='/entitlements/']").click()
    page.locator("input[name=is_citizen][value=yes]").check()
    page.locator("input[name=civil_status][value=married]").check()
    page.locator("input[name=age]").fill("forty")
    page.locator("main form button").last.click()
    assert_sound(person, f"entitlements-faults-{language}")
    page.locator("input[name=age]").fill("40")
    page.locator("main form button").last.click()
    assert_sound(person, f"entitlements-told-{language}")
    expect(page.locator("#yes + ul")).to_contain_text(re.compile("Identity|card|ID|Renew", re.IGNORECASE))
    expect(page.locator("#no + ul a[href='/services/marriage-registration/']")).to_be_visible()
    expect(page.locator("#perhaps + ul li").first).to_be_visible()


@pytest.mark.parametrize(("language", "saved"), [("en", "Saved at"), ("fr", "Enregistré")])
def test_a_form_left_and_found_again_on_another_device(visitor: Open, language: str, saved: str) -> None:
    phone = visitor(width=390, language=language)
    page = phone.page
    page.goto("/apply/pothole-report/")
    page.locator("input[name=office]").first.check()
    page.locator("main form button[type=submit]").last.click()
    page.locator("main textarea, main input[type=text]").first.fill("Le trou devant la boulangerie")
    expect(page.locator("[data-autosave-status]")).to_contain_text(saved, timeout=10_000)
    page.locator("main a[href$='/later/']").click()
    assert_sound(phone, f"apply-later-{language}")
    page.locator("input[name=email]").fill(f"zoe-{language}@example.org")
    page.locator("main form button").first.click()
    page.goto("/mailbox/")
    page.locator("main li").filter(has_text=f"zoe-{language}@example.org").first.locator("a").click()
    link = page.locator("main a[href*='/apply/resume/']").get_attribute("href")
    assert link

    desktop = visitor(language=language)
    desktop.page.goto(link)
    assert "/apply/resume/" not in desktop.page.url
    expect(desktop.page.locator("main")).to_contain_text("Le trou devant la boulangerie")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_two_tabs_lose_nothing(visitor: Open, language: str) -> None:
    person = visitor(width=390, language=language, java_script_enabled=False)
    second = person.page
    second.goto("/apply/pothole-report/")
    second.locator("input[name=office]").first.check()
    second.locator("main form button[type=submit]").last.click()
    expect(second.locator("main button[name=do][value=show]")).to_be_visible()
    assert_sound(person, f"form-plain-{language}")
    first = second.context.new_page()
    first.goto(second.url)
    field = "main textarea, main input[type=text]"
    for tab, words in ((first, "Written first"), (second, "Written second")):
        tab.locator(field).first.fill(words)
        tab.locator("main button[name=do][value=next]:not([aria-hidden])").first.click()
    for words in ("Written first", "Written second"):
        expect(second.locator("main")).to_contain_text(words)
    assert_sound(person, f"conflict-plain-{language}")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_two_tabs_of_the_profile_lose_nothing(visitor: Open, language: str) -> None:
    person = visitor("nigar", width=390, language=language, java_script_enabled=False)
    second = person.page
    second.goto("/my/profile/")
    first = second.context.new_page()
    first.goto(second.url)
    for tab, city in ((first, f"Quba {language}"), (second, f"Şəki {language}")):
        tab.locator("input[name=city]").fill(city)
        tab.locator("form[action='/my/profile/'] button").click()
    for words in (f"Quba {language}", f"Şəki {language}"):
        expect(second.locator("main tbody")).to_contain_text(words)
    assert_sound_and_narrow(person, f"profile-conflict-{language}")
    second.locator("form[action='/my/profile/'] button").click()
    second.goto("/my/profile/")
    expect(second.locator("input[name=city]")).to_have_value(f"Şəki {language}")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_where_a_request_is_without_an_account(visitor: Open, language: str) -> None:
    sender = visitor("aysel", width=390)
    sender.apply_for_parking("company_car", "10-AA-123")
    codes = sender.page.locator(".reference").all_inner_texts()
    reference, code = codes[0], codes[-1]

    somebody = visitor(width=390, language=language)
    page = somebody.page
    page.goto("/")
    page.locator("footer a[href='/status/']").click()
    page.locator("input[name=reference]").fill(reference)
    page.locator("input[name=code]").fill("0000-0000-0000-0000")
    page.locator("main form button").first.click()
    assert_sound(somebody, f"status-faults-{language}")
    page.locator("input[name=code]").fill(code)
    page.locator("main form button").first.click()
    somebody.sees(reference)
    assert_sound(somebody, f"status-found-{language}")
    assert "aysel" not in page.locator("main").inner_text().lower()


@pytest.mark.parametrize(
    ("language", "read", "script"),
    [("en", "read by the office", True), ("fr", "lu par le bureau", False)],
    ids=["english", "french-plain"],
)
def test_words_and_files_go_both_ways(visitor: Open, tmp_path: Path, language: str, read: str, script: bool) -> None:
    look = {"width": 390, "language": language, "java_script_enabled": script}
    sender, aysel, bruno = visitor("aysel", width=390), visitor("aysel", **look), visitor("bruno", **look)
    reference = sender.apply_for_parking("company_car", "10-CC-789")
    sender.page.locator("main a[href^='/my/requests/']").first.click()
    aysel.page.goto(sender.page.url)
    assert_an_empty_message_is_told(aysel, f"aysel-message-faults-{language}")
    write(aysel, "Can I park there on Monday?", paper(tmp_path).rename(tmp_path / "question.png"))
    aysel.sees("Can I park there on Monday?")
    bruno.open_request(reference)
    bruno.wait_for("Can I park there on Monday?")
    assert_opens(bruno, "question.png")
    assert_an_empty_message_is_told(bruno, f"bruno-message-faults-{language}")
    write(bruno, "Not yet, but soon.", paper(tmp_path).rename(tmp_path / "answer.png"))
    assert_sound(bruno, f"bruno-message-{language}")
    aysel.page.reload()
    aysel.sees("Not yet, but soon.")
    aysel.sees(read)
    assert_opens(aysel, "answer.png")
    assert_sound(aysel, f"aysel-messages-{language}")
    assert aysel.faults == bruno.faults == []


def assert_an_empty_message_is_told(person: Visitor, name: str) -> None:
    person.page.locator("details:has(form[action$='/messages/']) > summary").click()
    person.page.locator("form[action$='/messages/'] button").last.click()
    expect(person.page.locator("[data-error-summary] a").first).to_be_visible()
    assert_sound(person, name)


def write(person: Visitor, words: str, file: Path) -> None:
    """Write a message with a file; both sides have the same form."""
    form = person.page.locator("form[action$='/messages/']")
    if not form.is_visible():
        person.page.locator("details:has(form[action$='/messages/']) > summary").click()
    form.locator("textarea").fill(words)
    form.locator("input[type=file]").set_input_files(file)
    form.locator("button").last.click()
    person.wait_for_part(f"main li a:has-text('{file.name}')")


def assert_opens(person: Visitor, name: str) -> None:
    """Prove that a file of a message is there as it was sent, a picture here."""
    link = person.wait_for_part(f"main li a:has-text('{name}')").get_attribute("href") or ""
    assert person.page.request.get(link).body().startswith(b"\x89PNG")


@pytest.mark.parametrize(("language", "city"), [("en", "Şəki"), ("fr", "Quba")])
def test_by_keyboard_alone(visitor: Open, walked: LivePortal, language: str, city: str) -> None:
    person = visitor(width=390, language=language)
    page = person.page
    page.goto("/account/login/")
    press_until(person, "input[name=login]")
    page.keyboard.type("nigar@example.org")
    press_until(person, "input[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/my/"))
    press_until(person, ".menu-button")
    page.keyboard.press("Enter")
    follow_by_key(person, "/my/data/")
    follow_by_key(person, "/my/profile/")
    press_until(person, "input[name=city]")
    page.keyboard.press("Control+A")
    page.keyboard.type(city)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/my/data/$"))
    page.goto("/my/profile/")
    assert page.locator("input[name=city]").input_value() == city
    assert walked


def follow_by_key(person: Visitor, path: str) -> None:
    press_until(person, f"a[href='{path}']")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(f"**{path}")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("script", [True, False], ids=["scripted", "plain"])
def test_an_answer_is_changed_with_the_contact_that_is_typed_already(
    visitor: Open, language: str, script: bool
) -> None:
    person = visitor(width=390, language=language, java_script_enabled=script)
    page = person.page
    page.goto("/apply/pothole-report/")
    page.locator("input[name=office]").first.check()
    page.locator("main form button[type=submit]").last.click()
    check = re.sub("[^/]+/$", "check/", page.url)
    for changed, field in (("change:description", "#id_description"), ("change:place", "input[name='place.lat']")):
        page.goto(check)
        page.locator("input[name=name]").fill(f"Zoe {changed}")
        page.locator("input[name=email]").fill("zoe@")
        page.locator(f"dl button[value='{changed}']").last.click()
        expect(page.locator(field)).to_be_visible()
        page.locator(NEXT).click()
        page.goto(check)
        assert page.locator("input[name=name]").input_value() == f"Zoe {changed}"
        assert page.locator("input[name=email]").input_value() == "zoe@"
    if script:
        assert_sound(person, f"check-with-buttons-{language}")
    page.locator("input[name=name]").press("Enter")
    expect(page.locator("#id_declared_error")).to_be_visible()
    assert page.url == check
    assert person.faults == []
