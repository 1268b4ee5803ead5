"""Files sent from a phone: slowly, with a broken connection, refused, given up, and without JavaScript."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.people import NEXT, Visitor
from tests.journeys.test_pages import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
FILES = "[id$=_files] li"
LATITUDE = "input[name='place.lat']"
SENDING = "[id$=_sending] li"
BROKE = {"en": "the connection broke", "fr": "la connexion s’est coupée"}
ARRIVED = {"en": "hole.jpg has arrived", "fr": "hole.jpg est arrivé"}
REFUSED = {"en": "notes.jpg can’t be taken.", "fr": "notes.jpg ne peut pas être accepté."}
NO_PICTURE = {"en": "The file is none of these kinds", "fr": "Le fichier n’est d’aucun de ces types"}


def photo(folder: Path, name: str, side: int = 700) -> Path:
    """Make a picture that doesn't compress, as those of phones don't."""
    file = folder / name
    Image.effect_noise((side, side), 80).convert("RGB").save(file, quality=95)
    return file


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return [photo(tmp_path, "hole.jpg"), photo(tmp_path, "hole, close.jpg")]


def to_the_photos(person: Visitor) -> Page:
    """Begin a pothole report and go to the page that takes photos."""
    page = person.page
    page.goto("/apply/pothole-report/")
    page.locator("input[name=office]").first.check()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile("/apply/draft/"))
    page.goto(re.sub("[^/]+/$", "where/", page.url))
    page.locator(LATITUDE).fill("40.5")
    return page


def network_of(page: Page) -> Callable[..., None]:
    """Give a function that makes a page's network slow, breaks it, or mends it: `network(60_000)`, `network()`."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def limit(bytes_per_second: int = -1, *, offline: bool = False) -> None:
        limits = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second}
        session.send("Network.emulateNetworkConditions", {"offline": offline, **limits})

    return limit


def begun(page: Page) -> None:
    """Wait until some of the first file has gone."""
    expect(page.locator(f"{SENDING} progress").first).not_to_have_js_property("value", 0)


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1280, "en"), (390, "ar")])
def test_several_files_on_a_slow_network_show_how_far_they_are(
    visitor: Open, photos: list[Path], width: int, language: str
) -> None:
    person = visitor(width=width, language=language)
    page = to_the_photos(person)
    network = network_of(page)
    network(100_000)

    page.locator("input[type=file]").first.set_input_files(photos)

    expect(page.locator(SENDING)).to_have_count(2)
    expect(page.locator("[data-uploads]")).to_contain_text("hole.jpg")
    begun(page)
    assert page.locator(f"{SENDING} progress").last.evaluate("bar => bar.value") == 0
    assert_sound(person, f"upload-slow-{language}-{width}")
    network()
    expect(page.locator(FILES)).to_have_count(2, timeout=20_000)
    expect(page.locator(SENDING)).to_have_count(0)
    expect(page.locator(LATITUDE)).to_have_value("40.5")
    assert page.evaluate("document.querySelector('[data-upload]').files.length") == 0
    assert_sound(person, f"upload-arrived-{language}-{width}")


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1280, "en"), (390, "fr")])
def test_a_broken_connection_is_told_and_tried_again(
    visitor: Open, photos: list[Path], width: int, language: str
) -> None:
    person = visitor(width=width, language=language)
    page = to_the_photos(person)
    network = network_of(page)
    network(60_000)
    page.locator("input[type=file]").first.set_input_files(photos[:1])
    begun(page)

    network(0, offline=True)

    expect(page.locator(f"{SENDING} .error")).to_contain_text(BROKE[language])
    assert_sound(person, f"upload-broken-{language}-{width}")
    network()
    page.locator(f"{SENDING} [data-again]").click()
    expect(page.locator(FILES)).to_have_count(1, timeout=20_000)
    expect(page.locator("[data-uploads]")).to_have_text(ARRIVED[language])


def test_the_page_waits_for_its_files_and_one_can_be_given_up(visitor: Open, photos: list[Path]) -> None:
    person = visitor(width=390)
    page = to_the_photos(person)
    network = network_of(page)
    network(20_000)
    page.locator("input[type=file]").first.set_input_files(photos)
    begun(page)
    address = page.url

    person.click("Save and go on")

    expect(page.locator(SENDING).first).to_contain_text("Wait until your files have arrived")
    assert page.url == address
    network()
    page.locator(f"{SENDING} [data-cancel]").last.click()
    expect(page.locator(FILES)).to_have_count(1, timeout=20_000)
    expect(page.locator(SENDING)).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_the_portal_refuses_is_told_at_the_file(visitor: Open, tmp_path: Path, language: str) -> None:
    person = visitor(width=390, language=language)
    page = to_the_photos(person)
    (tmp_path / "notes.jpg").write_text("no picture at all")

    page.locator("input[type=file]").first.set_input_files(tmp_path / "notes.jpg")

    expect(page.locator(f"{SENDING} .error")).to_contain_text(NO_PICTURE[language])
    expect(page.locator("[data-uploads]")).to_contain_text(f"{REFUSED[language]} {NO_PICTURE[language]}")
    expect(page.locator(f"{SENDING} [data-again]")).to_be_hidden()
    assert_sound(person, f"upload-refused-{language}")
    page.locator(f"{SENDING} [data-cancel]").click()
    expect(page.locator(SENDING)).to_have_count(0)
    expect(page.locator("input[type=file]").first).to_be_focused()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_phone_offers_its_camera(visitor: Open, photos: list[Path], language: str) -> None:
    person = visitor(width=390, language=language, has_touch=True, is_mobile=True)
    page = to_the_photos(person)
    with page.expect_file_chooser() as chooser:
        page.locator("[data-camera] button").click()

    chooser.value.set_files(photos[0])

    expect(page.locator(FILES)).to_have_count(1, timeout=20_000)


def test_without_javascript_a_file_goes_with_the_page(visitor: Open, photos: list[Path]) -> None:
    person = visitor(width=390, java_script_enabled=False)
    page = to_the_photos(person)
    page.locator("input[type=file]").first.set_input_files(photos)

    person.click("Save and go on")

    expect(page.locator(FILES)).to_have_count(2)
    expect(page.locator(LATITUDE)).to_have_value("40.5")
    expect(page.locator(".error").first).to_be_visible()
    assert person.faults == []


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("script", [True, False], ids=["scripted", "plain"])
def test_what_was_sent_is_opened_again_from_the_page_and_from_the_check(
    visitor: Open, photos: list[Path], language: str, script: bool
) -> None:
    person = visitor(width=390, language=language, java_script_enabled=script)
    page = to_the_photos(person)
    page.locator("input[type=file]").first.set_input_files(photos[0])
    if not script:
        page.locator(NEXT).click()
    expect(page.locator(FILES)).to_have_count(1, timeout=20_000)
    for place in (page.url, re.sub("[^/]+/$", "check/", page.url)):
        page.goto(place)
        page.locator(LATITUDE if "where" in place else "input[name=name]").fill("41")
        with page.expect_download() as download:
            page.get_by_role("link", name=photos[0].name, exact=True).click()
        assert download.value.suggested_filename == photos[0].name
        assert download.value.path().read_bytes().startswith(b"\xff\xd8")
        assert page.url == place
        assert page.locator("main input:visible").evaluate_all("all => all.some((one) => one.value === '41')")
        if script:
            assert_sound(person, f"file-of-a-draft-{'page' if 'where' in place else 'check'}-{language}")
    assert person.faults == []


@pytest.mark.parametrize(("language", "script"), [("fr", False), ("ar", True)])
def test_a_file_is_taken_back_from_the_draft(visitor: Open, photos: list[Path], language: str, script: bool) -> None:
    person = visitor(width=390, language=language, java_script_enabled=script)
    page = to_the_photos(person)
    page.locator("input[type=file]").first.set_input_files(photos)
    if not script:
        page.locator(NEXT).click()
    expect(page.locator(FILES)).to_have_count(2, timeout=20_000)

    page.locator(LATITUDE).fill("41")
    page.locator(FILES).first.locator("button").click()

    expect(page.locator(FILES)).to_have_count(1)
    expect(page.locator(FILES)).to_contain_text(photos[1].name)
    expect(page.locator(LATITUDE)).to_have_value("41")
    assert_sound(person, f"file-taken-back-{language}")
    page.goto(re.sub("[^/]+/$", "check/", page.url))
    expect(page.locator("main")).to_contain_text(photos[1].name)
    expect(page.locator("main")).not_to_contain_text(photos[0].name)
    assert person.faults == []
