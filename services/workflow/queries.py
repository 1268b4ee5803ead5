"""Who may see and take what."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from services.accounts.models import User
from services.agencies.models import Desk, Membership
from services.requests.models import ServiceRequest
from services.workflow.models import ACTIVE, Step, StepQuerySet


def desks_of(user: User) -> list[int]:
    """Give the numbers of the desks where a person works now."""
    members = Membership.objects.of(user).clerks()
    return list(members.filter(desks__isnull=False).values_list("desks", flat=True).distinct())


def queue_of(user: User) -> StepQuerySet:
    """Give the open and waiting steps at a person's desks, the most urgent first."""
    steps = Step.objects.on_desks(desks_of(user)).filter(kind=Step.Kind.DESK)
    related = ("service_request__service", "service_request__version", "desk__office", "assignee")
    open_or_waiting = steps.filter(state__in=[Step.State.OPEN, Step.State.WAITING])
    return open_or_waiting.select_related(*related).defer("service_request__version__source").by_due_date()


def requests_at_desks_of(user: User) -> QuerySet[ServiceRequest]:
    """Give the requests that a clerk may open: of the offices where the clerk has a desk, or once at such a desk."""
    desks = desks_of(user)
    offices = Desk.objects.filter(pk__in=desks).values("office")
    at_desk = Step.objects.filter(service_request=OuterRef("pk"), desk__in=desks)
    return ServiceRequest.objects.filter(Q(office__in=offices) | Exists(at_desk))


def current_steps(service_request: ServiceRequest) -> StepQuerySet:
    """Give what a request waits for now, without its notices."""
    steps = service_request.steps.all().filter(state__in=ACTIVE).exclude(kind=Step.Kind.NOTICE)
    return steps.select_related("desk__office__agency", "assignee", "parent").order_by("pk")


def first_free_desks(user: User) -> list[int]:
    """Give the person's desks that have a step to take, the one with the most urgent step first."""
    heads = []
    for desk in desks_of(user):
        head = Step.objects.filter(desk=desk).free_for(user).by_due_date().values_list("due_at", "pk").first()
        heads += [(*head, desk)] if head else []
    return [desk for _, _, desk in sorted(heads)]
