"""What a request costs, to the qapik."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.answers import variables
from services.catalogue.definition import Definition
from services.catalogue.expressions import Expressions, Unknown
from services.catalogue.fees import fee_of, fee_range
from tests.catalogue.forms import TODAY, asking, question
from tests.worlds import text

FIELDS = (
    question("number", "area", decimals=2, required=False),
    question("money", "price", required=False),
    question("yes_no", "electric", required=False),
    question("number", "rooms", required=False),
)
ELECTRIC = {"percent": 50, "when": "answers.electric"}


def priced(**fee: Any) -> Definition:
    return asking(*FIELDS, fee=fee, parameters={"rate": text("Rate")})


def cost(form: Definition, **answers: Any) -> Decimal:
    parameters = {"rate": Decimal("7.30")}
    known = variables(form, answers=answers, evidence_counts={}, office_parameters=parameters, today=TODAY)
    return fee_of(form, Expressions(form), known, answers, parameters)


class TestFee:
    def test_is_nothing_without_rules(self) -> None:
        assert str(cost(priced())) == "0.00"

    def test_takes_the_first_rule_that_holds(self) -> None:
        form = priced(base=[{"amount": 5, "when": "answers.electric"}, {"amount": 20}])

        assert cost(form, electric=True) == 5
        assert cost(form, electric=False) == 20

    def test_takes_the_amount_of_the_office(self) -> None:
        assert cost(priced(base=[{"parameter": "rate"}])) == Decimal("7.30")

    def test_is_nothing_when_no_rule_holds(self) -> None:
        assert cost(priced(base=[{"amount": 5, "when": "answers.electric"}])) == 0

    def test_is_unknown_when_a_condition_is(self) -> None:
        with pytest.raises(Unknown):
            cost(priced(base=[{"amount": 5, "when": "answers.rooms > 2"}, {"amount": 20}]))

    def test_is_unknown_when_a_reduction_is(self) -> None:
        with pytest.raises(Unknown):
            cost(priced(base=[{"amount": 5}], reductions=[{"percent": 10, "when": "answers.rooms > 2"}]))

    def test_is_unknown_without_the_number_that_it_is_counted_by(self) -> None:
        with pytest.raises(Unknown):
            cost(priced(units=[{"field": "area", "amount": 2}]))

    def test_counts_units_above_what_is_free(self) -> None:
        form = priced(units=[{"field": "area", "amount": "2.00", "above": 10}])

        assert cost(form, area="12.50") == 5
        assert cost(form, area="9.00") == 0

    def test_counts_per_cent_of_an_answer(self) -> None:
        assert cost(priced(units=[{"field": "price", "amount": "0.10", "percent": True}]), price="80000.00") == 80

    def test_applies_reductions_one_after_another(self) -> None:
        form = priced(base=[{"amount": 100}], reductions=[ELECTRIC, {"percent": 10, "when": "true"}])

        assert cost(form, electric=True) == 45
        assert cost(form, electric=False) == 90

    def test_stays_within_its_bounds(self) -> None:
        form = priced(units=[{"field": "area", "amount": 1}], minimum=10, maximum=20)

        assert [cost(form, area=area) for area in ("5", "15", "25")] == [10, 15, 20]

    def test_rounds_half_up(self) -> None:
        form = priced(base=[{"amount": "0.05"}], reductions=[ELECTRIC])

        assert str(cost(form, electric=True)) == "0.03"

    def test_has_no_float_in_it(self) -> None:
        form = priced(units=[{"field": "price", "amount": "10", "percent": True}])

        assert str(cost(form, price="1.15")) == "0.12"


class TestRange:
    @pytest.mark.parametrize(
        ("fee", "least", "most"),
        [
            ({}, "0.00", "0.00"),
            ({"base": [{"amount": 30}]}, "30.00", "30.00"),
            ({"base": [{"parameter": "rate"}]}, "7.30", "7.30"),
            ({"base": [{"amount": 5, "when": "answers.electric"}, {"amount": 20}]}, "5.00", "20.00"),
            ({"base": [{"amount": 5, "when": "answers.electric"}]}, "0.00", "5.00"),
            ({"base": [{"amount": 20}, {"amount": 99}]}, "20.00", "20.00"),
            ({"base": [{"amount": 30}], "reductions": [ELECTRIC]}, "15.00", "30.00"),
            ({"base": [{"amount": 30}], "units": [{"field": "area", "amount": 2}]}, "30.00", None),
            ({"base": [{"amount": 30}], "units": [{"field": "area", "amount": 2}], "maximum": 50}, "30.00", "50.00"),
            ({"base": [{"amount": 30}], "maximum": 50}, "30.00", "30.00"),
            ({"minimum": 10}, "10.00", "10.00"),
        ],
    )
    def test_tells_the_least_and_the_most(self, fee: dict[str, Any], least: str, most: str | None) -> None:
        low, high = fee_range(priced(**fee), {"rate": Decimal("7.30")})

        assert (str(low), high if high is None else str(high)) == (least, most)


amounts = st.decimals(min_value=0, max_value=500, places=2).map(str)
rules = st.lists(st.fixed_dictionaries({"amount": amounts}, optional={"when": st.just("answers.electric")}), max_size=3)
bounds = st.none() | amounts
units = st.lists(st.fixed_dictionaries({"field": st.just("area"), "amount": amounts}), max_size=2)


@given(rules, units, st.lists(st.just(ELECTRIC), max_size=2), bounds, bounds, st.booleans(), amounts)
def test_a_fee_is_never_outside_its_range(base, units, reductions, minimum, maximum, electric, area) -> None:
    form = priced(base=base, units=units, reductions=reductions, minimum=minimum, maximum=maximum)

    least, most = fee_range(form, {})
    fee = cost(form, electric=electric, area=area)

    assert least <= fee
    assert most is None or fee <= most
    assert fee.as_tuple().exponent == -2
