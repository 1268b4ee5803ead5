#!/usr/bin/env python3
"""Bring the catalogues up to date with the sources (`make messages`) and tell what lacks a translation.

Write the translations into `locale/*/LC_MESSAGES/django.po` and run it again: it compiles them, too.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).parent.parent
LANGUAGES = ("az", "fr", "ar")
GETTEXT = ("xgettext", "msguniq", "msgmerge", "msgattrib")
NOT_SHOWN = ("bench", "docs", "samples", "tests", "var")
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def main() -> None:
    if not all(shutil.which(tool) for tool in GETTEXT):
        sys.exit("error: gettext is missing, which reads the texts of the sources (Debian: apt install gettext)")
    created = {language: polib.pofile(str(path(language))).metadata["POT-Creation-Date"] for language in LANGUAGES}
    read_sources()
    for language in LANGUAGES:
        catalogue = polib.pofile(str(path(language)), wrapwidth=0)
        catalogue.metadata["POT-Creation-Date"] = created[language]  # a new date alone is no news
        for entry in catalogue:
            tidy(entry, language)
        catalogue.save()
        path(language).with_suffix(".mo").write_bytes(polib.pofile(str(path(language))).to_binary())
        print(f"{language}: {len(catalogue)} texts", *lacking(catalogue), sep="\n  without a translation: ")


def path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read_sources() -> None:
    wanted = [f"--locale={language}" for language in LANGUAGES]
    unwanted = [f"--ignore={folder}" for folder in NOT_SHOWN]
    plain = ["--no-location", "--no-wrap", "--no-obsolete", "--verbosity=0"]
    command = [sys.executable, "manage.py", "makemessages", *plain, *wanted, *unwanted]
    subprocess.run(command, cwd=ROOT, check=True)


def tidy(entry: polib.POEntry, language: str) -> None:
    """Empty what gettext guessed from a similar text: a wrong translation is worse than none."""
    if entry.fuzzy:
        entry.flags.remove("fuzzy")
        entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
        entry.msgstr, entry.msgstr_plural = "", dict.fromkeys(entry.msgstr_plural, "")
    if language == "fr":
        entry.msgstr = unbroken(entry.msgstr)
        entry.msgstr_plural = {form: unbroken(text) for form, text in entry.msgstr_plural.items()}


def unbroken(text: str) -> str:
    """Keep French marks on the line of the word they belong to."""
    return re.sub(r" (?=[:;?!»])|(?<=«) ", NO_BREAK_SPACE, text)


def lacking(catalogue: polib.POFile) -> Iterator[str]:
    for entry in catalogue:
        if not all(entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]):
            yield entry.msgid


if __name__ == "__main__":
    main()
