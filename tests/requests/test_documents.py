"""Documents as they are issued: typeset by the real typesetter, signed with real keys, read back."""

import tracemalloc
import zlib
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers

from services.catalogue.composing import compose, unknown_placeholders
from services.requests import document_numbers as numbers
from services.requests import signing, typesetting
from services.requests.typesetting import DocumentContent, typeset

CONTENT = DocumentContent(
    title="Resident's parking permit",
    agency="Sumqayıt şəhəri",
    office="Şəhər zalı",
    reference="K7M2-9QXD-4T",
    number="ABCDE-FGHJK-MNPQR-STVWX",
    paragraphs=["Aysel Məmmədova may park."],
    facts=[("Name", "Aysel Məmmədova")],
    language="en",
    issued_on=date(2026, 3, 2),
    valid_until=date(2027, 3, 2),
    verify_url="https://portal.example.org/verify/ABCDEFGHJKMNPQRSTVWX/",
    is_demo=False,
)


@pytest.fixture(autouse=True)
def keys(settings, tmp_path: Path) -> Path:
    settings.KEYS_DIR = tmp_path / "keys"
    assert signing.make_keys(settings.KEYS_DIR)
    return settings.KEYS_DIR


class TestTypesetting:
    @pytest.mark.parametrize("language", ["en", "az", "fr", "ar"])
    def test_gives_a_tagged_pdf_in_every_language(self, language: str) -> None:
        pdf = typeset(replace(CONTENT, language=language))
        assert pdf.startswith(b"%PDF-")
        assert b"/MarkInfo" in pdf or b"/Marked true" in pdf
        assert b"pdfuaid" in pdf

    @pytest.mark.parametrize(
        "words", ['#read("/etc/passwd")', "*bold* $x$ `raw`", "\\", "= head", "#panic()", "{}[]<>"]
    )
    def test_what_people_wrote_is_never_markup(self, words: str) -> None:
        content = replace(CONTENT, title=words, paragraphs=[words], facts=[(words, words)], agency=words)
        assert typeset(content).startswith(b"%PDF-")

    def test_line_breaks_and_hidden_characters_of_people_forge_nothing(self) -> None:
        forged = replace(CONTENT, facts=[("Name", "Aysel\n\nValid\u2028for\x00 \u202eever\ud800\U0001f600")])

        assert ["Name", "Aysel Valid for ever"] in typesetting._data(forged)["facts"]
        assert typeset(forged).startswith(b"%PDF-")

    def test_the_file_names_its_title_and_language(self) -> None:
        catalogue = PdfFileReader(BytesIO(typeset(replace(CONTENT, title="Sakin icazəsi ğış", language="az"))))

        assert catalogue.trailer["/Info"]["/Title"] == "Sakin icazəsi ğış"
        assert catalogue.root["/Lang"] == "az"

    def test_no_font_is_missing(self) -> None:
        import json

        import typst

        fonts, source = typesetting._compiler_input(typesetting.DOCUMENT)
        for words in ("əğışçöüİ", "éàœ – « »", "تصريح وقوف السيارات"):
            data = typesetting._data(replace(CONTENT, title=words))
            _, warnings = typst.compile_with_warnings(
                source, font_paths=fonts, ignore_system_fonts=True, format="pdf", sys_inputs={"data": json.dumps(data)}
            )
            assert warnings == []


class TestSignature:
    def test_holds_for_the_file_as_it_was_signed(self) -> None:
        assert signing.verify(signing.sign(typeset(CONTENT))).why == "ours"

    def test_a_changed_byte_shows(self) -> None:
        signed = bytearray(signing.sign(typeset(CONTENT)))
        signed[len(signed) // 3] ^= 1
        assert signing.verify(bytes(signed)).why == "changed"

    def test_tells_when_it_was_signed(self) -> None:
        assert signing.verify(signing.sign(typeset(CONTENT))).signed_at is not None

    def test_words_hidden_in_the_room_of_the_signature_show(self) -> None:
        signed = signing.sign(typeset(CONTENT))
        assert (
            signing.verify(signed.replace(b"0" * 40, b"(anything a stranger wants to say here) ", 1)).why == "changed"
        )

    def test_something_added_shows(self) -> None:
        assert signing.verify(signing.sign(typeset(CONTENT)) + b"\n1 0 obj\n<<>>\nendobj\n").why == "changed"

    def test_a_stranger_is_told_apart(self, settings, tmp_path: Path) -> None:
        settings.KEYS_DIR = tmp_path / "stranger"
        signing.make_keys(settings.KEYS_DIR)
        theirs = signing.sign(typeset(CONTENT))
        settings.KEYS_DIR = tmp_path / "keys"
        assert signing.verify(theirs).why == "stranger"

    def test_a_second_signature_by_a_stranger_is_not_ours(self, settings, tmp_path: Path) -> None:
        signed = signing.sign(typeset(CONTENT))
        settings.KEYS_DIR = tmp_path / "stranger"
        signing.make_keys(settings.KEYS_DIR)
        metadata = signers.PdfSignatureMetadata(field_name="Stranger", subfilter=fields.SigSeedSubFilter.PADES)
        writer = IncrementalPdfFileWriter(BytesIO(signed))
        twice = signers.sign_pdf(writer, metadata, signer=signing._signer(settings.KEYS_DIR, 0)).getvalue()
        settings.KEYS_DIR = tmp_path / "keys"
        assert signing.verify(twice).why == "stranger"

    @given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 300))
    def test_no_invented_signature_breaks_it(self, noise: bytes, start: int, end: int) -> None:
        written = b"%%PDF-1.7 <30800000> %s /ByteRange [0 %d %d 9]" % (noise, start, end)
        assert signing.verify(written).why in ("changed", "unreadable")

    def test_a_bomb_never_reaches_the_reader(self) -> None:
        """The reader would unpack 5 kilobytes to 250 megabytes."""
        rows, head = zlib.compress(bytes(5 << 20), 9), b"%PDF-1.7\n"
        table = b"1 0 obj<</Type/XRef/Size 873813/Root 1 0 R/W[1 4 1]/Filter/FlateDecode/Length %d>>stream\n" % len(
            rows
        )
        tracemalloc.start()
        assert signing.verify(head + table + rows + b"\nendstream endobj\nstartxref\n9\n%%EOF\n").why == "unsigned"
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
        tracemalloc.stop()

    def test_a_huge_file_is_none_of_ours(self) -> None:
        assert signing.verify(signing.sign(typeset(CONTENT)) + bytes(signing.MAX_BYTES)).why == "unreadable"

    def test_missing_keys_are_no_fault_of_the_file(self, settings, tmp_path: Path) -> None:
        settings.KEYS_DIR = tmp_path / "nothing"
        with pytest.raises(FileNotFoundError):
            signing.verify(b"%PDF-1.7\n")

    @pytest.mark.parametrize("content", [b"", b"x", b"\x00" * 10_000])
    def test_no_file_breaks_it(self, content: bytes) -> None:
        assert signing.verify(content).why == "unreadable"

    def test_an_unsigned_file_is_called_so(self) -> None:
        assert signing.verify(typeset(CONTENT)).why == "unsigned"

    def test_the_private_key_is_nobody_elses_and_made_once(self, keys: Path) -> None:
        assert (keys / signing.KEY).stat().st_mode & 0o777 == 0o600
        before = (keys / signing.KEY).read_bytes()
        assert not signing.make_keys(keys)
        assert (keys / signing.KEY).read_bytes() == before


class TestNumbers:
    @given(st.integers(0, 19), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
    def test_a_wrong_character_shows(self, place: int, character: str) -> None:
        number = numbers.new_document_number()
        wrong = number[:place] + character + number[place + 1 :]
        assert (numbers.read_document_number(wrong) == wrong) == (wrong == number)

    def test_are_read_as_people_write_them(self) -> None:
        number = numbers.new_document_number()
        assert numbers.read_document_number(f" {numbers.write_document_number(number).lower()} ") == number
        assert numbers.read_document_number("nonsense") is None


class TestComposing:
    def test_fills_in(self) -> None:
        words = compose(
            "To {applicant_name}.\n\nPlate {answers.plate}", {"applicant_name": "A", "answers.plate": "1{x}"}
        )
        assert words == ["To A.", "Plate 1{x}"]

    def test_names_what_is_unknown(self) -> None:
        assert unknown_placeholders("{reference} {answers.plate} {nothing}", {"plate"}) == ["nothing"]

    @pytest.mark.parametrize("wrong", ["Reference", "answers.Plate", "applicant name", "answers.plate-2", ""])
    def test_names_what_is_misspelt(self, wrong: str) -> None:
        assert unknown_placeholders(f"No {{{wrong}}}.", {"plate"}) == [wrong]

    @given(st.text())
    def test_an_answer_never_makes_a_paragraph(self, answer: str) -> None:
        assert len(compose("A {fee}.\n\nB.", {"fee": answer})) == 2
