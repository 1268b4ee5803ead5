"""The typed definition of a public service: what its YAML text may say.

Shapes only; that the parts fit together is proved in `soundness.py`. Terms follow CPSV-AP (evidence, channel, legal
resource) and BPMN (the kinds of steps).
"""

import re
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Language = Literal["en", "az", "fr", "ar"]
Text = Annotated[dict[Language, Annotated[str, StringConstraints(min_length=1, max_length=4000)]], Field(min_length=1)]
Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Minutes = Annotated[int, Field(ge=0, le=6000)]
Channel = Literal["online", "counter", "phone", "post", "email", "internal"]


def _number_or_text(value: object) -> object:
    return Decimal(str(value)) if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,8})?", str(value)) else value


Parameter = Annotated[Decimal | str, BeforeValidator(_number_or_text)]


class Part(BaseModel):
    """Any part of a definition: unknown names are faults, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# --- what the applicant fills in ---------------------------------------------------------------------------------


class BaseField(Part):
    key: Key
    label: Text
    hint: Text | None = None
    required: bool | Expression = True
    show: Expression | None = Field(None, description="Shown only when this holds; hidden answers are dropped.")
    prefill: Literal["name", "email", "phone", "personal_identifier", "address"] | None = None


class TextField(BaseField):
    kind: Literal["text"]
    pattern: str | None = Field(None, max_length=200, description="What the whole answer must match.")
    example: str | None = None
    max_length: int = Field(200, ge=1, le=1000)


class LongTextField(BaseField):
    kind: Literal["long_text"]
    max_length: int = Field(4000, ge=1, le=20000)


class NumberField(BaseField):
    kind: Literal["number"]
    decimals: int = Field(0, ge=0, le=4)
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: Text | None = None


class MoneyField(BaseField):
    kind: Literal["money"]
    minimum: Decimal | None = Decimal(0)
    maximum: Decimal | None = None


class DateField(BaseField):
    kind: Literal["date"]
    earliest: str | None = Field(None, pattern=r"^(today([+-]\d{1,5}d)?|\d{4}-\d{2}-\d{2})$")
    latest: str | None = Field(None, pattern=r"^(today([+-]\d{1,5}d)?|\d{4}-\d{2}-\d{2})$")


class YesNoField(BaseField):
    kind: Literal["yes_no"]


class Option(Part):
    value: Key
    label: Text
    hint: Text | None = None


class OneOfField(BaseField):
    kind: Literal["one_of"]
    options: list[Option] = Field(min_length=2, max_length=100)


class SeveralOfField(BaseField):
    kind: Literal["several_of"]
    options: list[Option] = Field(min_length=2, max_length=100)
    at_most: int | None = Field(None, ge=1)


class EmailField(BaseField):
    kind: Literal["email"]


class PhoneField(BaseField):
    kind: Literal["phone"]


class AddressField(BaseField):
    kind: Literal["address"]


class PersonalIdentifierField(BaseField):
    kind: Literal["personal_identifier"]
    rule: Literal["pin", "iban", "tax_id"] = "pin"


class LocationField(BaseField):
    kind: Literal["location"]


class FileField(BaseField):
    kind: Literal["file"]
    accept: list[Literal["pdf", "jpeg", "png"]] = Field(default=["pdf", "jpeg", "png"], min_length=1)
    at_most: int = Field(1, ge=1, le=10)


SimpleField = Annotated[
    TextField
    | LongTextField
    | NumberField
    | MoneyField
    | DateField
    | YesNoField
    | OneOfField
    | SeveralOfField
    | EmailField
    | PhoneField
    | AddressField
    | PersonalIdentifierField
    | LocationField,
    Field(discriminator="kind"),
]


class GroupField(BaseField):
    """The same few fields once per person, vehicle, ..."""

    kind: Literal["group"]
    at_least: int = Field(1, ge=0, le=20)
    at_most: int = Field(5, ge=1, le=20)
    item: Text = Field(description="What one of the group is called: 'Person'.")
    fields: list[SimpleField] = Field(min_length=1, max_length=12)


AnyField = Annotated[
    TextField
    | LongTextField
    | NumberField
    | MoneyField
    | DateField
    | YesNoField
    | OneOfField
    | SeveralOfField
    | EmailField
    | PhoneField
    | AddressField
    | PersonalIdentifierField
    | LocationField
    | FileField
    | GroupField,
    Field(discriminator="kind"),
]


class Page(Part):
    key: Key
    title: Text
    intro: Text | None = None
    show: Expression | None = None
    fields: list[AnyField] = Field(min_length=1, max_length=20)


class Evidence(Part):
    """A paper that the applicant supplies (CPSV-AP Evidence)."""

    key: Key
    title: Text
    hint: Text | None = None
    show: Expression | None = None
    required: bool | Expression = True
    accept: list[Literal["pdf", "jpeg", "png"]] = Field(default=["pdf", "jpeg", "png"], min_length=1)
    at_most: int = Field(3, ge=1, le=10)


# --- what it costs, how long it takes, who may ask ---------------------------------------------------------------


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


class TimeLimit(Span):
    variants: list[SpanVariant] = Field(default=[], max_length=10)
    silence: Literal["none", "approval", "refusal"] = "none"
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


# --- how it is worked ---------------------------------------------------------------------------------------------


class Move(Part):
    to: Key
    when: Expression | None = None


class Outcome(Part):
    """What a clerk may choose at a desk step."""

    key: Key
    title: Text
    to: Key
    is_refusal: bool = False
    effect: Literal["annul", "send_back"] | None = Field(
        None, description="In the service of objections only: what it does to the first decision."
    )


class Activity(Part):
    key: Key
    title: Text
    minutes: Minutes = 0


class BaseStep(Part):
    key: Key
    title: Text
    explain: Text | None = Field(None, description="One sentence for the citizen: what happens here.")


class RobotStep(BaseStep):
    kind: Literal["robot"]
    action: Key
    settings: dict[Key, str | int | bool | Decimal] = Field(default={}, description="What the action needs to know.")
    saves_minutes: Minutes = 0
    next: list[Move] = Field(min_length=1, max_length=10)
    if_stuck: Key = Field(description="The desk step that takes over when the robot gives up or cannot tell.")


class DeskStep(BaseStep):
    kind: Literal["desk"]
    desk: Code
    agency: Code | None = Field(None, description="Another agency than the delivering one, e.g. for a consultation.")
    minutes: Minutes = 0
    due: Span | None = None
    activities: list[Activity] = Field(default=[], max_length=60)
    after_care: list[Activity] = Field(default=[], max_length=60)
    outcomes: list[Outcome] = Field(min_length=1, max_length=10)
    may_ask_applicant: bool = True
    not_by_decider_of: Key | None = Field(None, description="Four eyes: never the clerk who completed that step.")


class ApplicantStep(BaseStep):
    kind: Literal["applicant"]
    waits_for: Literal["confirmation", "payment", "visit", "papers"]
    stops_clock: bool = True
    within: Span | None = None
    if_late: Key | None = None
    next: list[Move] = Field(min_length=1, max_length=10)


class WaitStep(BaseStep):
    kind: Literal["wait"]
    span: Span
    stops_clock: bool = False
    next: list[Move] = Field(min_length=1, max_length=10)


class Branch(Part):
    key: Key
    start: Key
    title: Text
    when: Expression | None = None


class ParallelStep(BaseStep):
    """Several branches at once; a branch ends by a move back to this step's key."""

    kind: Literal["parallel"]
    branches: list[Branch] = Field(min_length=1, max_length=12)
    quorum: int | None = Field(None, ge=1, description="How many branches must come back; all when not given.")
    within: Span | None = Field(None, description="After this span silence counts as no objection.")
    next: list[Move] = Field(min_length=1, max_length=10)


class EndStep(BaseStep):
    kind: Literal["end"]
    outcome: Literal["approved", "refused", "closed"]


AnyStep = Annotated[
    RobotStep | DeskStep | ApplicantStep | WaitStep | ParallelStep | EndStep, Field(discriminator="kind")
]


class Workflow(Part):
    start: Key
    steps: list[AnyStep] = Field(min_length=2, max_length=100)

    @cached_property
    def by_key(self) -> dict[str, AnyStep]:
        return {step.key: step for step in self.steps}


class Definition(Part):
    """One public service, described once."""

    service: Code
    languages: list[Language] = Field(min_length=1)
    title: Text
    summary: Text
    description: Text | None = None
    keywords: dict[Language, list[str]] = {}
    responsible: Code
    parameters: dict[Key, Text] = Field(default={}, description="What delivering offices may set, with its meaning.")
    delivered_by: list[Delivery] = Field(min_length=1, max_length=200)
    life_events: list[Code] = Field(min_length=1, max_length=10)
    legal_basis: list[LegalResource] = Field(min_length=1, max_length=20)
    eligibility: list[Requirement] = Field(default=[], max_length=20)
    identity: Literal["none", "account"] = "account"
    channels: list[Channel] = Field(default=["online", "counter"], min_length=1)
    pages: list[Page] = Field(min_length=1, max_length=20)
    evidence: list[Evidence] = Field(default=[], max_length=20)
    fee: Fee = Fee()
    time_limit: TimeLimit
    retention: Retention = Retention()
    rejection_reasons: list[RejectionReason] = Field(default=[], max_length=30)
    documents: list[DocumentTemplate] = Field(default=[], max_length=10)
    appeal: Appeal = Appeal()
    is_appeal: bool = Field(False, description="Objections to decisions of other services: begun from a decision only.")
    workflow: Workflow

    @cached_property
    def questions(self) -> dict[str, Question]:
        return {question.key: question for part in self.eligibility for question in part.questions}

    @cached_property
    def fields(self) -> dict[str, "AnyField"]:
        return {field.key: field for page in self.pages for field in page.fields}
