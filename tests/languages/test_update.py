"""What `make messages` does to a catalogue, and what it says when it can't."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

SCRIPT = Path(settings.BASE_DIR) / "locale" / "update.py"
update = runpy.run_path(str(SCRIPT))


def guess(**texts: object) -> polib.POEntry:
    return polib.POEntry(msgid="Send it", previous_msgid="Send", flags=["python-format", "fuzzy"], **texts)


class TestTidying:
    def test_empties_a_guess(self) -> None:
        entry = guess(msgstr="Göndər")

        update["tidy"](entry, "az")

        assert (entry.msgstr, entry.flags, entry.previous_msgid) == ("", ["python-format"], None)

    def test_empties_each_form_of_a_guess(self) -> None:
        entry = guess(msgid_plural="Send them", msgstr_plural={0: "Göndər", 1: "Göndər"})

        update["tidy"](entry, "az")

        assert entry.msgstr_plural == {0: "", 1: ""}

    def test_keeps_what_a_person_wrote(self) -> None:
        entry = polib.POEntry(msgid="Send it?", msgstr="Göndərilsin ?")

        update["tidy"](entry, "az")

        assert entry.msgstr == "Göndərilsin ?"

    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("Attention : êtes-vous sûr ?", "Attention\xa0: êtes-vous sûr\xa0?"),
            ("Le service « Permis » ; merci !", "Le service «\xa0Permis\xa0»\xa0; merci\xa0!"),
            ("Attention\xa0: rien.", "Attention\xa0: rien."),
        ],
    )
    def test_keeps_french_marks_with_their_word(self, written: str, kept: str) -> None:
        entry = polib.POEntry(msgid="x", msgstr=written, msgstr_plural={0: written})

        update["tidy"](entry, "fr")

        assert (entry.msgstr, entry.msgstr_plural) == (kept, {0: kept})


class TestTelling:
    def test_names_what_lacks_a_translation(self) -> None:
        catalogue = polib.POFile()
        catalogue.append(polib.POEntry(msgid="Done", msgstr="Fait"))
        catalogue.append(polib.POEntry(msgid="To do"))
        catalogue.append(polib.POEntry(msgid="1 day", msgid_plural="days", msgstr_plural={0: "1 jour", 1: ""}))

        assert list(update["lacking"](catalogue)) == ["To do", "1 day"]

    def test_says_plainly_that_gettext_is_missing(self, tmp_path: Path) -> None:
        before = update["path"]("fr").read_bytes()

        told = subprocess.run(
            [sys.executable, str(SCRIPT)],
            check=False,
            env={**os.environ, "PATH": str(tmp_path)},
            capture_output=True,
            text=True,
        )

        assert told.returncode == 1
        assert told.stderr.startswith("error: gettext is missing")
        assert update["path"]("fr").read_bytes() == before
