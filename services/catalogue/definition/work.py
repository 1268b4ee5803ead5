"""How a request is worked: steps as in BPMN."""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from services.catalogue.definition.law import Span
from services.catalogue.definition.terms import Code, Expression, Key, Minutes, Part, Text

Setting = str | int | bool | Decimal | list[str] | dict[str, str | int]


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
    settings: dict[Key, Setting] = Field(default={}, description="What the action needs to know.")
    saves_minutes: Minutes = 0
    next: list[Move] = Field(min_length=1, max_length=10)
    if_stuck: Key = Field(description="The desk step that takes over when the robot gives up or cannot tell.")


class Opinions(Part):
    """The opinions that an official may ask of other agencies on the spot."""

    share: list[Key] | None = Field(
        None, max_length=100, description="Answers and papers that they may be shown; any when not given, none with []."
    )
    silence: Literal["no_opinion", "no_objection"] = Field(
        "no_opinion", description="What it means when they don't answer in time. The step goes on in any case."
    )


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
    opinions: Opinions = Opinions()
    assigned: Literal["taken", "at_random"] = Field(
        "taken", description="Officials take it from their desk, or chance gives it to one who is able and free."
    )
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
