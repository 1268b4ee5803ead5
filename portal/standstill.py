"""Why a request's legal clock stands still, or may: in words to the applicant (“you”) and to officials."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from services.catalogue.definition import AnyStep, Definition, DeskStep, Span, WaitStep
from services.catalogue.definition.terms import Text
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.queries import clock_holder
from services.workflow.rules import QUESTION, why_stopped

Words = str | Promise
TO_APPLICANT: dict[str, Words] = {
    QUESTION: _("the office waits for your answer to its question"),
    "papers": _("the office waits for your papers"),
    "confirmation": _("the office waits for your confirmation"),
    "payment": _("the office waits for your payment"),
    "visit": _("the office waits for your visit"),
}
TO_OFFICIALS: dict[str, Words] = {
    QUESTION: _("the applicant has yet to answer a question"),
    "papers": _("the applicant has yet to supply papers"),
    "confirmation": _("the applicant has yet to confirm"),
    "payment": _("the applicant has yet to pay"),
    "visit": _("the applicant has yet to come"),
}


@dataclass(frozen=True)
class Standstill:
    """One reason: what the applicant has to do, in words to each side, or a span of the law, with its title."""

    reason: str
    title: Text
    span: Span | None = None
    until: datetime | None = None

    @property
    def to_applicant(self) -> Words:
        return TO_APPLICANT.get(self.reason, "")

    @property
    def to_officials(self) -> Words:
        return TO_OFFICIALS.get(self.reason, "")


def standstill_of(seen: ServiceRequest, steps: Iterable[Step]) -> Standstill | None:
    """Tell why a request's clock stands still; None when it doesn't, or when none of its current steps holds it."""
    step = clock_holder(seen, steps)
    if step is None:
        return None
    definition = seen.version.definition.workflow.by_key[step.key]
    return _told(why_stopped(definition, asks=step.kind == Step.Kind.APPLICANT), definition, step.run_at)


def standstills_of(definition: Definition) -> list[Standstill]:
    """Tell each reason for which the clock of such requests may stand still, once."""
    told = [_told(why_stopped(step, asks=_may_ask(step)), step) for step in definition.workflow.steps]
    acts = {one.reason: one for one in told if one.to_applicant}
    return [acts[reason] for reason in TO_APPLICANT if reason in acts] + [one for one in told if one.span]


def _may_ask(step: AnyStep) -> bool:
    return isinstance(step, DeskStep) and step.may_ask_applicant


def _told(reason: str, step: AnyStep, until: datetime | None = None) -> Standstill:
    span = step.span if reason and isinstance(step, WaitStep) else None
    return Standstill(reason, step.title, span, until)
