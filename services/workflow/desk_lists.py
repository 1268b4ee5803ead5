"""The lists of a clerk's page: what each page asks is composed once for all; for the seldom ones it looks first."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Q, QuerySet
from django.db.models.functions import Now

from services.accounts.models import User
from services.agencies.models import Desk
from services.catalogue.models import Delivery, Service
from services.ledger.composed import AnyOf, Composed
from services.workflow.consulting import SHOWN, consultations_of, opinions_to_give
from services.workflow.looking import SavedView
from services.workflow.models import Step, StepQuerySet
from services.workflow.paging import A_PAGE, BEGINNING, Place, QueuePage, page_of
from services.workflow.preparing import PreparedDecision
from services.workflow.queries import (
    ANY_DESK,
    ANY_USER,
    TWO_WEEKS,
    complaints_of,
    desks_of,
    queue_of,
    queued,
    told_of_deadlines_since,
    told_to,
)

Keys = QuerySet[Step, Any]
List = Callable[[User, list[int], datetime, datetime], QuerySet[Any]]
MOST_TOLD, SOON = 10, timedelta(days=2)
STATES = ("late", "soon", "free", "stopped", "robot")
ANY_DESKS, ANY_STEP, ANY_STEPS, ANY_SERVICE = [ANY_DESK], -2, [-2], "-"
ANY_TIME, ANY_LATER = datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)


def in_state(state: str) -> Q:
    """Give the condition of one of STATES; every step fits ''."""
    is_open = Q(state=Step.State.OPEN)
    return {
        "late": is_open & Q(due_at__lt=Now()),
        "soon": is_open & Q(due_at__gte=Now(), due_at__lt=Now() + SOON),
        "free": is_open & Q(assignee=None),
        "stopped": Q(state=Step.State.WAITING),
        "robot": is_open & Q(instead_of__isnull=False),
    }.get(state, Q())


def waiting_for(user: UUID, desks: Collection[int], service: str = "") -> StepQuerySet:
    """Give what waits at desks, perhaps of one service only, and isn't in the hands of this person."""
    return _not_held_by(user, Step.objects.on_desks(desks), service)


def _not_held_by(user: UUID, steps: StepQuerySet, service: str) -> StepQuerySet:
    waiting = queued(steps, User(pk=user)).filter(Q(assignee=None) | ~Q(assignee=user))
    return waiting.filter(service_request__service__code=service) if service else waiting


@cache
def _counts(*any_service: str) -> Composed:
    """Compose the counts of what waits, of one service or of all: all steps at desks are of one kind, so one row."""

    def build(user: UUID, desks: list[int], *service: str) -> QuerySet[Step, Any]:
        counted = {state: Count("pk", filter=in_state(state)) for state in STATES}
        of_kind = waiting_for(user, desks, *service).order_by().values("kind")
        return of_kind.annotate(all=Count("pk"), **counted).values_list("all", *STATES)

    return Composed(build, ANY_USER, ANY_DESKS, *any_service)


def counts_of(user: User, desks: list[int], service: str) -> dict[str, int]:
    """Count what waits: all of it, and in each of STATES; one query."""
    rows = _counts(ANY_SERVICE).rows(user.pk, desks, service) if service else _counts().rows(user.pk, desks)
    return dict(zip(("all", *STATES), rows[0] if rows else (0,) * (1 + len(STATES)), strict=True))


@cache
def _heads(state: str, *any_service: str) -> Composed:
    """Compose where the next steps of a desk stand after a place; steps at desks always have a due date.

    The desk is named by itself: only then does PostgreSQL read its index in order, and stop after a page.
    """

    def build(user: UUID, desk: int, due_at: datetime, number: int, service: str = "") -> Keys:
        at_desk = Step.objects.filter(in_state(state), desk=desk, due_at__gte=due_at)
        waiting = _not_held_by(user, at_desk, service)
        after = waiting.exclude(due_at=due_at, pk__lte=number)
        return after.by_due_date().values_list("due_at", "pk")[: A_PAGE + 1]

    return Composed(build, ANY_USER, ANY_DESK, ANY_TIME, ANY_STEP, *any_service)


def page_for(user: User, desks: list[int], state: str, service: str, after: Place | None) -> QueuePage:
    """Give the page of what waits after a place, by due date: a few rows of each desk's index, merged."""
    heads, named = (_heads(state, ANY_SERVICE), [service]) if service else (_heads(state), [])
    place = after or BEGINNING
    return page_of([heads.rows(user.pk, desk, place.due_at, place.number, *named) for desk in desks], after)


def _held(user: UUID, desks: list[int]) -> QuerySet[Step, tuple[int]]:
    return queue_of(User(pk=user), desks).filter(assignee=user).values_list("pk")


def _steps(user: UUID, numbers: list[int]) -> StepQuerySet:
    return told_to(User(pk=user), Step.objects.filter(AnyOf(F("pk"), numbers)))


def _desks(desks: list[int]) -> QuerySet[Desk]:
    return Desk.objects.filter(AnyOf(F("pk"), desks)).select_related("office__agency")


def _services(desks: list[int]) -> QuerySet[Service]:
    delivered = Delivery.objects.filter(AnyOf(F("office__desks"), desks))
    return Service.objects.published().filter(pk__in=delivered.values("service")).only("code", "title").order_by("code")


def _stuck(user: User) -> QuerySet[PreparedDecision]:
    return PreparedDecision.objects.filter(by=user).exclude(refused="").select_related("step__service_request")


# What a clerk's page lists only seldom, by name: each of a person, the person's desks, now, and two weeks ago.
SELDOM: dict[str, List] = {
    "stuck": lambda user, _desks, _now, _since: _stuck(user),
    "pending": lambda user, _desks, now, _since: PreparedDecision.objects.undoable(user, now),
    "told": lambda user, _desks, _now, since: told_of_deadlines_since(since, user)[:MOST_TOLD],
    "complaints": lambda user, *_rest: complaints_of(user).filter(answered_at=None).order_by("made_at"),
    "to_give": lambda user, desks, now, _since: opinions_to_give(user, desks, now)[:SHOWN],
    "consultations": lambda user, desks, *_rest: consultations_of(user, desks)[:SHOWN],
    "views": lambda user, *_rest: SavedView.objects.filter(user=user).order_by("name"),
}


def _there(user: UUID, desks: list[int], now: datetime, since: datetime) -> QuerySet[User, Any]:
    lists = (give(User(pk=user), desks, now, since) for give in SELDOM.values())
    return User.objects.filter(pk=user).values_list(*map(Exists, lists))


HELD, STEPS = Composed(_held, ANY_USER, ANY_DESKS), Composed(_steps, ANY_USER, ANY_STEPS)
DESKS, SERVICES = Composed(_desks, ANY_DESKS), Composed(_services, ANY_DESKS)
THERE = Composed(_there, ANY_USER, ANY_DESKS, ANY_TIME, ANY_LATER)


def steps_of(user: User, numbers: Sequence[int]) -> list[Step]:
    """Give steps by their numbers as lists show them to a person, the most urgent first; one query."""
    return list(STEPS.rows(user.pk, [*numbers]))


def held_by(user: User) -> list[Step]:
    """Give the steps that a person holds, the most urgent first."""
    return steps_of(user, [number for (number,) in HELD.rows(user.pk, desks_of(user))])


def desks_in(numbers: Sequence[int]) -> list[Desk]:
    """Give desks by their numbers, with their offices."""
    return list(DESKS.rows([*numbers]))


def lists_of(user: User, desks: list[int], shown: Sequence[int], now: datetime) -> dict[str, Collection[Any]]:
    """Give what the page of a clerk lists, by name; `shown` are the numbers of the steps of a page of the queue."""
    held = {number for (number,) in HELD.rows(user.pk, desks)}
    steps = steps_of(user, [*held, *shown])
    of_whom = (user, desks, now, now - TWO_WEEKS)
    (there,) = THERE.rows(user.pk, *of_whom[1:])
    return {
        "mine": [step for step in steps if step.pk in held],
        "steps": [step for step in steps if step.pk not in held],
        "desks": desks_in(desks),
        "services": sorted(SERVICES.rows(desks), key=str),
        **{name: give(*of_whom) if known else () for (name, give), known in zip(SELDOM.items(), there, strict=True)},
    }
