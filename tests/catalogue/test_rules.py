"""Identifiers: one wrong character is noticed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.catalogue.rules import ALPHABET, IDENTIFIER_RULES, check_character, is_iban, is_pin, is_tax_id

bodies = st.text(ALPHABET, min_size=6, max_size=6)


class TestPin:
    @given(bodies)
    def test_ends_with_its_check_character(self, body: str) -> None:
        assert is_pin(body + check_character(body))

    @given(bodies, st.sampled_from(ALPHABET))
    def test_with_another_ending_is_wrong(self, body: str, ending: str) -> None:
        assume(ending != check_character(body))

        assert not is_pin(body + ending)

    @given(bodies, st.integers(0, 4))
    def test_with_neighbours_exchanged_is_wrong(self, body: str, place: int) -> None:
        assume(body[place] != body[place + 1])
        exchanged = body[:place] + body[place + 1] + body[place] + body[place + 2 :]

        assert not is_pin(exchanged + check_character(body))


class TestTaxId:
    @given(st.text("0123456789", min_size=9, max_size=9))
    def test_has_exactly_one_right_ending(self, body: str) -> None:
        assert sum(is_tax_id(body + ending) for ending in "0123456789") == 1


class TestIban:
    @pytest.mark.parametrize(
        "text", ["NL91ABNA0417164300", "FR1420041010050500013M02606", "AZ21NABZ00000000137010001944"]
    )
    def test_that_a_bank_gave_is_right(self, text: str) -> None:
        assert is_iban(text)

    @given(st.integers(4, 17), st.sampled_from("0123456789"))
    def test_with_one_other_digit_is_wrong(self, place: int, digit: str) -> None:
        right = "NL91ABNA0417164300"
        assume(right[place].isdigit() and right[place] != digit)

        assert not is_iban(right[:place] + digit + right[place + 1 :])

    def test_of_another_length_is_wrong(self) -> None:
        assert not is_iban("NL91ABNA04171643000")


@pytest.mark.parametrize("rule", IDENTIFIER_RULES)
@given(text=st.text(max_size=40))
def test_no_text_makes_a_rule_raise(rule: str, text: str) -> None:
    assert IDENTIFIER_RULES[rule](text) in (True, False)
