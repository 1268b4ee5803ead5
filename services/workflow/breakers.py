"""Circuit breakers: a register that is down isn't called until it had time to recover; then one call probes."""

from datetime import datetime, timedelta

from django.db.models import F

from services.workflow.models import Breaker

FAILURES_TO_OPEN = 5
REST = timedelta(seconds=30)


def lets_through(name: str, now: datetime) -> bool:
    """Tell whether a call may be made now; the first one after the rest is a probe and starts the next rest."""
    resting = Breaker.objects.filter(name=name, failures__gte=FAILURES_TO_OPEN)
    return not resting.exists() or bool(resting.filter(no_calls_before__lte=now).update(no_calls_before=now + REST))


def note_failure(name: str, now: datetime) -> None:
    """Count a failed call and keep the next calls away when it was one too many."""
    Breaker.objects.get_or_create(name=name)
    Breaker.objects.filter(name=name).update(failures=F("failures") + 1, no_calls_before=now + REST)


def note_success(name: str) -> None:
    """Forget the failures."""
    Breaker.objects.filter(name=name, failures__gt=0).update(failures=0)
