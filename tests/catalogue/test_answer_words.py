"""Answers in words."""

from typing import Any

import pytest
from django.utils.translation import override

from services.catalogue.answer_words import display
from tests.catalogue.forms import asking, group, question
from tests.worlds import text

HOME = {"street": "Nizami", "house": "5", "apartment": "", "city": "Baku", "postal_code": "AZ1000"}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (question("text"), "Aysel", "Aysel"),
        (question("yes_no"), True, "Yes"),
        (question("yes_no"), False, "No"),
        (question("one_of"), "red", "Red"),
        (question("one_of"), "retired", "retired"),
        (question("several_of"), ["red", "blue"], "Red, Blue"),
        (question("number", unit=text("m²")), 12, "12 m²"),
        (question("money"), "12.50", "12.50 AZN"),
        (question("date"), "2026-03-02", "2 March 2026"),
        (question("address"), HOME, "Nizami 5, AZ1000 Baku"),
        (question("location"), {"lat": "40.400000", "lon": "49.800000"}, "40.400000, 49.800000"),
    ],
)
def test_an_answer_is_told_in_words(field: dict[str, Any], value: Any, words: str) -> None:
    with override("en"):
        assert display(asking(field).fields["one"], value, "en") == words


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (question("money"), "1450.50", "1450,50 AZN"),
        (question("number", decimals=1, unit=text("m²")), "12.5", "12,5 m²"),
        (question("date"), "2026-03-02", "2 mars 2026"),
    ],
)
def test_numbers_and_dates_are_those_of_the_language(field: dict[str, Any], value: Any, words: str) -> None:
    with override("fr"):
        assert display(asking(field).fields["one"], value, "fr") == words


def test_the_entries_of_a_group_stand_on_lines_of_their_own() -> None:
    field = asking(group(question("text", "name"), question("yes_no", "adult"))).fields["owners"]

    with override("en"):
        words = display(field, [{"name": "Aysel", "adult": True}, {"name": "Bruno"}], "en")

    assert words == "name: Aysel; adult: Yes\nname: Bruno"
