"""Fold texts so that search forgives case, accents and Azerbaijani letters. Pure functions."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from services.catalogue.definition import Definition
from services.catalogue.definition.terms import Language

MOST_WORDS = 10
MOST_PROSE = 150_000  # letters; PostgreSQL indexes a megabyte at most, and a letter may have four bytes
LANGUAGES = frozenset(get_args(Language))
# What officials and machines read, and what only stands in a finished paper: nobody looks for a service by it.
NOT_TOLD = {"activities", "after_care", "appeal", "body", "outcomes", "parameters", "retention", "settings"}
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
    """Give the texts in which typing errors are forgiven, folded, in all languages; `agency` is who answers for it."""
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


def prose_of(source: Mapping[str, Any], *names: Mapping[str, str]) -> dict[str, str]:
    """Give each word that a service tells people anywhere, folded and once, by language.

    `source` is the plain data of its definition, `names` are those of whom and what it belongs to.
    """
    told: defaultdict[str, list[str]] = defaultdict(list)
    for texts in (*({**name} for name in names), *_texts_in(source)):
        for language in LANGUAGES & texts.keys():
            told[language] += [texts[language]] if isinstance(texts[language], str) else texts[language]
    words = {language: set(re.findall(r"\w+", fold(" ".join(texts)))) for language, texts in told.items()}
    return {language: " ".join(sorted(distinct))[:MOST_PROSE] for language, distinct in words.items()}


def _texts_in(plain: Any) -> Iterator[dict[str, Any]]:
    """Give everything that is written by language in the plain data of a definition, for people to read."""
    if isinstance(plain, list):
        for part in plain:
            yield from _texts_in(part)
    elif isinstance(plain, dict) and plain.keys() <= LANGUAGES:
        yield plain
    elif isinstance(plain, dict):
        for name, part in plain.items():
            if name not in NOT_TOLD:
                yield from _texts_in(part)
