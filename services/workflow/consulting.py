"""Consultations: who was asked at the same time, who has answered, and until when silence is awaited."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from services.accounts.models import User
from services.agencies.models import Agency, Desk, Membership
from services.catalogue.definition import AnyStep, Branch, DeskStep, ParallelStep
from services.catalogue.definition.terms import Text
from services.ledger.composed import AnyOf
from services.requests.models import ServiceRequest
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.models import Step

SHOWN = 25


@dataclass(frozen=True)
class Opinion:
    """One branch of a consultation: its title, the desk that was asked, until when, and what came back."""

    title: Text
    desk: Desk | None
    due_at: datetime | None
    is_in: bool
    outcome: Text | None


def consultations_of(user: User, desks: Collection[int]) -> QuerySet[Step]:
    """Give the open consultations about requests of the offices of a person's desks, the next to end first."""
    offices = Desk.objects.filter(AnyOf(F("pk"), desks)).values("office")
    asked = Step.objects.filter(kind=Step.Kind.PARALLEL, state=Step.State.OPEN, service_request__office__in=offices)
    related = ("service_request__service", "service_request__version")
    others = asked.exclude(service_request__applicant=user).select_related(*related)
    return others.defer("service_request__version__source").order_by("run_at", "pk")


def desks_to_ask(own: Agency) -> QuerySet[Desk]:
    """Give the desks of other agencies at which somebody works, agency by agency."""
    working = Membership.objects.clerks().filter(ended_at=None, user__is_active=True, desks=OuterRef("pk"))
    others = Desk.objects.filter(Exists(working)).exclude(office__agency=own).select_related("office__agency")
    return others.order_by("office__agency__code", "office__code", "code")


def opinions_to_give(user: User, desks: Collection[int], now: datetime) -> QuerySet[AskedOpinion]:
    """Give what others ask of a person's desks, the next to end first."""
    asked = AskedOpinion.objects.to_give(now).asked_of(user, desks)
    related = ("service_request__service", "step__desk__office__agency", "desk__office")
    return asked.select_related(*related).order_by("due_at", "pk")


def opinions_asked(service_request: ServiceRequest) -> list[AskedOpinion]:
    """Give all opinions that officials asked of other agencies about a request, the latest first."""
    related = ("step", "desk__office__agency", "asked_by", "answered_by")
    return list(
        service_request.asked_opinions.select_related(*related).prefetch_related("papers").order_by("-asked_at")
    )


def silence_means(service_request: ServiceRequest, opinion: AskedOpinion) -> str:
    """Give what the definition has silence mean for an opinion: `no_opinion` or `no_objection`."""
    step = service_request.version.definition.workflow.by_key[opinion.step.key]
    assert isinstance(step, DeskStep)
    return step.opinions.silence


def opinions_of(consultation: Step) -> list[Opinion]:
    """Tell of every branch that was begun how far it is."""
    definition = consultation.service_request.version.definition.workflow.by_key
    known = definition[consultation.key]
    assert isinstance(known, ParallelStep)
    below = list(consultation.children.all().select_related("desk__office__agency").order_by("pk"))
    by_branch = {branch.key: [step for step in below if step.branch == branch.key] for branch in known.branches}
    return [
        _opinion(branch, by_branch[branch.key], definition, is_in=branch.key in consultation.returned)
        for branch in known.branches
        if by_branch[branch.key]
    ]


def _opinion(branch: Branch, steps: Sequence[Step], definition: Mapping[str, AnyStep], *, is_in: bool) -> Opinion:
    at_desk = [step for step in steps if step.desk is not None]
    last = at_desk[-1] if at_desk else None
    known = definition[last.key] if last else None
    outcomes = {one.key: one.title for one in known.outcomes} if isinstance(known, DeskStep) else {}
    said = outcomes.get(last.outcome) if last and is_in else None
    return Opinion(branch.title, last.desk if last else None, last.due_at if last else None, is_in, said)
