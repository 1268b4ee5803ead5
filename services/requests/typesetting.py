"""Typeset a document as a tagged PDF (PDF/UA-1): what people wrote goes in as data and is never read as markup."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
import segno
import typst
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

FOLDER = Path(__file__).parent
SHEET, DOCUMENT, LETTER, RECEIPT = "sheet.typ", "document.typ", "letter.typ", "receipt.typ"
BREAKS = re.compile(r"[^\S\u00a0\u202f]+")
JOINERS_AND_MARKS = "\u061c\u200c\u200d\u200e\u200f"
FIRST_PICTOGRAM = 0x1F000


@dataclass(frozen=True)
class DocumentContent:
    """All that stands on a document, in the words of its language."""

    title: str
    agency: str
    office: str
    reference: str
    number: str
    paragraphs: Sequence[str]
    facts: Sequence[tuple[str, str]]
    language: str
    issued_on: date
    valid_until: date | None
    verify_url: str
    is_demo: bool


@dataclass(frozen=True)
class LetterContent:
    """All that stands in a letter, in the words of its language."""

    title: str
    agency: str
    office: str
    reference: str
    number: str
    to: str
    paragraphs: Sequence[str]
    language: str
    written_on: date
    is_demo: bool


@dataclass(frozen=True)
class ReceiptContent:
    """All that stands on the receipt of a request, in the words of its language; sections have titles and rows.

    `proof` is a file that travels inside: the proof that the request's history is in the sealed log.
    """

    title: str
    agency: str
    office: str
    reference: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    steps: Sequence[str]
    language: str
    is_demo: bool
    proof: str = ""


def typeset(content: DocumentContent) -> bytes:
    """Give a document's PDF; raise `typst.TypstError` when it can't be set. Takes some 50 ms."""
    with override(content.language):
        data = _data(content)
    return _compiled(DOCUMENT, data)


def typeset_letter(content: LetterContent) -> bytes:
    """Give a letter's PDF; raise `typst.TypstError` when it can't be set. Takes some 50 ms."""
    with override(content.language):
        data = {
            **_head(content),
            "footer": content.number,
            "to": _plain(content.to),
            "facts": _rows([(_("Date"), date_format(content.written_on)), (_("Reference"), content.reference)]),
            "paragraphs": [_plain(paragraph) for paragraph in content.paragraphs],
        }
    return _compiled(LETTER, data)


def typeset_receipt(content: ReceiptContent) -> bytes:
    """Give the PDF of a receipt; raise `typst.TypstError` when it can't be set. Takes some 50 ms."""
    with override(content.language):
        data = {
            **_head(content),
            "footer": content.reference,
            "facts": _rows(content.facts),
            "sections": [{"title": _plain(title), "rows": _rows(rows)} for title, rows in content.sections],
            "steps": [_plain(step) for step in content.steps],
            "next": _("What happens next"),
            "proof": content.proof,
            "proof_words": _("Proof that the history of this request is in the sealed log"),
        }
    return _compiled(RECEIPT, data)


def _compiled(body: str, data: Mapping[str, object]) -> bytes:
    fonts, source = _compiler_input(body)
    options: dict[str, Any] = {"pdf_standards": ["ua-1"], "font_paths": fonts, "ignore_system_fonts": True}
    pdf: bytes = typst.compile(source, format="pdf", sys_inputs={"data": json.dumps(data)}, **options)
    return pdf


def _data(content: DocumentContent) -> dict[str, object]:
    facts = [*content.facts, (_("Issued on"), date_format(content.issued_on))]
    if content.valid_until is not None:
        facts.append((_("Valid until"), date_format(content.valid_until)))
    return {
        **_head(content),
        "footer": content.number,
        "paragraphs": [_plain(paragraph) for paragraph in content.paragraphs],
        "facts": _rows(facts),
        "number": content.number,
        "url": content.verify_url,
        "verify": _("Anyone can verify this document by its number or by the code:"),
        "code_alt": _("Code that leads to the page that verifies this document"),
        "code": _code(content.verify_url),
    }


def _head(content: DocumentContent | LetterContent | ReceiptContent) -> dict[str, object]:
    return {
        "title": _plain(content.title),
        "agency": _plain(content.agency),
        "office": _plain(content.office),
        "language": content.language,
        "right_to_left": content.language == "ar",
        "demo": _("Demonstration – this document has no legal force") if content.is_demo else "",
    }


def _rows(facts: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[_plain(label), _plain(value)] for label, value in facts if value]


def _plain(words: str) -> str:
    """Keep words on one line, without what has no shape or turns the direction of its neighbours."""
    return "".join(character for character in BREAKS.sub(" ", words).strip() if _is_printable(character))


def _is_printable(character: str) -> bool:
    is_other = unicodedata.category(character).startswith("C")
    return character in JOINERS_AND_MARKS or not (is_other or ord(character) >= FIRST_PICTOGRAM)


def _code(url: str) -> str:
    image = BytesIO()
    segno.make(url, error="m", micro=False).save(image, kind="svg", border=2, xmldecl=False)
    return image.getvalue().decode()


@cache
def _compiler_input(body: str) -> tuple[list[Path], bytes]:
    fonts = [Path(package.__file__).parent for package in (fontpkg_noto_sans, fontpkg_noto_sans_arabic)]
    return fonts, b"".join((FOLDER / part).read_bytes() for part in (SHEET, body))
