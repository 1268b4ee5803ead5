"""Renew what is told of each office: which rows may be told is found for all offices of a service together."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from services.catalogue.models import Service
from services.transparency import queries
from services.transparency.models import OfficeFigures
from services.transparency.queries import Service as Figured
from services.transparency.statistics import is_out
from services.transparency.tables import OTHERS, Figures

GROWS_OLD_AFTER = timedelta(hours=1)


def renew_standings(now: datetime, *, all_of_them: bool = False) -> int:
    """Renew the offices' figures of services whose figures grew old; give how many services that were."""
    fresh = OfficeFigures.objects.filter(made_at__gt=now - GROWS_OLD_AFTER).values("service")
    services = Service.objects.all() if all_of_them else Service.objects.exclude(code__in=fresh)
    codes = list(services.values_list("code", flat=True))
    for code in codes:
        renew_standing(code, now)
    return len(codes)


@transaction.atomic
def renew_standing(service: str, now: datetime) -> None:
    """Replace the offices' figures of a service by what may be told now."""
    found = queries.service_figures(service, timezone.localdate(now))
    made = [_made(service, found, row, now) for row in found.tables["office"].rows if row.key != OTHERS]
    OfficeFigures.objects.filter(service=service).delete()
    OfficeFigures.objects.bulk_create(made, ignore_conflicts=True)


def _made(service: str, found: Figured, row: Figures, now: datetime) -> OfficeFigures:
    share, on_time, late = found.whole.share_on_time, row.numbers.get("on_time"), row.numbers.get("late")
    beyond = 0
    if share is not None and on_time is not None and late is not None and on_time + late:
        beyond = is_out(on_time, on_time + late, share)
    return OfficeFigures(
        service=service,
        office=row.key,
        period=found.period.name,
        numbers={name: number for name, number in row.numbers.items() if number is not None},
        median_days=row.median.days,
        p90_days=row.p90.days,
        beyond=beyond,
        made_at=now,
    )
