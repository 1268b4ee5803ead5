"""Who may call now: a connector has so many calls at once and a minute, so that a slow one never holds all workers."""

from datetime import datetime

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from services.connectors.models import Connector
from services.workflow.models import Breaker, Step

WHILE_FAILING = 1


def closed(now: datetime) -> list[str]:
    """Give the codes of the connectors that take no call now: paused, all calls on their way, or enough a minute."""
    return list(_closed(Connector.objects.all(), now).values_list("code", flat=True))


def admit(code: str, now: datetime) -> bool:
    """Take a place among the calls of a connector in the claiming transaction; tell whether there was one.

    Claims of one connector queue up behind its row for the length of a claim, so that the bound holds.
    """
    if not code:
        return True
    connector = Connector.objects.select_for_update().filter(code=code).first()
    if connector is None:
        return True
    if _closed(Connector.objects.filter(pk=connector.pk), now).exists():
        return False
    minute = _minute(now)
    connector.in_minute = connector.in_minute + 1 if connector.minute == minute else 1
    connector.minute = minute
    connector.save(update_fields=["minute", "in_minute"])
    return True


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _closed(connectors: QuerySet[Connector], now: datetime) -> QuerySet[Connector]:
    """Keep the connectors that take no call. One that failed lately gets one call at a time until it works again."""
    called = Step.objects.exclude(target="")  # without these words PostgreSQL doesn't find the index of calls
    running = called.filter(target=OuterRef("code"), state=Step.State.RUNNING, lease_until__gt=now)
    counted = running.values("target").annotate(count=Count("pk")).values("count")
    failing = Exists(Breaker.objects.filter(name=OuterRef("code"), failures__gt=0))
    most = Case(When(failing, then=Value(WHILE_FAILING)), default=F("concurrent"), output_field=IntegerField())
    known = connectors.annotate(running=Coalesce(Subquery(counted), 0), most=most)
    spent = Q(minute=_minute(now), in_minute__gte=F("calls_a_minute"))
    return known.filter(Q(paused_at__isnull=False) | Q(running__gte=F("most")) | spent)
