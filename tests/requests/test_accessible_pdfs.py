"""What a machine can judge of PDF/UA-1 in all that the portal prints: conditions of the Matterhorn Protocol.

No full checker ran: none is among the packages that the tests may install. Read here are the conditions that a
typesetter or a later change can break; the number of each stands beside it.
"""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2.raw as pdfium
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from services.requests import signing
from services.requests.typesetting import LetterContent, ReceiptContent, typeset, typeset_letter, typeset_receipt
from tests.requests.test_documents import CONTENT

LANGUAGES = ("en", "az", "fr", "ar")
WORDS = {"en": "Resident’s permit", "az": "Şəki sakininin icazəsi", "fr": "Permis de résident", "ar": "تصريح المقيمين"}


@dataclass(frozen=True)
class Part:
    """A part of the tree of tags."""

    kind: str
    own: Any
    children: list["Part"]
    contents: list[int]

    def everything(self) -> Iterator["Part"]:
        yield self
        for child in self.children:
            yield from child.everything()


def part_of(node: Any) -> Part:
    known = [resolved(child) for child in as_list(resolved(node.get("/K", [])))]
    children = [part_of(child) for child in known if hasattr(child, "get") and "/S" in child]
    references = [int(child["/MCID"]) for child in known if hasattr(child, "get") and "/MCID" in child]
    return Part(
        str(node.get("/S", "")).lstrip("/"),
        node,
        children,
        [*references, *(int(one) for one in known if is_number(one))],
    )


def resolved(node: Any) -> Any:
    return node.get_object() if hasattr(node, "get_object") else node


def as_list(node: Any) -> list[Any]:
    return list(node) if isinstance(node, list) else [node]


def is_number(node: Any) -> bool:
    return isinstance(node, int) and not isinstance(node, bool)


# --- what is printed ----------------------------------------------------------------------------------------------


def document(language: str) -> bytes:
    words = WORDS[language]
    facts = [(words, "10-AB-123")]
    return typeset(replace(CONTENT, language=language, title=words, paragraphs=[words] * 60, facts=facts, is_demo=True))


def letter(language: str) -> bytes:
    words = WORDS[language]
    known = {"title": words, "agency": words, "office": words, "reference": "K7M2-9QXD-4T", "number": "ABCDE"}
    more = {"to": "Aysel", "paragraphs": [words] * 3, "written_on": date(2026, 3, 2), "is_demo": False}
    return typeset_letter(LetterContent(language=language, **known, **more))  # type: ignore[arg-type]


def receipt(language: str) -> bytes:
    words = WORDS[language]
    known = {"title": words, "agency": words, "office": words, "reference": "K7M2-9QXD-4T"}
    rows = [(words, "10-AB-123"), (words, words)]
    more = {"facts": rows, "sections": [(words, rows)] * 2, "steps": [words] * 2, "is_demo": True, "proof": "{}"}
    return typeset_receipt(ReceiptContent(language=language, **known, **more))  # type: ignore[arg-type]


PRINTED = {"document": document, "letter": letter, "receipt": receipt}


@pytest.fixture(params=[(kind, language) for kind in PRINTED for language in LANGUAGES], ids="-".join)
def printed(request: Any, settings: Any, tmp_path: Path) -> tuple[str, str, bytes]:
    """Give the kind and language of what is printed, and its file with the signature that people get."""
    settings.KEYS_DIR = tmp_path / "keys"
    signing.make_keys(settings.KEYS_DIR)
    kind, language = request.param
    pdf = PRINTED[kind](language)
    return kind, language, pdf if kind == "letter" else signing.sign(pdf)


# --- the tree of tags ---------------------------------------------------------------------------------------------


def root_of(pdf: bytes) -> Any:
    return PdfFileReader(BytesIO(pdf)).root


def tree_of(pdf: bytes) -> Part:
    return part_of(root_of(pdf)["/StructTreeRoot"])


def pages_of(pdf: bytes) -> list[Any]:
    def walk(node: Any) -> Iterator[Any]:
        for child in node["/Kids"]:
            yield from walk(resolved(child)) if "/Kids" in resolved(child) else [resolved(child)]

    return list(walk(root_of(pdf)["/Pages"]))


def skipped_headings(tree: Part) -> list[tuple[int, int]]:
    """Give where headings go down by more than one level, the first from nothing (14-002, 14-003)."""
    levels = [int(part.kind[1]) for part in tree.everything() if part.kind[:1] == "H" and part.kind[1:].isdigit()]
    return [(above, below) for above, below in zip([0, *levels], levels, strict=False) if below > above + 1]


class TestTheTree:
    def test_is_told_to_be_there(self, printed: tuple[str, str, bytes]) -> None:
        _kind, language, pdf = printed
        root = root_of(pdf)

        assert bool(root["/MarkInfo"]["/Marked"])
        assert not bool(root["/MarkInfo"].get("/Suspects", False))  # 02-001
        assert root["/Lang"] == language  # 11-006
        assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])  # 07-002
        metadata = root["/Metadata"].data.decode()
        assert re.search(r'pdfuaid:part(="|>)1\b', metadata)  # 06-002
        title = metadata.partition("<dc:title")[2].partition("</dc:title>")[0]
        assert WORDS[language] in title  # 06-003, 06-004

    def test_has_headings_that_skip_no_level(self, printed: tuple[str, str, bytes]) -> None:
        kind, _language, pdf = printed
        tree = tree_of(pdf)
        headings = [part.kind for part in tree.everything() if part.kind.startswith("H")]

        assert headings == ["H1", *["H2"] * (3 if kind == "receipt" else 0)]
        assert skipped_headings(tree) == []

    def test_says_what_pictures_show_and_has_no_table_that_is_none(self, printed: tuple[str, str, bytes]) -> None:
        kind, _language, pdf = printed
        parts = list(tree_of(pdf).everything())
        figures = [part for part in parts if part.kind == "Figure"]

        assert len(figures) == (1 if kind == "document" else 0)
        assert all(str(figure.own.get("/Alt", "")).strip() for figure in figures)  # 13-004
        assert not {part.kind for part in parts} & {"Table", "TR", "TH", "TD"}  # 15: what stands side by side is none

    def test_knows_every_tag_and_what_stands_in_lists(self, printed: tuple[str, str, bytes]) -> None:
        standard = {"", "Document", "Part", "Sect", "Div", "P", "H1", "H2", "Figure", "Span", "L", "LI", "Lbl", "LBody"}
        parts = list(tree_of(printed[2]).everything())

        assert {part.kind for part in parts} <= standard | {"NonStruct", "Form"}  # 02-001: or mapped to one of these
        for part in parts:
            if part.kind == "L":
                assert {child.kind for child in part.children} == {"LI"}  # 16
            if part.kind == "LI":
                assert {child.kind for child in part.children} <= {"Lbl", "LBody"}


# --- what stands on the pages -------------------------------------------------------------------------------------


def untagged(pdf: bytes) -> tuple[int, list[set[int]]]:
    """Count what is drawn outside all tags and isn't marked as decoration; give the numbers of tags used by page."""
    opened = pdfium.FPDF_LoadMemDocument(pdf, len(pdf), None)
    count, used = 0, list[set[int]]()
    for number in range(pdfium.FPDF_GetPageCount(opened)):
        page = pdfium.FPDF_LoadPage(opened, number)
        marks = [
            marks_of(pdfium.FPDFPage_GetObject(page, place)) for place in range(pdfium.FPDFPage_CountObjects(page))
        ]
        count += sum(not known for known in marks)
        used.append({mark for known in marks for mark in known if mark != DECORATION})
        pdfium.FPDF_ClosePage(page)
    pdfium.FPDF_CloseDocument(opened)
    return count, used


DECORATION = -1


def marks_of(thing: Any) -> set[int]:
    """Give the numbers of the tags around something drawn; decoration has a number of its own here."""
    found = set()
    for place in range(pdfium.FPDFPageObj_CountMarks(thing)):
        mark, number = pdfium.FPDFPageObj_GetMark(thing, place), ctypes.c_int()
        if pdfium.FPDFPageObjMark_GetParamIntValue(mark, b"MCID", ctypes.byref(number)):
            found.add(number.value)
        elif name_of(mark) == "Artifact":
            found.add(DECORATION)
    return found


def name_of(mark: Any) -> str:
    room, length = (pdfium.FPDF_WCHAR * 32)(), ctypes.c_ulong()
    pdfium.FPDFPageObjMark_GetName(mark, room, 64, ctypes.byref(length))
    return bytes(room)[: length.value].decode("utf-16-le").rstrip("\0")


class TestThePages:
    def test_draw_nothing_outside_the_tags(self, printed: tuple[str, str, bytes]) -> None:
        pdf = printed[2]
        count, used = untagged(pdf)
        in_tree = sorted(number for part in tree_of(pdf).everything() for number in part.contents)

        assert count == 0  # 01-003 to 01-005
        assert sorted(number for numbers in used for number in numbers) == in_tree
        assert in_tree

    def test_are_walked_in_the_order_of_the_tags(self, printed: tuple[str, str, bytes]) -> None:
        pages = pages_of(printed[2])

        assert all(page.get("/Tabs") == "/S" for page in pages if "/Annots" in page)  # 28-009
        assert ["/Annots" in page for page in pages].count(True) == (0 if printed[0] == "letter" else 1)

    def test_have_no_field_without_a_name(self, printed: tuple[str, str, bytes]) -> None:
        """The signature's field is out of sight, and named all the same; there is nothing else to press."""
        for page in pages_of(printed[2]):
            for field in (resolved(one) for one in page.get("/Annots", [])):
                assert field["/Subtype"] == "/Widget"
                assert field["/FT"] == "/Sig"
                assert list(field["/Rect"]) == [0, 0, 0, 0]
                assert field["/TU"]  # 28-005

    def test_bring_their_letters(self, printed: tuple[str, str, bytes]) -> None:
        fonts = [
            resolved(font)
            for page in pages_of(printed[2])
            for font in resolved(resolved(page["/Resources"]).get("/Font", {})).values()
        ]

        assert fonts
        for font in fonts:
            inner = resolved(resolved(font["/DescendantFonts"])[0]) if "/DescendantFonts" in font else font
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(resolved(inner["/FontDescriptor"]))  # 31-009
            assert "/ToUnicode" in font  # 31-027


class TestTheReader:
    """What reads the files here sees faults when there are some."""

    def test_sees_what_is_drawn_outside_the_tags(self) -> None:
        assert untagged(document("en"))[0] == 0
        assert untagged(plain_pdf())[0] > 0

    def test_sees_headings_that_skip(self) -> None:
        parts = [Part(kind, {}, [], []) for kind in ("H1", "H3")]

        assert skipped_headings(Part("", {}, parts, [])) == [(1, 3)]
        assert skipped_headings(Part("", {}, parts[1:], [])) == [(0, 3)]


def plain_pdf() -> bytes:
    """Give a file with a line that has no tag."""
    opened = pdfium.FPDF_CreateNewDocument()
    page = pdfium.FPDFPage_New(opened, 0, 200, 200)
    line = pdfium.FPDFPageObj_CreateNewRect(10, 10, 50, 50)
    pdfium.FPDFPath_SetDrawMode(line, 1, True)
    pdfium.FPDFPage_InsertObject(page, line)
    assert pdfium.FPDFPageObj_CountMarks(line) == 0
    pdfium.FPDFPage_GenerateContent(page)
    written = bytearray()

    def keep(_self: Any, data: Any, size: int) -> int:
        written.extend(ctypes.string_at(data, size))
        return 1

    writer = pdfium.FPDF_FILEWRITE(version=1, WriteBlock=type(pdfium.FPDF_FILEWRITE().WriteBlock)(keep))
    pdfium.FPDF_SaveAsCopy(opened, ctypes.byref(writer), 0)
    return bytes(written)
