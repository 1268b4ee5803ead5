"""What the law says of a service: who may ask, what it costs, how long it takes, what is issued and kept."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from services.catalogue.definition.form import Option
from services.catalogue.definition.terms import Code, Expression, Key, Money, Part, Text


def _number_or_text(value: object) -> object:
    return Decimal(str(value)) if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,8})?", str(value)) else value


Parameter = Annotated[Decimal | str, BeforeValidator(_number_or_text)]


class LegalResource(Part):
    title: Text
    article: str | None = None


class Question(Part):
    """What a person is asked to find out what they are entitled to. One key means the same in every service."""

    key: Key
    kind: Literal["yes_no", "number", "one_of"]
    text: Text
    hint: Text | None = None
    options: list[Option] = Field(default=[], max_length=20, description="What a `one_of` may be answered with.")


class Requirement(Part):
    """A condition of eligibility (CCCEV Requirement); without `when` it is text that only a person can judge."""

    text: Text
    questions: list[Question] = Field(default=[], max_length=5)
    when: Expression | None = Field(None, description="Speaks of `person.<key of a question>`; 'true' lets everyone.")


class FeeRule(Part):
    """An amount that applies when the condition holds; the first that holds counts."""

    amount: Money | None = None
    parameter: Key | None = Field(None, description="Take the amount from this parameter of the delivering office.")
    when: Expression | None = None
    label: Text | None = None


class UnitPrice(Part):
    field: Key
    amount: Money
    above: Decimal = Decimal(0)
    percent: bool = Field(False, description="The amount is per cent of the field's value.")


class Reduction(Part):
    percent: int = Field(ge=1, le=100)
    when: Expression
    label: Text | None = None


class Fee(Part):
    """First base rule that holds, plus unit prices, minus reductions, within the bounds. In AZN."""

    base: list[FeeRule] = Field(default=[], max_length=20)
    units: list[UnitPrice] = Field(default=[], max_length=5)
    reductions: list[Reduction] = Field(default=[], max_length=10)
    minimum: Money | None = None
    maximum: Money | None = None
    note: Text | None = None


class Span(Part):
    days: int = Field(ge=0, le=1000)
    kind: Literal["working", "calendar"] = "working"


class SpanVariant(Span):
    when: Expression


class SilenceCondition(Part):
    """For which cases silence decides; for all others it decides nothing, and an official must."""

    when: Expression
    words: Text = Field(description="The same in words, for the service's page: 'Stalls without gas'.")


class TimeLimit(Span):
    variants: list[SpanVariant] = Field(default=[], max_length=10)
    silence: Literal["none", "approval", "refusal"] = Field(
        "none", description="What the law says when the limit passes and no official has decided."
    )
    silence_to: Key | None = Field(
        None, description="The robot's step with the action `tacit_decision` from which the request then goes on."
    )
    silence_if: SilenceCondition | None = Field(
        None, description="Only for cases in which this is known to hold when the limit passes; for all when not given."
    )
    extension: Span | None = Field(None, description="By how much an official may extend it once, with a reason.")


class Appeal(Part):
    """How an applicant objects to a decision of the service."""

    days: int | None = Field(None, ge=1, le=1000, description="The legal period; the calendar's own when not given.")
    kind: Literal["working", "calendar"] = "calendar"
    office: Code | None = Field(None, description="Who decides; else the same office, by another official.")
    service: Code = Field("appeal", description="The service by which objections are worked.")
    legal: Text | None = Field(None, description="The legal basis of the objection.")


class Retention(Part):
    """How long the law has the office keep an ended request; then its content is erased, and the ledger still holds."""

    years: int = Field(5, ge=0, le=100)
    law: Text | None = None


class Delivery(Part):
    """An office that delivers the service, and its values for the declared parameters. Texts like 40.5 are numbers."""

    office: Code
    parameters: dict[Key, Parameter] = {}


class RejectionReason(Part):
    code: Key
    text: Text
    legal: str | None = None


class DocumentTemplate(Part):
    key: Key
    title: Text
    body: Text = Field(description="Sentences of the document; {name} puts an answer or a fact.")
    valid_days: int | None = Field(None, ge=1, le=36500)
