"""The texts of the interface are complete and sound in every language, and the pages show them."""

import re
from functools import cache
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client

from tests.languages.sources import Text, texts_of

LANGUAGES = ("az", "fr", "ar")
PLURAL_FORMS = {"az": 2, "fr": 2, "ar": 6}
ROOT = Path(settings.BASE_DIR)
NUMBER_IN_THE_WORD = {"ar": (0, 1, 2)}  # none, one and two are told by the noun itself
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
ROOMS = [ROOT / room for room in ("templates", "portal", "services")]


def po_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


@cache
def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(po_path(language)))


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@cache
def texts() -> set[Text]:
    return texts_of(ROOMS)


def known(language: str) -> set[Text]:
    return {Text(entry.msgid, entry.msgid_plural, entry.msgctxt) for entry in catalogue(language)}


@pytest.mark.parametrize("language", LANGUAGES)
class TestACatalogue:
    def test_translates_every_entry(self, language: str) -> None:
        missing = [entry.msgid for entry in catalogue(language) if not all(translations(entry))]

        assert missing == []

    def test_has_no_doubtful_entry(self, language: str) -> None:
        assert [entry.msgid for entry in catalogue(language) if entry.fuzzy] == []

    def test_knows_every_text_of_the_sources(self, language: str) -> None:
        assert len(texts()) > 1000
        assert texts() - known(language) == set()

    def test_lacks_the_text_of_a_made_up_source(self, language: str, tmp_path: Path) -> None:
        (tmp_path / "made_up.py").write_text('words = _("No catalogue knows this."), _("Yes")')

        assert (texts() | texts_of([tmp_path])) - known(language) == {Text("No catalogue knows this.")}

    def test_holds_no_text_that_no_source_says(self, language: str) -> None:
        assert known(language) - texts() == set()

    def test_keeps_every_placeholder(self, language: str) -> None:
        changed = [
            (entry.msgid, text)
            for entry in catalogue(language)
            for form, text in enumerate(translations(entry))
            if len(set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)) ^ set(PLACEHOLDER.findall(text)))
            > (form in NUMBER_IN_THE_WORD.get(language, ()))
        ]

        assert changed == []

    def test_fills_every_plural_form(self, language: str) -> None:
        plurals = [entry for entry in catalogue(language) if entry.msgid_plural]

        assert plurals
        assert {len(entry.msgstr_plural) for entry in plurals} == {PLURAL_FORMS[language]}

    def test_is_compiled_from_its_text(self, language: str) -> None:
        assert po_path(language).with_suffix(".mo").read_bytes() == catalogue(language).to_binary()


def test_french_marks_stay_with_their_word() -> None:
    loose = re.compile(r" [:;?!»]|« ")

    assert [text for entry in catalogue("fr") for text in translations(entry) if loose.search(text)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/", "/services/", "/account/login/"])
@pytest.mark.parametrize(
    ("language", "direction", "sign_in"),
    [("az", "ltr", "Daxil olun"), ("fr", "ltr", "Se connecter"), ("ar", "rtl", "تسجيل الدخول")],
)
class TestAPage:
    def test_speaks_the_chosen_language(self, page: str, language: str, direction: str, sign_in: str) -> None:
        client = Client()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

        text = client.get(page).content.decode()

        opening = re.search(r"<html[^>]*>", text)
        assert opening
        assert f'lang="{language}"' in opening[0]
        assert f'dir="{direction}"' in opening[0]
        assert sign_in in text
        assert "Sign in" not in text
        assert re.findall(r'lang="(\w+)" dir="rtl"', text.split("<body")[1]) == ["ar"]
