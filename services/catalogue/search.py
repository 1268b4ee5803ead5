"""Fold texts so that search forgives case, accents, Azerbaijani letters and typing errors. Pure functions."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from services.catalogue.definition import Definition
from services.catalogue.definition.terms import Language

MOST_WORDS = 10
MOST_PROSE = 150_000  # letters; PostgreSQL indexes a megabyte at most, and a letter may have four bytes
FEWEST_TYPED, FEWEST_MEANT = 4, 5  # letters: of shorter words half of a language is one error away
LONGEST_ENDING = 4  # letters, as in “icazəniz”
MOST_LETTERS = 40  # of a longer word nobody keeps the forms
LANGUAGES = frozenset(get_args(Language))
# What officials and machines read, and what only stands in a finished paper: nobody looks for a service by it.
NOT_TOLD = {"activities", "after_care", "appeal", "body", "examples", "outcomes", "parameters", "retention", "settings"}
# With the accents and vowel signs that some keyboards write apart from their letter.
WRITTEN = re.compile(r"[\w\u0300-\u036f\u064b-\u065f\u0670]+")
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
    """Give a service's short texts, folded, in all languages; `agency` is who answers for it."""
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


def words_told(source: Mapping[str, Any], *names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Give each word that a service tells people anywhere: by language, folded, and as it is written.

    `source` is the plain data of its definition, `names` are those of whom and what it belongs to.
    """
    told: defaultdict[str, list[str]] = defaultdict(list)
    for texts in (*({**name} for name in names), *_texts_in(source)):
        for language in LANGUAGES & texts.keys():
            told[language] += [texts[language]] if isinstance(texts[language], str) else texts[language]
    return {language: dict(as_written(" ".join(texts), language)) for language, texts in told.items()}


def prose_of(words: Iterable[str]) -> str:
    """Give words in a row, as many as an index holds."""
    return " ".join(sorted(words))[:MOST_PROSE]


def as_written(text: str, language: str = "") -> Iterator[tuple[str, str]]:
    """Give the different words of a text in their order: folded, and in small letters as the language has them."""
    for token in dict.fromkeys(WRITTEN.findall(text)):
        parts = re.findall(r"\w+", fold(token))
        small = token.replace("İ", "i").replace("I", "ı" if language == "az" else "i").lower()
        yield from zip(parts, [small] if len(parts) == 1 else parts, strict=True)


def vocabulary_of(told: Mapping[str, Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    """Give what is kept of each told word with which a mistyped one is compared."""
    for language, words in sorted(told.items()):
        for folded, written in sorted(words.items()):
            if is_compared(folded):
                forms = forms_of(folded) if len(folded) >= FEWEST_MEANT else []
                yield {"language": language, "folded": folded, "written": written, "forms": forms}


def is_compared(word: str) -> bool:
    """Tell whether a folded word may be mistyped: short ones and numbers stand for themselves."""
    return FEWEST_TYPED <= len(word) <= MOST_LETTERS and word.isalpha()


def forms_of(word: str) -> list[str]:
    """Give a folded word and what is left when one letter of it is missing.

    Two words that differ by a letter too many, too few, wrong, or changed with the next have such a form in common.
    """
    return sorted({word, *(word[:place] + word[place + 1 :] for place in range(len(word)))})


def without_ending(word: str) -> list[str]:
    """Give what a folded word may be without its ending: of `icazesi` also `icaze`, of a short one without a letter."""
    if len(word) == FEWEST_MEANT:
        return [word[:-1]]
    fewest = max(FEWEST_MEANT, len(word) - LONGEST_ENDING)
    return [word[:length] for length in range(len(word) - 1, fewest - 1, -1)]


def is_one_error(typed: str, meant: str) -> bool:
    """Tell whether one letter too many, too few, wrong, or changed with the next makes one word of the other."""
    start = next((i for i, pair in enumerate(zip(typed, meant, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return abs(len(typed) - len(meant)) <= 1
    rest, other = typed[start:], meant[start:]
    changed = rest[1::-1] + rest[2:]
    return rest[1:] == other or rest == other[1:] or rest[1:] == other[1:] or changed == other


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
