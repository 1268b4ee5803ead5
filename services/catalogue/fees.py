"""What a request costs, by the rule of its definition. Exact decimals, never floats."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from services.catalogue.definition import Definition, Fee, FeeRule, UnitPrice
from services.catalogue.expressions import Expressions, Unknown

CENT = Decimal("0.01")
PER_CENT = Decimal(100)
RawFault = tuple[str, str, str]


def fee_of(
    definition: Definition,
    expressions: Expressions,
    known: Mapping[str, Any],
    answers: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> Decimal:
    """Give the fee in AZN with two decimals; raise `Unknown` when a condition or an answer that it needs is unknown."""
    fee = definition.fee
    rule = next((rule for rule in fee.base if rule.when is None or expressions.holds(rule.when, known)), None)
    total = amount_of(rule, parameters) if rule else Decimal(0)
    total += sum((_price(price, answers) for price in fee.units), Decimal(0))
    for reduction in fee.reductions:
        if expressions.holds(reduction.when, known):
            total -= total * reduction.percent / PER_CENT
    return _in_bounds(fee, total)


def _in_bounds(fee: Fee, total: Decimal) -> Decimal:
    total = total if fee.minimum is None else max(total, fee.minimum)
    total = total if fee.maximum is None else min(total, fee.maximum)
    return total.quantize(CENT, ROUND_HALF_UP)


def amount_of(rule: FeeRule, parameters: Mapping[str, Any]) -> Decimal:
    """Give a rule's amount: its own, or the delivering office's."""
    if rule.amount is not None:
        return rule.amount
    return Decimal(str(parameters[str(rule.parameter)]))


def _price(price: UnitPrice, answers: Mapping[str, Any]) -> Decimal:
    if price.field not in answers:
        raise Unknown(price.field)
    above = max(Decimal(str(answers[price.field])) - price.above, Decimal(0))
    return above * price.amount / (PER_CENT if price.percent else 1)


def fee_range(definition: Definition, parameters: Mapping[str, Any]) -> tuple[Decimal, Decimal | None]:
    """Give the least and the most that an office may ask; None when there is no most. For the public page."""
    fee = definition.fee
    amounts = list(_base_amounts(fee, parameters))
    low, high = min(amounts), max(amounts)
    for reduction in fee.reductions:
        low -= low * reduction.percent / PER_CENT
    most = fee.maximum if fee.units else high
    return _in_bounds(fee, low), None if most is None else _in_bounds(fee, most)


def _base_amounts(fee: Fee, parameters: Mapping[str, Any]) -> Iterator[Decimal]:
    for rule in fee.base:
        yield amount_of(rule, parameters)
        if rule.when is None:
            return
    yield Decimal(0)


# --- what is wrong with a rule ------------------------------------------------------------------------------------


def fee_faults(definition: Definition) -> Iterator[RawFault]:
    """Give what is wrong with the fee of a definition: path, message, remedy."""
    for index, rule in enumerate(definition.fee.base):
        if (rule.amount is None) == (rule.parameter is None):
            yield f"fee.base.{index}", "has both or neither of amount and parameter", "Give one of them."
        if rule.parameter is not None and rule.parameter not in definition.parameters:
            yield f"fee.base.{index}.parameter", f"'{rule.parameter}' is no parameter", "Declare it."
        yield from _bad_amounts(definition, rule.parameter)
    for index, price in enumerate(definition.fee.units):
        field = definition.fields.get(price.field)
        if field is None or field.kind not in ("number", "money"):
            yield f"fee.units.{index}.field", f"'{price.field}' is no number or money field", "Name one."


def _bad_amounts(definition: Definition, parameter: str | None) -> Iterator[RawFault]:
    for index, delivery in enumerate(definition.delivered_by):
        value = delivery.parameters.get(parameter or "", Decimal(0))
        if not isinstance(value, Decimal) or value < 0:
            yield f"delivered_by.{index}.parameters.{parameter}", "is no amount", "Give an amount, like 12.50."
