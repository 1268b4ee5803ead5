"""The words in which Django and allauth speak of faults, in every language: no page of the portal shall say them."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import allauth
import django
import polib

LANGUAGES = ("fr", "az", "ar")
ROOMS = [
    Path(django.__file__).parent / "conf/locale",
    Path(django.__file__).parent / "contrib/auth/locale",
    Path(allauth.__file__).parent / "locale",
]
PARAMETER = re.compile(r"%(?:\(\w+\))?[sd]")
# Said by the portal, too, or no fault: a label, a button.
SHARED = {"You must type the same password each time."}


def is_foreign(words: str) -> bool:
    """Tell whether a fault is told in the words of Django or allauth."""
    return any(form.fullmatch(words) for form in _foreign())


@cache
def _foreign() -> list[re.Pattern[str]]:
    texts = {text for room in ROOMS for language in LANGUAGES for text in _sentences(room, language)}
    return [re.compile(".+".join(map(re.escape, PARAMETER.split(text)))) for text in texts]


def _sentences(room: Path, language: str) -> Iterator[str]:
    for entry in polib.pofile(str(room / language / "LC_MESSAGES/django.po")):
        if entry.msgid.endswith((".", ":")) and entry.msgid not in SHARED:
            yield from filter(None, (entry.msgid, entry.msgid_plural, entry.msgstr, *entry.msgstr_plural.values()))
