"""What a supervisor sees of the work: load by desk and official, ageing, what will be late, what nobody can take."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Absence, Desk, Membership
from services.agencies.rules import WorkingCalendar
from services.requests.models import ServiceRequest
from services.workflow.models import Step, StepQuerySet
from services.workflow.places import places
from services.workflow.signal_rules import late_soon

LATELY = timedelta(days=28)
AGES = (5, 10, 20)
SHOWN = 50
MOST_AHEAD = 5_000
AT_DESK = Q(steps__kind="desk", steps__state__in=["open", "waiting"])


@dataclass(frozen=True)
class DeskLoad:
    """One desk: what is open there, and how many of these will be late if work goes on as in the last four weeks."""

    desk: Desk
    a_day: float
    will_be_late: int
    ages: list[int]


def desk_loads(agencies: Collection[int], now: datetime) -> list[DeskLoad]:
    """Give the load of every desk of some agencies; those with most late steps first."""
    late = Count("steps", filter=AT_DESK & Q(steps__state="open", steps__due_at__lt=now))
    desks = Desk.objects.filter(office__agency__in=agencies).select_related("office__agency__calendar")
    counted = desks.annotate(
        open=Count("steps", filter=AT_DESK),
        late=late,
        free=Count("steps", filter=AT_DESK & Q(steps__assignee=None)),
        oldest=Min("steps__opened_at", filter=AT_DESK),
    )
    return [_load(desk, now) for desk in counted.order_by("-late", "-open", "office__code", "code")]


def _load(desk: Desk, now: datetime) -> DeskLoad:
    calendar = places().calendar(desk.office.agency)
    steps = Step.objects.filter(desk=desk).open_at_desks().by_due_date()
    rows = list(steps.values_list("due_at", "opened_at")[:MOST_AHEAD])
    a_day = capacity(desk, now, calendar)
    days = {
        day: working_days_between(now, calendar.end_of(day), calendar) for day in {_day(row, calendar) for row in rows}
    }
    left = [days[_day(row, calendar)] for row in rows]
    ages = [(now - opened_at).days for _, opened_at in rows]
    bounds = zip((0, *AGES), (*AGES, 100_000), strict=True)
    return DeskLoad(
        desk, a_day, late_soon(left, a_day), [sum(low <= age < high for age in ages) for low, high in bounds]
    )


def _day(row: tuple[datetime | None, datetime], calendar: WorkingCalendar) -> date:
    due_at, opened_at = row
    return calendar.day_of(due_at or opened_at)


def capacity(desk: Desk, now: datetime, calendar: WorkingCalendar) -> float:
    """Give how many steps a working day a desk did lately, as far as its officials are there today."""
    done = Step.objects.filter(desk=desk, kind=Step.Kind.DESK, state=Step.State.DONE, finished_at__gte=now - LATELY)
    days = working_days_between(now - LATELY, now, calendar)
    people = set(Membership.objects.clerks().filter(desks=desk, ended_at=None).values_list("user", flat=True))
    away = set(Absence.objects.on(timezone.localdate(now)).filter(user__in=people).values_list("user", flat=True))
    share_there = 1 - len(away) / len(people) if people else 0.0
    return done.count() / days * share_there if days else 0.0


def working_days_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> int:
    """Give the working days from the day after `start` to the day of `end`; negative when the end is before."""
    if end < start:
        return -working_days_between(end, start, calendar) or -1
    days, last = 0, calendar.day_of(end)
    for day in calendar.days_after(start):
        if day > last:
            return days
        days += calendar.counts(day, "working")
    raise AssertionError("days never end")


@dataclass(frozen=True)
class Load:
    """What one official holds, and did in the last seven days; the absence when away today."""

    user: User
    held: int
    late: int
    done: int
    absence: Absence | None


def loads(agencies: Collection[int], now: datetime) -> list[Load]:
    """Give the load of every official of some agencies, the heaviest first."""
    members = Membership.objects.clerks().filter(agency__in=agencies, ended_at=None).values("user")
    absent = {one.user_id: one for one in Absence.objects.on(timezone.localdate(now)).filter(user__in=members)}
    week = Q(steps__state="done", steps__finished_at__gte=now - timedelta(days=7), steps__kind="desk")
    users = User.objects.filter(pk__in=members).annotate(
        held=Count("steps", filter=AT_DESK),
        late=Count("steps", filter=AT_DESK & Q(steps__state="open", steps__due_at__lt=now)),
        done=Count("steps", filter=week),
    )
    known = users.order_by("-late", "-held", "name")
    return [Load(user, user.held, user.late, user.done, absent.get(user.pk)) for user in known]


def officials_of(agencies: Collection[int]) -> QuerySet[User]:
    """Give the officials who work at desks of some agencies, by name."""
    members = Membership.objects.clerks().filter(agency__in=agencies, ended_at=None)
    return User.objects.filter(pk__in=members.values("user")).order_by("name", "pk")


def to_hand_out(agencies: Collection[int], user: User) -> StepQuerySet:
    """Give the open steps at desks of some agencies that one doesn't hold oneself, the most urgent first."""
    desks = Desk.objects.filter(office__agency__in=agencies).values("pk")
    waiting = Step.objects.filter(desk__in=desks, state__in=[Step.State.OPEN, Step.State.WAITING], kind=Step.Kind.DESK)
    related = ("service_request__service", "service_request__version", "desk__office", "assignee")
    others = waiting.exclude(assignee=user).exclude(service_request__applicant=user)
    return others.select_related(*related).defer("service_request__version__source").by_due_date()


def without_anybody(agencies: Collection[int]) -> StepQuerySet:
    """Give the free steps that nobody at their desk may take: all stand aside, or nobody works there."""
    aside = ServiceRequest.barred.through.objects.filter(
        servicerequest=OuterRef(OuterRef("service_request")), user=OuterRef("user")
    )
    second = Step.objects.filter(pk=OuterRef(OuterRef("pk")), barred=OuterRef("user"))
    at_desk = Membership.objects.clerks().filter(desks=OuterRef("desk"), ended_at=None)
    able = at_desk.exclude(Exists(aside)).exclude(Exists(second))
    free = Step.objects.open_at_desks().filter(assignee=None, desk__office__agency__in=agencies)
    return free.exclude(Exists(able)).select_related("service_request__service", "desk__office").by_due_date()
