"""How much each official holds and does, for managers: to share work out, not to rank people."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Absence, Agency, Membership
from services.workflow.places import places
from services.workflow.team import AGES, LATELY, working_days_between

FEWEST_DONE = 10


@dataclass(frozen=True)
class Pace:
    """What one official holds, by age in days, and did in the last four weeks; `days` are those that they were there.

    From fewer than ten steps no pace follows: they tell of the cases that somebody got, not of the person.
    """

    user: User
    agency: Agency
    held: int
    late: int
    ages: list[int]
    done: int
    days: int

    @property
    def a_day(self) -> float | None:
        return self.done / self.days if self.done >= FEWEST_DONE and self.days else None


def paces(agencies: Collection[int], now: datetime) -> list[Pace]:
    """Give load and pace of every official of some agencies, at their desks, by name; three queries."""
    members = Membership.objects.clerks().filter(agency__in=agencies, ended_at=None)
    known = members.select_related("user", "agency__calendar").order_by("user__name", "user", "-pk")
    at_work = {member.user_id: member for member in known}
    counts, away = _counts(agencies, list(at_work), now), _away(list(at_work), now)
    return [_pace(member.user, member.agency, counts[user], away[user], now) for user, member in at_work.items()]


def _counts(agencies: Collection[int], users: Collection[UUID], now: datetime) -> Mapping[UUID, list[int]]:
    """Give held, late and done, then what is held by age, of each user; steps at these agencies' desks only."""
    here = Q(steps__kind="desk", steps__desk__office__agency__in=agencies)
    held = here & Q(steps__state__in=["open", "waiting"])
    bounds = zip((0, *AGES), (*AGES, None), strict=True)
    ages = {f"age_{low}": Count("steps", filter=held & _opened(now, low, high)) for low, high in bounds}
    numbers = User.objects.filter(pk__in=users).annotate(
        held=Count("steps", filter=held),
        late=Count("steps", filter=held & Q(steps__state="open", steps__due_at__lt=now)),
        done=Count("steps", filter=here & Q(steps__state="done", steps__finished_at__gte=now - LATELY)),
        **ages,
    )
    return {user: counts for user, *counts in numbers.values_list("pk", "held", "late", "done", *ages)}


def _opened(now: datetime, low: int, high: int | None) -> Q:
    younger = Q(steps__opened_at__gt=now - timedelta(days=high)) if high else Q()
    return younger & Q(steps__opened_at__lte=now - timedelta(days=low)) if low else younger


def _away(users: Collection[UUID], now: datetime) -> Mapping[UUID, list[Absence]]:
    first, last = timezone.localdate(now - LATELY), timezone.localdate(now)
    away: dict[UUID, list[Absence]] = defaultdict(list)
    for absence in Absence.objects.filter(user__in=users, last_day__gte=first, first_day__lte=last):
        away[absence.user_id].append(absence)
    return away


def _pace(user: User, agency: Agency, counts: list[int], away: Collection[Absence], now: datetime) -> Pace:
    held, late, done, *ages = counts
    calendar = places().calendar(agency)
    first, last = calendar.day_of(now - LATELY), calendar.day_of(now)
    days = working_days_between(now - LATELY, now, calendar)
    missed = {
        first + timedelta(days=number)
        for number in range(1, (last - first).days + 1)
        if any(one.first_day <= first + timedelta(days=number) <= one.last_day for one in away)
    }
    return Pace(user, agency, held, late, ages, done, days - sum(calendar.counts(day, "working") for day in missed))
