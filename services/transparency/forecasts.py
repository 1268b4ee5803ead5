"""Renew the forecasts of services: when requests like this one are decided, told by the last sixty days."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from services.catalogue.models import Service
from services.transparency.expectations import ANYWHERE, FEWEST_DECISIONS
from services.transparency.models import Forecast, MeasuredRequest
from services.transparency.rules import DECIDED
from services.transparency.survival import Lives, curve_of

SPAN = timedelta(days=60)
GROWS_OLD_AFTER = timedelta(hours=1)


def renew_forecasts(now: datetime) -> int:
    """Make the forecasts again of services whose forecasts grew old; give how many services that were."""
    fresh = Forecast.objects.filter(made_at__gt=now - GROWS_OLD_AFTER).values("service")
    services = list(Service.objects.exclude(code__in=fresh).values_list("code", flat=True))
    for service in services:
        renew_forecast(service, now)
    return len(services)


@transaction.atomic
def renew_forecast(service: str, now: datetime) -> None:
    """Replace a service's forecasts by what is known now."""
    made = [
        Forecast(service=service, office=office, curve=curve_of(lives), decided=lives.decisions, made_at=now)
        for office, lives in lives_of(service, now).items()
        if lives.decisions >= FEWEST_DECISIONS or office == ANYWHERE
    ]
    Forecast.objects.filter(service=service).delete()
    Forecast.objects.bulk_create(made, ignore_conflicts=True)


def lives_of(service: str, now: datetime) -> Mapping[str, Lives]:
    """Give how requests fared in the span before a moment, anywhere and by office; nothing later is looked at."""
    lives: dict[str, Lives] = defaultdict(Lives, {ANYWHERE: Lives()})
    for office, submitted_at, ended_at, is_decided in _in_span(service, now):
        for place in (office, ANYWHERE):
            lives[place].add(
                entered=now - SPAN - submitted_at, last_seen=ended_at - submitted_at, is_decided=is_decided
            )
    return lives


def _in_span(service: str, now: datetime) -> Iterator[tuple[str, datetime, datetime, bool]]:
    begun = MeasuredRequest.objects.filter(service=service, submitted_at__lt=now)
    seen = begun.filter(Q(ended_at=None) | Q(ended_at__gt=now - SPAN))
    for row in seen.only("office", "submitted_at", "ended_at", "outcome").iterator():
        assert row.submitted_at is not None
        ended_at = row.ended_at if row.ended_at and row.ended_at <= now else None
        yield row.office, row.submitted_at, ended_at or now, ended_at is not None and row.outcome in DECIDED
