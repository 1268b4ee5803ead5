"""What a reader's software finds in a document: its language, its title, its tags; in every language."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from services.requests.typesetting import typeset
from tests.requests.test_documents import CONTENT

WORDS = {
    "en": "Resident’s parking permit",
    "az": "Gülşən Çağrı qızı Iğdırlı, Şəki",
    "fr": "Délivré à l’intéressé",
    "ar": "تصريح وقوف السيارات للمقيمين",
}


def kinds_under(node: Any) -> set[str]:
    """Give the kinds of all parts of the tree of tags."""
    known = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(known, list):
        return {kind for child in known for kind in kinds_under(child)}
    if not hasattr(known, "get") or "/S" not in known:
        return kinds_under(known["/K"]) if hasattr(known, "get") and "/K" in known else set()
    return {str(known["/S"])} | (kinds_under(known["/K"]) if "/K" in known else set())


@pytest.mark.parametrize("language", WORDS)
def test_a_document_tells_its_language_and_title_and_is_tagged(language: str) -> None:
    words = WORDS[language]
    pdf = typeset(replace(CONTENT, language=language, title=words, paragraphs=[words], facts=[("–", words)]))

    root = PdfFileReader(BytesIO(pdf)).root
    assert str(root["/Lang"]).startswith(language)
    assert bool(root["/MarkInfo"]["/Marked"])
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert {"/H1", "/P", "/Figure"} <= kinds_under(root["/StructTreeRoot"])
    metadata = root["/Metadata"].data.decode()
    assert words in metadata
    assert "<pdfuaid:part>1<" in metadata


def test_arabic_reads_from_right_to_left() -> None:
    def preferences(language: str) -> Any:
        return PdfFileReader(BytesIO(typeset(replace(CONTENT, language=language)))).root["/ViewerPreferences"]

    assert preferences("ar").get("/Direction") == "/R2L"
    assert preferences("az").get("/Direction") != "/R2L"
