"""Fold texts so that search forgives case, accents and Azerbaijani letters. Pure functions."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from services.catalogue.definition import Definition
from services.catalogue.definition.terms import Language

MOST_WORDS, LANGUAGES = 10, frozenset(get_args(Language))
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


def searchable_words(source: Mapping[str, Any], agency: Mapping[str, str]) -> str:
    """Give all texts by which a service is found, folded, in all its languages.

    `source` is the plain data of its definition, `agency` the name of who answers for it. Offices aren't among them:
    each town hall would be what a mistyped word means.
    """
    return fold(" ".join([*texts_in(source), *agency.values()]))


def texts_in(plain: Any) -> Iterator[str]:
    """Give every text in the plain data of a definition: what is written by language is one."""
    parts = plain.values() if isinstance(plain, Mapping) else plain if isinstance(plain, list) else ()
    if isinstance(plain, Mapping) and plain and plain.keys() <= LANGUAGES:
        for words in parts:
            yield from [words] if isinstance(words, str) else words
    else:
        for part in parts:
            yield from texts_in(part)
