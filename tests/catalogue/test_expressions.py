"""Conditions are typed, small, and never do more than tell or not tell."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue import expressions
from services.catalogue.expressions import BadExpression, Expressions, Unknown
from tests.catalogue.forms import asking, question

FIELDS = (question("text", "name"), question("number", "rooms"), question("money", "income"), question("yes_no", "old"))
MANY = "[" + ",".join("0" * 50) + "]"


@pytest.fixture(scope="module")
def conditions() -> Expressions:
    return Expressions(asking(*FIELDS))


def nested(depth: int) -> str:
    condition = "true"
    for level in range(depth):
        condition = f"{MANY}.all(x{level}, {condition})"
    return condition


class TestCompiling:
    @pytest.mark.parametrize(
        "text",
        ["answers.rooms > 2", "answers.income > 2.5", "answers.old", "found.car.found", "today > '2026-01-01'"],
    )
    def test_takes_what_fits_the_questions(self, conditions: Expressions, text: str) -> None:
        conditions.compile(text)

    @pytest.mark.parametrize(
        "text",
        [
            "answers.garden > 2",
            "answers.rооms > 2",  # with Cyrillic letters
            "answers.rooms > '2'",
            "answers.income > 2",
            "answers.rooms",
            "answers.name + answers.rooms",
            "answers.rooms >",
            "().__class__.__mro__",
            "__import__('os')",
            "lambda: 1",
            "[x for x in 'a']",
            "9 ** 9",
            "1 << 9",
            "(" * 400 + "true" + ")" * 400,
        ],
    )
    def test_refuses_what_does_not(self, conditions: Expressions, text: str) -> None:
        with pytest.raises(BadExpression):
            conditions.compile(text)

    def test_tells_the_place(self, conditions: Expressions) -> None:
        with pytest.raises(BadExpression, match=r"^1:8: undeclared reference to 'answers\.garden'$"):
            conditions.compile("answers.garden")

    def test_knows_a_text_from_a_condition(self, conditions: Expressions) -> None:
        conditions.compile("answers.name", expressions.STRING)
        with pytest.raises(BadExpression, match="gives a string, not a bool"):
            conditions.compile("answers.name")


class TestHolding:
    @pytest.mark.parametrize(
        ("text", "facts"),
        [
            ("answers.rooms > 2", {}),
            ("answers.rooms > 2", {"answers.rooms": 10**30}),
            ("answers.rooms > 2", {"answers.rooms": "three"}),
            ("answers.rooms / 0 > 1", {"answers.rooms": 3}),
            ("9223372036854775807 + answers.rooms > 0", {"answers.rooms": 1}),
            ("found.car.found", {"found": {}}),
            ("found.car.found", {"found": {"car": {"found": "yes"}}}),
            ("found.car == 'a'", {"found": {"car": "\ud800"}}),
            ("timestamp(today) > timestamp('x')", {"today": "2026"}),
        ],
    )
    def test_is_unknown_rather_than_guessed(self, conditions: Expressions, text: str, facts: dict[str, Any]) -> None:
        with pytest.raises(Unknown):
            conditions.holds(text, facts)
        assert not conditions.holds_surely(text, facts)

    def test_is_known_when_one_side_decides(self, conditions: Expressions) -> None:
        assert conditions.holds("answers.old || answers.rooms > 2", {"answers.old": True})
        assert not conditions.holds("answers.rooms > 2 && answers.old", {"answers.old": False})

    def test_has_a_budget(self, conditions: Expressions) -> None:
        start = time.perf_counter()

        with pytest.raises(Unknown):
            conditions.holds(nested(6), {})

        assert time.perf_counter() - start < 0.5

    def test_matches_texts_in_linear_time(self, conditions: Expressions) -> None:
        assert not conditions.holds("answers.name.matches('^(a+)+$')", {"answers.name": "a" * 50_000 + "b"})

    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=4))
    def test_never_raises_anything_else(self, value: Any) -> None:
        assert (
            Expressions(asking(*FIELDS)).holds_surely("found.car.colour == 'red'", {"found": {"car": value}}) is False
        )


class TestTexts:
    def test_are_given(self, conditions: Expressions) -> None:
        assert conditions.text("answers.name + '!'", {"answers.name": "Əli"}) == "Əli!"

    def test_are_unknown_when_they_are_none(self, conditions: Expressions) -> None:
        with pytest.raises(Unknown):
            conditions.text("found.car.plate", {"found": {"car": {"plate": 5}}})
