"""Tells machines whether this process lives and whether the portal can serve."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.celery import app
from services.agencies.queries import running_out
from services.ledger.standing import standing
from services.workflow.models import Heartbeat

FRESH = timedelta(seconds=30)


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer as long as the process can answer at all; asks nobody else."""
    return JsonResponse({"status": "live"})


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, broker and a worker are there, else 503 with what is missing.

    `calendars` is false when days off are known for less than a year to come. That wants somebody's care, but it is no
    reason to send nobody here.
    """
    parts = {
        "database": is_there(database_answers),
        "broker": is_there(broker_answers),
        "worker": is_there(worker_beats),
    }
    is_ready = all(parts.values())
    # Neither is a reason to send nobody here: people can apply while nothing can be decided.
    more = {"calendars": is_there(calendars_are_known), "sealed": is_there(ledger_is_sealed)}
    told = {"status": "ready" if is_ready else "not ready", **parts, **more}
    return JsonResponse(told, status=200 if is_ready else 503)


def is_there(probe: Callable[[], bool]) -> bool:
    try:
        return probe()
    except Exception:  # noqa: BLE001 - whatever is wrong, the answer is the same
        return False


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def broker_answers() -> bool:
    with app.connection_for_read() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
        return bool(broker.connected)


def ledger_is_sealed() -> bool:
    return not standing(timezone.now()).is_late


def worker_beats() -> bool:
    return Heartbeat.objects.filter(at__gt=timezone.now() - FRESH).exists()


def calendars_are_known() -> bool:
    return not running_out(timezone.localdate())
