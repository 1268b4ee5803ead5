"""Circuit breakers: a register that is down isn't called until it had time to recover; then one call probes."""

from datetime import datetime, timedelta

from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest

from services.workflow.models import Breaker

FAILURES_TO_OPEN = 5
REST = timedelta(seconds=30)


def lets_through(name: str, now: datetime) -> bool:
    """Tell whether a call may be made now; the first one after the rest is a probe and starts the next rest."""
    resting = Breaker.objects.filter(name=name, failures__gte=FAILURES_TO_OPEN)
    return not resting.exists() or bool(resting.filter(no_calls_before__lte=now).update(no_calls_before=now + REST))


def rests_for_s(name: str, now: datetime) -> float:
    """Give how many seconds nobody may call."""
    until = Breaker.objects.filter(name=name).values_list("no_calls_before", flat=True).first()
    return max((until - now).total_seconds(), 0) if until else 0


def note_failure(name: str, now: datetime, rest_s: float | None = None) -> None:
    """Count a failed call and keep the next calls away when it was one too many, or when the other side asks for it."""
    Breaker.objects.get_or_create(name=name)
    counted = F("failures") + 1 if rest_s is None else Greatest(F("failures") + 1, Value(FAILURES_TO_OPEN))
    turns = [0, FAILURES_TO_OPEN - 1] if rest_s is None else range(FAILURES_TO_OPEN)
    Breaker.objects.filter(name=name).update(
        failures=counted,
        no_calls_before=now + max(REST, timedelta(seconds=rest_s or 0)),
        since=Case(When(failures__in=turns, then=Value(now)), default=F("since")),
    )


def note_success(name: str, now: datetime) -> None:
    """Forget the failures."""
    Breaker.objects.filter(name=name, failures__gt=0).update(failures=0, since=now)
