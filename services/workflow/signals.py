"""Numbers of officials that are unlike those of their colleagues: a reason to ask, never an accusation."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count
from django.db.models.functions import TruncHour

from services.accounts.models import User
from services.agencies.models import Membership
from services.requests.models import Decision
from services.workflow.looking import Look, Search
from services.workflow.models import Step
from services.workflow.signal_rules import is_far, is_unlike, times_as_long

SPAN = timedelta(days=90)
MANY_LOOKS_AN_HOUR = 30
MOST_ROWS = 20_000


@dataclass
class Numbers:
    """What one official did in the last 90 days; each number stands beside whether it is unlike the others'."""

    user: User
    decided: int = 0
    refused: int = 0
    refuses_unlike: bool = False
    taken: int = 0
    passed_over: int = 0
    picks_unlike: bool = False
    times_as_long: float | None = None
    looks: int = 0
    searches: int = 0
    most_looks_an_hour: int = 0
    recused: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def looks_unlike(self) -> bool:
        return self.most_looks_an_hour >= MANY_LOOKS_AN_HOUR

    @property
    def works_unlike(self) -> bool:
        return is_far(self.times_as_long)

    @property
    def is_unlike(self) -> bool:
        return self.refuses_unlike or self.picks_unlike or self.looks_unlike or self.works_unlike


def numbers_of(agencies: Collection[int], now: datetime) -> list[Numbers]:
    """Give the numbers of every official of some agencies, those unlike the others first; six queries."""
    since = now - SPAN
    members = Membership.objects.clerks().filter(agency__in=agencies, ended_at=None).values("user")
    known = {user.pk: Numbers(user) for user in User.objects.filter(pk__in=members).order_by("name")}
    officials = list(known.values())
    _add_decisions(known, agencies, since)
    _add_steps(known, agencies, since)
    _add_looks(known, since)
    _compare(officials)
    return sorted(officials, key=lambda one: (not one.is_unlike, str(one.user)))


def _add_decisions(known: dict[UUID, Numbers], agencies: Collection[int], since: datetime) -> None:
    made = Decision.objects.filter(agency__in=agencies, by__in=known, at__gte=since)
    for by, is_refusal, count in made.values_list("by", "is_refusal").annotate(count=Count("pk")):
        known[by].decided += count
        known[by].refused += count if is_refusal else 0


def _add_steps(known: dict[UUID, Numbers], agencies: Collection[int], since: datetime) -> None:
    """Add what was taken and how long it was held, each time against the median of the same step."""
    steps = Step.objects.filter(desk__office__agency__in=agencies, assignee__in=known, claimed_at__gte=since)
    names = ("assignee", "service_request__service", "key", "claimed_at", "finished_at", "passed_over")
    held: dict[tuple[object, ...], list[tuple[Numbers, float]]] = defaultdict(list)
    for who, service, key, claimed_at, finished_at, passed_over in steps.values_list(*names)[:MOST_ROWS]:
        known[who].taken += 1
        known[who].passed_over += passed_over > 0
        if finished_at is not None:
            held[service, key].append((known[who], (finished_at - claimed_at).total_seconds()))
    for same_step in held.values():
        _add_relative_times(same_step)


def _add_relative_times(same_step: Collection[tuple[Numbers, float]]) -> None:
    ordered = sorted(seconds for _, seconds in same_step)
    usual = ordered[len(ordered) // 2] or 1.0
    for one, seconds in same_step:
        one.seconds.append(seconds / usual)


def _add_looks(known: dict[UUID, Numbers], since: datetime) -> None:
    looks = Look.objects.filter(by__in=known, at__gte=since).annotate(hour=TruncHour("at"))
    for by, _hour, count in looks.values_list("by", "hour").annotate(count=Count("pk")):
        known[by].looks += count
        known[by].most_looks_an_hour = max(known[by].most_looks_an_hour, count)
    searches = Search.objects.filter(by__in=known, at__gte=since).exclude(kind=Search.Kind.REFERENCE)
    for by, count in searches.values_list("by").annotate(count=Count("pk")):
        known[by].searches = count


def _compare(officials: Iterable[Numbers]) -> None:
    """Compare each official with all the others together."""
    everybody = list(officials)
    for one in everybody:
        others = [other for other in everybody if other is not one]
        one.refuses_unlike = is_unlike(
            one.refused, one.decided, sum(other.refused for other in others), sum(other.decided for other in others)
        )
        one.picks_unlike = is_unlike(
            one.passed_over, one.taken, sum(other.passed_over for other in others), sum(other.taken for other in others)
        )
        one.times_as_long = times_as_long(one.seconds, [time for other in others for time in other.seconds])
