"""Fold texts so that search forgives case, accents and Azerbaijani letters. Pure functions."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from services.catalogue.definition import Definition

MOST_WORDS = 10
LETTERS = str.maketrans({"ə": "e", "ı": "i", "İ": "i", "ß": "ss", "œ": "oe", "æ": "ae"})


def fold(text: str) -> str:
    """Give a text in small letters without accents: `Şəki` becomes `seki`."""
    plain = unicodedata.normalize("NFKD", text.translate(LETTERS).lower().translate(LETTERS))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def words_of(text: str) -> list[str]:
    """Give the words that somebody looks for, folded, without signs; only the first ten count."""
    return re.findall(r"\w+", fold(text))[:MOST_WORDS]


def naming_words(definition: Definition) -> str:
    """Give what a service is called, folded, in all its languages: titles and keywords."""
    names = [*definition.title.values(), *(word for words in definition.keywords.values() for word in words)]
    return fold(" ".join(names))


def searchable_words(definition: Definition, agency: Mapping[Any, str]) -> str:
    """Give all texts by which a service is found, folded, in all its languages; `agency` is who answers for it."""
    texts: list[Mapping[Any, str]] = [definition.title, definition.summary, definition.description or {}, agency]
    texts += [evidence.title for evidence in definition.evidence]
    texts += [requirement.text for requirement in definition.eligibility]
    texts += [law.title for law in definition.legal_basis]
    texts += [field.label for field in definition.fields.values()]
    texts += [reason.text for reason in definition.rejection_reasons]
    texts += [document.title for document in definition.documents]
    words = [text for translations in texts for text in translations.values()]
    words += [word for keywords in definition.keywords.values() for word in keywords]
    return fold(" ".join(words))
