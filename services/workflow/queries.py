"""Who may see and take what."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.fields.json import KT
from django.db.models.functions import Now
from django.utils import timezone

from services.accounts.models import User
from services.accounts.tokens import Token
from services.agencies.models import Agency, Desk, Membership, Office
from services.ledger.composed import Composed
from services.requests.models import ServiceRequest
from services.requests.names import FoldedName
from services.workflow.models import ACTIVE, Complaint, Step, StepQuerySet
from services.workflow.notices import BY_MAIL, TO_ASSISTANT
from services.workflow.programs import Program
from services.workflow.rules import why_stopped
from services.workflow.staff_notices import StaffNotice

TWO_WEEKS = timedelta(days=14)


def _desks(user: UUID) -> QuerySet[Membership, tuple[int]]:
    members = Membership.objects.of(User(pk=user)).clerks()
    return members.filter(desks__isnull=False).values_list("desks").distinct()


def _heads(desk: int, user: UUID) -> QuerySet[Step, tuple[datetime | None, int]]:
    free = Step.objects.filter(desk=desk).free_for(User(pk=user))
    return free.by_due_date().values_list("due_at", "pk")[:1]


ANY_DESK, ANY_USER = -1, UUID(int=0)
DESKS, HEADS = Composed(_desks, ANY_USER), Composed(_heads, ANY_DESK, ANY_USER)


def desks_of(user: User) -> list[int]:
    """Give the numbers of the desks where a person works now."""
    return [desk for (desk,) in DESKS.rows(user.pk)]


def queue_of(user: User, desks: Collection[int] | None = None) -> StepQuerySet:
    """Give the open and waiting steps at a person's desks, or at some of them; one's own requests aside."""
    return queued(Step.objects.on_desks(desks_of(user) if desks is None else desks), user)


def queued(steps: StepQuerySet, user: User) -> StepQuerySet:
    """Give of steps what stands in a queue for a person: open or waiting at a desk; the person's own requests aside."""
    return steps.filter(kind=Step.Kind.DESK, state__in=[Step.State.OPEN, Step.State.WAITING]).not_of(user)


def steps_at_desks_of(user: User, service_request: ServiceRequest) -> StepQuerySet:
    """Give the steps of a request that wait at a person's desks."""
    return queue_of(user).filter(service_request=service_request)


TOLD = [
    *("key", "state", "due_at", "claimed_at", "trouble", "parent__kind", "parent__returned", "parent__awaits"),
    *("assignee__name", "assignee__email", "desk__code", "desk__name", "desk__allows_picking"),
    *("service_request__reference", "service_request__contact", "service_request__service__title"),
    *("service_request__service__code", "service_request__version__digest"),
]


def told_to(user: User, steps: StepQuerySet) -> StepQuerySet:
    """Read of steps what a list of them shows, with whether a second official must do each; the most urgent first."""
    related = ("service_request__service", "service_request__version", "desk", "assignee", "parent")
    barred = ServiceRequest.barred.through.objects.filter(servicerequest=OuterRef("service_request"), user=user)
    marked = steps.annotate(is_barred=Q(barred=user) | Exists(barred))
    return marked.select_related(*related).only(*TOLD).by_due_date()


MOST_COUNTED = 100


def more_urgent(step: Step, user: User) -> int:
    """Count the free steps at a step's desk that are due before it and that this person may take; 100 at most."""
    due_before = Q(due_at__lt=step.due_at) | Q(due_at=step.due_at, pk__lt=step.pk)
    return Step.objects.filter(due_before, desk=step.desk_id).free_for(user)[:MOST_COUNTED].count()


def is_barred(step: Step, user: User) -> bool:
    """Tell whether a second official must do a step, because this one had a part in what it is about."""
    return step.barred_id == user.pk or step.service_request.barred.filter(pk=user.pk).exists()


def may_claim(step: Step, user: User) -> bool:
    """Tell whether a person may choose a step now: it is free, at one's desk, and nothing at it comes first."""
    if step.kind != Step.Kind.DESK or not step.is_open or step.assignee_id is not None or is_barred(step, user):
        return False
    assert step.desk is not None
    return step.desk_id in desks_of(user) and (step.desk.allows_picking or not more_urgent(step, user))


def steps_to_act_at(user: User, kind: str = Step.Kind.DESK) -> StepQuerySet:
    """Give the steps of the requests that a clerk may open; what may be done at each is told by each act."""
    steps = Step.objects.filter(service_request__in=requests_at_desks_of(user), kind=kind)
    return steps.select_related("service_request__version", "desk__office__agency")


def desks_seen_by(user: User) -> list[int]:
    """Give the desks where a person works, or where a program may read."""
    if not user.is_program:
        return desks_of(user)
    read = Program.objects.valid(timezone.now()).filter(user=user, scopes__contains=[Token.Scope.DESK_READ])
    return list(read.filter(desks__isnull=False).values_list("desks", flat=True))


def requests_at_desks_of(user: User) -> QuerySet[ServiceRequest]:
    """Give the requests that a clerk may open: of the offices where the clerk has a desk, or once at such a desk.

    Never one's own: officials follow theirs as everybody does.
    """
    return _requests_at(desks_of(user), user)


def _requests_at(desks: list[int], user: User) -> QuerySet[ServiceRequest]:
    offices = Desk.objects.filter(pk__in=desks).values("office")
    at_desk = Step.objects.filter(service_request=OuterRef("pk"), desk__in=desks)
    seen = ServiceRequest.objects.filter(Q(office__in=offices) | Exists(at_desk))
    return seen.exclude(applicant=user)


def requests_of_offices_of(user: User) -> QuerySet[ServiceRequest]:
    """Give those of the requests at a clerk's desks that belong to the clerk's offices: most, and found by an index."""
    offices = list(Desk.objects.filter(pk__in=desks_of(user)).values_list("office", flat=True))
    return ServiceRequest.objects.filter(office__in=offices).exclude(applicant=user)


def requests_to_read(user: User) -> QuerySet[ServiceRequest]:
    """Give the requests that a clerk or a program may read: at the desks, or what an objection there is about."""
    desks = desks_seen_by(user)
    objected = Step.objects.filter(service_request__appeal_of=OuterRef("pk"), desk__in=desks)
    seen = ServiceRequest.objects.filter(Q(pk__in=_requests_at(desks, user).values("pk")) | Exists(objected))
    return seen.exclude(applicant=user)


def current_steps(service_request: ServiceRequest) -> StepQuerySet:
    """Give what a request waits for now, without its notices."""
    steps = service_request.steps.all().filter(state__in=ACTIVE).exclude(kind=Step.Kind.NOTICE)
    return steps.select_related("desk__office__agency", "assignee", "parent").order_by("pk")


def is_question(step: Step) -> bool:
    """Tell whether a step is a clerk's question."""
    return step.kind == Step.Kind.APPLICANT and step.parent is not None and step.parent.kind == Step.Kind.DESK


def question_of(service_request: ServiceRequest) -> Step | None:
    """Give what a clerk asks now, else what was asked last, answered by now."""
    asked = service_request.steps.all().filter(kind=Step.Kind.APPLICANT, parent__kind=Step.Kind.DESK)
    return asked.order_by(Case(When(state=Step.State.OPEN, then=0), default=1), "-pk").first()


def clock_holder(service_request: ServiceRequest, steps: Iterable[Step]) -> Step | None:
    """Give which of the current steps lets the clock stand still; what the applicant has to do comes first."""
    if not service_request.is_clock_stopped:
        return None
    known = service_request.version.definition.workflow.by_key
    acts = Step.Kind.APPLICANT
    holders = [step for step in steps if why_stopped(known[step.key], asks=step.kind == acts)]
    return min(holders, key=lambda step: step.kind != acts, default=None)


def notices_of(user: User) -> StepQuerySet:
    """Give what the portal has told a person, the latest first, each notice once."""
    own = Q(service_request__applicant=user, branch=BY_MAIL)
    helped = Q(service_request__assistant=user, branch=TO_ASSISTANT)
    told = Step.objects.filter(own | helped, kind=Step.Kind.NOTICE, opened_at__lte=Now())
    told = told.exclude(state=Step.State.CANCELLED)
    related = ("service_request__service", "service_request__version", "parent")
    return told.select_related(*related).defer("service_request__version__source").order_by("-opened_at", "-pk")


def serves_at_counter(user: User, office: Office) -> bool:
    """Tell whether a person works at the counter of an office, or of a centre that serves for all of them."""
    places = Q(desks__office=office) | Q(desks__office__is_centre=True)
    return Membership.objects.of(user).clerks().filter(places).exists()


def first_free_desks(user: User, only: int | None = None) -> list[int]:
    """Give the person's desks, or one of them, that with the most urgent free step first; several only with a step."""
    desks = [known for known in desks_of(user) if only in (None, known)]
    if len(desks) == 1:
        return desks
    heads = [(due_at, step, desk) for desk in desks for due_at, step in HEADS.rows(desk, user.pk)]
    return [desk for _, _, desk in sorted(heads)]


def supervised_by(user: User) -> QuerySet[Membership, int]:
    """Give the numbers of the agencies that a person supervises."""
    return Membership.objects.of(user).filter(role=Membership.Role.SUPERVISOR).values_list("agency", flat=True)


def supervisors_of(agency: int) -> QuerySet[User]:
    """Give who supervises an agency; where nobody does, its managers."""
    here = Membership.objects.filter(agency=agency, ended_at=None, user__is_active=True)
    supervising = here.filter(role=Membership.Role.SUPERVISOR)
    members = supervising if supervising.exists() else here.managers()
    return User.objects.filter(pk__in=members.values("user")).order_by("pk")


def told_of_deadlines(user: User, now: datetime) -> QuerySet[StaffNotice]:
    """Give what the portal told an official of deadlines within two weeks and isn’t done yet, the latest first."""
    return told_of_deadlines_since(now - TWO_WEEKS, user)


def told_of_deadlines_since(moment: datetime, user: User) -> QuerySet[StaffNotice]:
    """Give what the portal told an official of deadlines after a moment and isn’t done yet, the latest first."""
    lately = StaffNotice.objects.filter(user=user, at__gt=moment)
    open_still = Q(step__state__in=ACTIVE) | Q(step=None)
    related = ("service_request__service", "step__assignee")
    return lately.filter(open_still).select_related(*related).order_by("-at", "-pk")


def complaints_of(user: User) -> QuerySet[Complaint]:
    """Give the complaints that a supervisor answers for: those about the offices of the supervisor's agencies."""
    related = ("service_request__service", "office__agency", "answered_by")
    return Complaint.objects.filter(office__agency__in=supervised_by(user)).select_related(*related)


def requests_identified(requests: QuerySet[ServiceRequest], identifier: str) -> QuerySet[ServiceRequest]:
    """Keep the requests whose applicant gave this personal identifier."""
    return requests.annotate(identifier=KT("contact__personal_identifier")).filter(identifier=identifier)


def requests_named(requests: QuerySet[ServiceRequest], folded: str) -> QuerySet[ServiceRequest]:
    """Keep the requests whose applicant's name has all the folded words."""
    named = requests.annotate(folded_name=FoldedName("contact"))
    return named.filter(*(Q(folded_name__contains=word) for word in folded.split()))


def requests_named_nearly(requests: QuerySet[ServiceRequest], folded: str) -> QuerySet[ServiceRequest]:
    """Keep the requests whose applicant's name is written nearly like the folded words."""
    return requests.annotate(folded_name=FoldedName("contact")).filter(folded_name__trigram_similar=folded)


def managed_by(user: User) -> QuerySet[Agency]:
    """Give the agencies that a person manages."""
    members = Membership.objects.of(user).managers()
    return Agency.objects.filter(pk__in=members.values("agency")).order_by("code")


def parked_of(user: User) -> StepQuerySet:
    """Give what robots handed to clerks and still is to be done, at a manager's agencies, the oldest first."""
    parked = Step.objects.filter(kind=Step.Kind.DESK, state__in=[Step.State.OPEN, Step.State.WAITING])
    parked = parked.filter(instead_of__isnull=False, service_request__office__agency__in=managed_by(user).values("pk"))
    related = ("service_request__service", "service_request__version", "instead_of", "assignee")
    return parked.select_related(*related).defer("service_request__version__source").order_by("opened_at", "pk")
