"""For somebody else, about one answer, and in one's own place: in two languages, on a phone, and without JavaScript."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.people import NEXT, Visitor, paper
from tests.journeys.test_pages import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
NIGAR = "3NG5PAJ"
STILL = {
    "en": "the office waits for your answer to its question. The day it is due moves accordingly.",
    "fr": "l’administration attend votre réponse à sa question. L’échéance se décale d’autant.",
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_relative_applies_with_a_mandate(visitor: Open, tmp_path: Path, language: str) -> None:
    aysel = visitor("aysel", width=390, language=language)
    page = aysel.page
    page.goto("/apply/property-extract/")
    page.locator("main a[href$='/for/']").click()
    page.locator("main form button[type=submit]").last.click()
    assert_sound(aysel, f"apply-for-faults-{language}")
    page.locator("input[name=name]").fill("Nigar Əliyeva")
    page.locator("input[name=personal_identifier]").fill(NIGAR)
    page.locator("input[name=relation][value=relative]").check()
    page.locator("input[name=mandate]").set_input_files(paper(tmp_path))
    page.locator("textarea[name=reason]").fill("Elle ne voit pas bien" if language == "fr" else "She can’t see well")
    page.locator("input[name=may_follow]").check()
    page.locator("input[name=agreed]").check()
    page.locator("main form button[type=submit]").last.click()
    form = page.url
    page.goto(form.rsplit("/", 2)[0] + "/check/")
    expect(page.locator("section[aria-labelledby=section-helped]")).to_contain_text("Nigar Əliyeva")
    assert_sound(aysel, f"apply-for-check-{language}")
    page.locator("a[href$='/for/']").first.click()
    expect(page.locator("main")).to_contain_text("letter.png")
    assert_sound(aysel, f"apply-for-change-{language}")
    page.goto("/my/requests/")
    expect(page.locator("main")).to_contain_text("Nigar Əliyeva")

    page.goto(form)
    fill_in_and_send(aysel)
    expect(page.locator(".confirmation")).to_be_visible()
    assert_sound(aysel, f"apply-for-done-{language}")
    page.evaluate(
        "document.querySelectorAll('.reference').forEach(code => { code.textContent = 'WWWW-WWWW-WWWW-WWWW' })"
    )
    assert_sound(aysel, f"apply-for-done-widest-{language}")
    page.reload()
    reference = page.locator(".reference").first.inner_text()

    nigar = visitor("nigar", width=390, language=language)
    nigar.page.goto("/my/requests/")
    nigar.page.locator("main tr, main li").filter(has_text=reference).first.locator("a").first.click()
    nigar.sees("Aysel Məmmədova")
    assert_sound(nigar, f"helped-{language}")


def fill_in_and_send(person: Visitor) -> None:
    """Fill in the form of an extract of the property register, from its first page on, and send it."""
    page = person.page
    for name, value in (("search_by", "parcel"), ("whose", "own")):
        page.locator(f"input[name={name}][value={value}]").check()
    if (questions := page.locator("main button[name=do][value=show]")).count():  # where no script brings them
        questions.click()
    page.locator("input[name=parcel]").fill("AZ-0123-4568")
    page.locator(NEXT).first.click()
    page.locator("input[name=purpose]").first.check()
    page.locator(NEXT).first.click()
    while not page.locator("input[name=declared]").count():
        page.locator(NEXT).first.click()
    page.locator("input[name=declared]").check()
    page.locator("main form:has(input[name=declared]) button").first.click()


@pytest.mark.parametrize(
    ("language", "script", "role", "ended"),
    [
        pytest.param("fr", False, "Bénévole", "Vous seul pouvez maintenant suivre votre demande.", id="french-plain"),
        pytest.param("ar", True, "متطوع", "أنت وحدك من يستطيع متابعة طلبك الآن.", id="arabic"),
    ],
)
def test_a_volunteer_helps_until_the_person_ends_it(
    visitor: Open, language: str, script: bool, role: str, ended: str
) -> None:
    look = {"width": 390, "language": language, "java_script_enabled": script}
    elvin, nigar = visitor("elvin", **look), visitor("nigar", **look)
    page = elvin.page
    page.goto("/apply/property-extract/for/")
    page.locator("input[name=name]").fill("Nigar Əliyeva")
    page.locator("input[name=personal_identifier]").fill(NIGAR)
    page.locator("input[name=relation][value=volunteer]").check()
    page.locator("textarea[name=reason]").fill("Her eyes are weak")
    for name in ("may_follow", "agreed"):
        page.locator(f"input[name={name}]").check()
    page.locator("main form button[type=submit]").last.click()
    fill_in_and_send(elvin)
    reference = page.locator(".reference").first.inner_text()
    page.locator("main a[href^='/my/requests/']").first.click()
    expect(page.locator("main .notice").first).to_contain_text("Nigar Əliyeva")
    assert_sound(elvin, f"helping-{language}")
    helped = page.url

    nigar.page.goto(helped)
    for words in ("Elvin Hüseynov", role, "Her eyes are weak", reference):
        nigar.sees(words)
    assert_sound(nigar, f"helped-by-volunteer-{language}")
    nigar.page.locator("form[action$='/assistance/end/'] button").click()
    nigar.sees(ended)
    expect(nigar.page.locator("form[action$='/assistance/end/']")).to_have_count(0)
    assert_sound(nigar, f"help-ended-{language}")
    answer = page.goto(helped)
    assert answer is not None
    assert answer.status == 404
    page.goto("/my/requests/")
    expect(page.locator("main")).not_to_contain_text(reference)
    nigar.page.goto("/my/data/readings/")
    expect(nigar.page.locator("main tr", has_text=reference).first).to_contain_text("Elvin Hüseynov")
    assert elvin.faults == nigar.faults == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_question_about_an_answer_is_answered_at_its_field(visitor: Open, language: str) -> None:
    aysel, bruno = visitor("aysel", width=390), visitor("bruno", width=390, language=language)
    plate = {"en": "10-CC-111", "fr": "10-CC-222"}[language]
    reference = aysel.apply_for_parking("company_car", plate)
    aysel.follow("Follow your request")
    aysel.wait_for("With Sumgait")
    address = aysel.page.url

    bruno.open_request(reference)
    bruno.wait_for_part("form[action$='/claim/'] button").click()
    bruno.page.locator("details:has(form[action$='/ask/']) summary").click()
    bruno.page.locator("form[action$='/ask/'] textarea").fill("Is this the plate?")
    bruno.page.locator("select[name=about]").select_option("field:plate")
    assert_sound(bruno, f"ask-about-{language}")
    bruno.page.locator("form[action$='/ask/'] button").click()

    person = visitor("aysel", width=390, language=language)
    person.page.goto(address)
    person.sees(STILL[language])
    assert_sound(person, f"answer-at-field-{language}")
    person.page.locator("input[name=plate]").fill("!")
    person.page.locator("form[action$='/answer/'] button[type=submit], form[action$='/answer/'] button").last.click()
    expect(person.page.locator("#id_plate_error")).to_be_visible()
    assert_sound(person, f"answer-at-field-fault-{language}")
    person.page.locator("input[name=plate]").fill("10-DD-333")
    person.page.locator("form[action$='/answer/'] button").last.click()
    expect(person.page.locator("main ins").first).to_have_text("10-DD-333")

    bruno.open_request(reference)
    expect(bruno.page.locator("main del").first).to_have_text(plate)
    assert_sound(bruno, f"before-and-after-{language}")


@pytest.mark.parametrize(("language", "script"), [("en", True), ("fr", True), ("ar", False)])
def test_in_one_s_own_place(visitor: Open, language: str, script: bool) -> None:
    person = visitor(width=390, language=language, java_script_enabled=script)
    page = person.page
    page.goto("/services/parking-permit/")
    page.locator("main a[href^='/place/']").first.click()
    page.locator("input[name=place][value=sheki]").check()
    page.locator("main form button").first.click()
    expect(page).to_have_url("/services/parking-permit/")
    page.goto("/life-events/moving-home/")
    page.locator("input[type=checkbox]").first.check()
    page.locator("main a[href^='/entitlements/']").click()
    expect(page.locator("main form")).to_be_visible()
    page.goto("/services/?here=1")
    expect(page.locator("main a[href='/services/parking-permit/']").first).to_be_visible()
    assert_sound(person, f"here-{language}")
    for name, path in {"place": "/place/", "life-event": "/life-events/moving-home/"}.items():
        page.goto(path)
        assert_sound(person, f"{name}-{language}")
