"""PDFs that people supply are opened apart: what can't be read or does something is refused in words."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from services.requests import open_pdf
from services.requests.evidence import Evidence
from services.requests.models import Draft
from services.requests.operations import add_evidence, start_draft
from services.requests.previews import page_as_picture, pages_of
from services.requests.supplying import BadEvidence, fitting_name, safe_name
from tests import worlds
from tests.citizens.forms import PDF

CATALOG = b"/Type/Catalog/Pages 2 0 R"


def with_catalog(more: bytes, objects: bytes = b"") -> bytes:
    """Give the sound PDF with more in its catalogue, and with more objects."""
    assert CATALOG in PDF
    return PDF.replace(CATALOG, CATALOG + more).replace(b"trailer", objects + b"trailer")


SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"
FILE = b"4 0 obj<</Type/Filespec/F(a.exe)/EF<</F 5 0 R>>>>endobj\n"
FILE += b"5 0 obj<</Type/EmbeddedFile/Length 3>>stream\nMZx\nendstream endobj\n"
ACTS = {
    "a script on opening": with_catalog(b"/OpenAction" + SCRIPT),
    "a script spelt otherwise": with_catalog(b"/OpenAction<</S/#4aava#53cript/#4a#53(x)>>"),
    "a script behind what looks like a stream": with_catalog(
        b"/X(stream\r\n)/OpenAction 4 0 R", b"4 0 obj" + SCRIPT + b"endobj\n"
    ),
    "a script between what looks like a string": with_catalog(b"/X(\\()/OpenAction" + SCRIPT + b"/Y(\\))"),
    "a command": with_catalog(b"/OpenAction<</S/Launch/F(calc.exe)>>"),
    "a command of the page": PDF.replace(b"/Type/Page/", b"/Type/Page/AA<</O<</S/Launch/F(x)>>>>/"),
    "a file inside": with_catalog(b"/Names<</EmbeddedFiles<</Names[(a) 4 0 R]>>>>", FILE),
    "a form of another kind": with_catalog(b"/AcroForm<</XFA(x)/Fields[]>>"),
}
DAMAGED = {
    "words": b"%PDF-1.7\ngarbage",
    "no pages": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "a page of HTML": b"%PDF-1.7\n<html><script>alert(1)</script></html>",
    "half": PDF[: len(PDF) // 3],
}
NO_KIND = "The file is none of these kinds: PDF. Save it as one of them."
# Whoever opens it must know the word that the key was made of.
LOCKED = b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O(%s)/U(%s)>>endobj\n" % (b"o" * 32, b"u" * 32)
PROTECTED = with_catalog(b"", LOCKED).replace(b"<</Root 1 0 R", b"<</Encrypt 4 0 R/ID[(a)(a)]/Root 1 0 R")


def million_pages() -> bytes:
    """Give a small PDF whose tree of pages names one page a million times."""
    tree = b"2 0 obj<</Type/Pages/Count 1000000/Kids[" + b"4 0 R " * 100 + b"]>>endobj\n"
    tree += b"4 0 obj<</Type/Pages/Parent 2 0 R/Count 10000/Kids[" + b"5 0 R " * 100 + b"]>>endobj\n"
    tree += b"5 0 obj<</Type/Pages/Parent 4 0 R/Count 100/Kids[" + b"3 0 R " * 100 + b"]>>endobj\n"
    return with_catalog(b"", tree)


# Kinds that nobody is asked for, however their files are called.
OTHERS = {
    "nothing": b"",
    "a program": b"MZ\x90\0" + b"\0" * 60,
    "a program of Unix": b"\x7fELF" + b"\0" * 60,
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a script of a server": b"<?php system($_GET[0]);",
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
    "an archive in a picture": b"GIF89a" + b"PK\x03\x04" * 9,
    "an archive": b"PK\x03\x04\x14\0\0\0\x08\0" + b"../../etc/x" * 9,
    "a document with macros": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "a picture of a phone": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 60,
    "a scan": b"II*\0\x08\0\0\0" + b"\0" * 60,
    "an archive that swells": b"\x1f\x8b\x08\0" + b"\0" * 60,
}


@pytest.fixture
def draft(db: None) -> Draft:
    worlds.build_agencies("north")
    return start_draft(worlds.published([worlds.desk("judge")]).service, worlds.citizen(), None, {})


def add(draft: Draft, content: bytes) -> Evidence:
    file = ContentFile(content, name="paper.pdf")
    return add_evidence(draft, "paper", file, accept=["pdf"], at_most=9, now=worlds.NOON)


def refusal(draft: Draft, content: bytes) -> str:
    with pytest.raises(BadEvidence) as refused:
        add(draft, content)
    assert not Evidence.objects.exists()
    return str(refused.value.message)


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_called_a_pdf_and_is_none_is_refused(draft: Draft, what: str) -> None:
    told = refusal(draft, OTHERS[what])

    assert told == ("The file is empty. Choose it again." if what == "nothing" else NO_KIND)


class TestPdf:
    def test_is_kept_as_it_is(self, draft: Draft) -> None:
        assert add(draft, PDF).file.read() == PDF

    def test_with_links_and_with_such_names_in_its_words_is_kept(self, draft: Draft) -> None:
        words = b"4 0 obj<</Length 15>>stream\n(x /JS /Launch)\nendstream endobj\n"
        link = b"/OpenAction<</S/URI/URI(https://example.org)>>/Title(JavaScript /JS)"

        assert add(draft, with_catalog(link, words)).size > len(PDF)

    def test_a_million_pages_are_opened_and_drawn_one_by_one(self, draft: Draft) -> None:
        many = million_pages()
        assert len(many) < 5_000
        assert add(draft, many).size == len(many)
        assert pages_of(many) == 1_000_000
        assert page_as_picture(many, 999_999).startswith(b"\x89PNG")

    @pytest.mark.parametrize("what", ACTS)
    def test_that_does_something_is_refused(self, draft: Draft, what: str) -> None:
        assert "Print it to a new PDF" in refusal(draft, ACTS[what])

    @pytest.mark.parametrize("what", DAMAGED)
    def test_that_can_not_be_read_is_refused(self, draft: Draft, what: str) -> None:
        assert "Save or scan it again" in refusal(draft, DAMAGED[what])

    def test_that_asks_for_a_password_is_refused(self, draft: Draft) -> None:
        assert "Save it without one" in refusal(draft, PROTECTED)

    def test_that_takes_too_long_is_refused(self, draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("services.requests.previews.LONGEST_S", 0.001)

        assert "Save or scan it again" in refusal(draft, PDF)


def test_the_program_takes_no_more_memory_than_it_may() -> None:
    bomb = (
        "import sys; sys.argv = ['x']; from services.requests import open_pdf as o; o.main(); bytearray(o.MOST_MEMORY)"
    )
    root = Path(open_pdf.__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", bomb], input=PDF, capture_output=True, cwd=root, check=False)

    assert ended.returncode != 0
    assert b"MemoryError" in ended.stderr


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("...", "file"),
        ("", "file"),
        ("\u00ad.pdf", "file.pdf"),
        (".pdf", "file.pdf"),
        (" . .pdf", "file.pdf"),
        ("../../paper.pdf", "paper.pdf"),
        ("C:\\papers\\paper.pdf", "paper.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\0\r\nb.pdf", "ab.pdf"),
        ("şəkil 😀.jpg", "şəkil 😀.jpg"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("." + "p" * 300, "file." + "p" * 195),
    ],
)
def test_a_name_is_one_that_people_can_read(name: str, kept: str) -> None:
    assert safe_name(name) == kept


@pytest.mark.parametrize(
    ("name", "content_type", "kept"),
    [
        ("paper.PDF", "application/pdf", "paper.PDF"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("paper", "application/pdf", "paper.pdf"),
        ("invoice.pdf.exe", "application/pdf", "invoice.pdf.exe.pdf"),
        ("photo.html", "image/png", "photo.html.png"),
        ("pdf", "application/pdf", "pdf.pdf"),
        ("x" * 300, "image/jpeg", "x" * 196 + ".jpg"),
    ],
)
def test_a_name_ends_as_its_kind_does(name: str, content_type: str, kept: str) -> None:
    """Saved by who reads it, a page or program that hides in it is opened as neither."""
    assert fitting_name(name, content_type) == kept
