"""The texts of the interface are complete and sound in every language, and the pages show them."""

import re
from functools import cache
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client

LANGUAGES = ("az", "fr", "ar")
PLURAL_FORMS = {"az": 2, "fr": 2, "ar": 6}
ROOT = Path(settings.BASE_DIR)
NUMBER_IN_THE_WORD = {"ar": (0, 1, 2)}  # none, one and two are told by the noun itself
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
TRANSLATE = re.compile(r"""\{%\s*(?:translate|trans)\s+(?:"([^"]+)"|'([^']+)')""")


def po_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


@cache
def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(po_path(language)))


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def texts_of_templates() -> set[str]:
    pages = [page for room in ("templates", "portal", "services") for page in (ROOT / room).rglob("*.html")]
    return {first or second for page in pages for first, second in TRANSLATE.findall(page.read_text())}


@pytest.mark.parametrize("language", LANGUAGES)
class TestACatalogue:
    def test_translates_every_entry(self, language: str) -> None:
        missing = [entry.msgid for entry in catalogue(language) if not all(translations(entry))]

        assert missing == []

    def test_has_no_doubtful_entry(self, language: str) -> None:
        assert [entry.msgid for entry in catalogue(language) if entry.fuzzy] == []

    def test_knows_every_text_of_the_templates(self, language: str) -> None:
        texts = texts_of_templates()

        assert len(texts) > 100
        assert texts - {entry.msgid for entry in catalogue(language)} == set()

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
