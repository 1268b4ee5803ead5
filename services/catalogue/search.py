"""Fold texts so that search forgives case, accents and Azerbaijani letters. Pure functions."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from services.catalogue.definition import Definition

LETTERS = str.maketrans({"ə": "e", "ı": "i", "İ": "i", "ß": "ss", "œ": "oe", "æ": "ae"})


def fold(text: str) -> str:
    """Give a text in small letters without accents: `Şəki` becomes `seki`."""
    plain = unicodedata.normalize("NFKD", text.translate(LETTERS).lower().translate(LETTERS))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def searchable_words(definition: Definition) -> str:
    """Give all texts by which a service is found, folded, in all its languages."""
    texts: list[Mapping[Any, str]] = [definition.title, definition.summary, definition.description or {}]
    texts += [evidence.title for evidence in definition.evidence]
    words = [text for translations in texts for text in translations.values()]
    words += [word for keywords in definition.keywords.values() for word in keywords]
    return fold(" ".join(words))
