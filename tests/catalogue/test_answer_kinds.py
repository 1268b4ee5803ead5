"""Every kind of answer: what is kept, and what is refused with which reason."""

import json
import math
import time
import unicodedata
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.rules import check_character
from tests.catalogue.forms import answer, asking, question, reading

PIN = "5ZK3Q1" + check_character("5ZK3Q1")

KEPT = [
    (question("text"), "  Zoe\u0308 ", "Zoë"),
    (question("text"), "O\u2019Brien-Əliyeva", "O\u2019Brien-Əliyeva"),
    (question("text"), "🚲", "🚲"),
    (question("text"), "A", "A"),
    (question("text"), "Zeynəb", "Zeynəb"),
    (question("text"), "क्\u200dष", "क्\u200dष"),
    (question("text", pattern="[0-9]{2}-[A-Z]{2}"), "10-AB", "10-AB"),
    (question("long_text"), "one\r\ntwo\tthree", "one\ntwo\tthree"),
    (question("number"), 3, 3),
    (question("number"), "3", 3),
    (question("number"), 3.0, 3),
    (question("number"), "-0", 0),
    (question("number", decimals=2), 12.5, "12.50"),
    (question("number", decimals=2), "-0.00", "0.00"),
    (question("number", decimals=1), "1", "1.0"),
    (question("money"), 12, "12.00"),
    (question("money"), "12.5", "12.50"),
    (question("money"), 0.1, "0.10"),
    (question("date"), " 2024-02-29 ", "2024-02-29"),
    (question("date", latest="today"), "2026-03-02", "2026-03-02"),
    (question("date", earliest="today-1d"), "2026-03-01", "2026-03-01"),
    (question("yes_no"), False, False),
    (question("one_of"), "red", "red"),
    (question("several_of"), ["blue", "red", "blue"], ["red", "blue"]),
    (question("email"), " aysel@example.org ", "aysel@example.org"),
    (question("email"), "aysel@müşəl.example", "aysel@müşəl.example"),
    (question("phone"), "050 123 45 67", "+994501234567"),
    (question("phone"), "+33 1 23 45 67 89", "+33123456789"),
    (question("personal_identifier"), PIN.lower(), PIN),
    (question("personal_identifier", rule="iban"), "nl91 abna 0417 1643 00", "NL91ABNA0417164300"),
    (question("location"), {"lat": "40.4", "lon": 49.86712345678901}, {"lat": "40.400000", "lon": "49.867123"}),
    (question("location"), {"lat": "-0.0000001", "lon": 0.00001}, {"lat": "0.000000", "lon": "0.000010"}),
]
REFUSED = [
    (question("text"), 5, "type"),
    (question("text"), {"$gt": "a"}, "type"),
    (question("text"), "a\0b", "characters"),
    (question("text"), "a\nb", "characters"),
    (question("text"), "\ud800", "characters"),
    (question("text", max_length=3), "four", "length"),
    (question("text", pattern="[0-9]{2}"), "123", "pattern"),
    (question("text", pattern="[0-9]{2}"), "١٢", "pattern"),
    (question("number"), True, "number"),
    (question("number"), math.nan, "number"),
    (question("number"), math.inf, "number"),
    (question("number"), "1e5", "number"),
    (question("number"), "٣", "number"),
    (question("number"), "1,000", "number"),
    (question("number"), "9" * 13, "maximum"),
    (question("number"), 1.5, "decimals"),
    (question("number"), "1.000", "decimals"),
    (question("number", minimum=1), 0, "minimum"),
    (question("number", maximum=1), 2, "maximum"),
    (question("number"), "1.000,50", "number"),
    (question("number"), "٫5", "number"),
    (question("money"), -1, "minimum"),
    (question("money"), "1.000", "decimals"),
    (question("money"), 0.1 + 0.2, "decimals"),
    (question("date"), "2026-02-30", "date"),
    (question("date"), "0000-00-00", "date"),
    (question("date"), "10000-01-01", "date"),
    (question("date"), "31/12/26", "date"),
    (question("date"), "29.02.2025", "date"),
    (question("date"), "2025-02-29", "date"),
    (question("date"), "2026-13-01", "date"),
    (question("date", latest="today"), "2026-03-03", "latest"),
    (question("date", earliest="today-55000d"), "1800-01-01", "earliest"),
    (question("date"), "2026-W10-1", "date"),
    (question("date"), "٢٠٢٦-٠١-٠١", "date"),
    (question("date"), 20260101, "date"),
    (question("date", earliest="today"), "2026-03-01", "earliest"),
    (question("date", latest="today-18d"), "2026-03-01", "latest"),
    (question("yes_no"), "yes", "choice"),
    (question("yes_no"), 1, "choice"),
    (question("one_of"), "pink", "choice"),
    (question("one_of"), ["red"], "choice"),
    (question("several_of"), "red", "choice"),
    (question("several_of"), ["red", {}], "choice"),
    (question("several_of", at_most=1), ["red", "blue"], "count"),
    (question("email"), "aysel", "email"),
    (question("email"), "a@example.org\r\nBcc: b@example.org", "characters"),
    (question("email"), "a@exa\u200bmple.org", "email"),
    (question("email"), "a@ex\u0430mple.org", "email"),
    (question("email"), "a@xn--exmple-4nf.org", "email"),
    (question("phone"), "12", "phone"),
    (question("phone"), "1" * 1000, "length"),
    (question("personal_identifier"), PIN[:-1] + ("A" if PIN[-1] != "A" else "B"), "identifier"),
    (question("personal_identifier", rule="tax_id"), "1234567891", "identifier"),
    (question("location"), {"lat": "91", "lon": "0"}, "location"),
    (question("location"), {"lat": "40"}, "type"),
    (question("location"), {"lat": None, "lon": 5}, "number"),
    (question("location"), "40,49", "type"),
    (question("address"), "Nizami 5", "type"),
    (question("address"), {"street": "Nizami", "planet": "Mars"}, "type"),
    (question("address"), {"street": "Nizami"}, "required"),
    (question("address"), {"street": "Nizami", "house": 5, "city": "Baku"}, "type"),
]


@pytest.mark.parametrize(("field", "value", "kept"), KEPT)
def test_a_good_answer_is_kept_in_one_form(field: dict[str, Any], value: Any, kept: Any) -> None:
    assert answer(field, value) == kept


@pytest.mark.parametrize(("field", "value", "code"), REFUSED)
def test_a_bad_answer_is_refused_with_its_reason(field: dict[str, Any], value: Any, code: str) -> None:
    assert answer(field, value) == code


def test_a_number_too_long_to_write_is_refused() -> None:
    assert answer(question("number"), 10**5000) == "maximum"


def test_an_address_keeps_every_part_as_text() -> None:
    given = {"street": " Nizami ", "house": "5", "city": "Baku", "apartment": None}

    kept = answer(question("address"), given)

    assert kept == {"street": "Nizami", "house": "5", "city": "Baku", "apartment": "", "postal_code": ""}


def test_a_flood_of_marks_is_refused_at_once() -> None:
    flood = "a" + "\u0315\u0316\u0300\u0323" * 25_000
    start = time.perf_counter()

    assert answer(question("text"), flood) == "length"

    assert time.perf_counter() - start < 1


def test_every_problem_tells_what_to_do() -> None:
    told = [str(reading(asking(field), {"one": value}).problems[0].message) for field, value, _code in REFUSED]

    assert all(message.endswith(".") or "like" in message for message in told)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
kinds = st.sampled_from(
    [
        *("text", "long_text", "number", "money", "date", "yes_no", "one_of", "several_of", "email", "phone"),
        *("address", "personal_identifier", "location"),
    ]
)


class TestAnything:
    @given(kinds, plain)
    def test_is_kept_or_refused_and_never_raises(self, kind: str, value: Any) -> None:
        checked = reading(asking(question(kind)), {"one": value})

        assert bool(checked.problems) != ("one" in checked.answers)

    @given(kinds, plain)
    def test_that_is_kept_has_no_floats_and_reads_the_same_again(self, kind: str, value: Any) -> None:
        form = asking(question(kind))
        kept = reading(form, {"one": value}).answers

        assert reading(form, kept).answers == kept
        assert "float" not in repr([type(part) for part in kept.values()])
        assert json.loads(json.dumps(kept)) == kept

    @given(st.text(max_size=50))
    def test_typed_is_composed_or_refused(self, value: str) -> None:
        kept = answer(question("text"), value)

        assert kept in ("required", "characters") or unicodedata.is_normalized("NFC", kept)

    @given(st.decimals(min_value=0, max_value=10**9, places=2))
    def test_money_is_exact(self, amount: Any) -> None:
        assert answer(question("money"), str(amount)) == f"{amount:.2f}"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (question("date", earliest="today"), "2026-02-01", "2 mars 2026"),
        (question("date", latest="2026-01-31"), "2026-02-01", "31 janvier 2026"),
        (question("number", decimals=1, minimum="0.5"), "0.1", "0,5"),
        (question("money", maximum="9.5"), "10", "9,5"),
    ],
)
def test_bounds_are_told_as_the_language_writes_them(field: dict[str, Any], value: str, words: str) -> None:
    with override("fr"):
        (problem,) = reading(asking(field), {"one": value}).problems
        assert words in str(problem.message)
