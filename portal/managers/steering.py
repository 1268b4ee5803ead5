"""What managers need to act on a service's figures: what left its limits, and what the next weeks will bring."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.managers.own import agencies_of
from services.transparency import control
from services.transparency.alerts import alerts_of
from services.transparency.managed import services_of
from services.transparency.outlook import Outlook
from services.transparency.outlooks import Outlooks, outlooks_of
from services.transparency.queries import plain_numbers
from services.transparency.steering_words import alert_words


@require_safe
def steering(request: HttpRequest, code: str) -> HttpResponse:
    """Show one service's alarms and outlook."""
    agencies = agencies_of(request)
    service = get_object_or_404(services_of(agencies), code=code)
    today = timezone.localdate()
    open_now = plain_numbers([code], today)[code]["open"]
    context = {
        "service": service,
        "is_own": agencies.filter(pk=service.responsible_id).exists(),
        "alerts": [alert_words(alert) for alert in alerts_of([code], today)],
        "fewest": control.FEWEST_CASES,
        "outlooks": foretold(outlooks_of(code, today), open_now),
        "open": open_now,
    }
    return render(request, "managers/steering.html", context)


def foretold(outlooks: Outlooks, open_now: int) -> dict[str, Any] | None:
    """Give what is expected in whole numbers, none of them below 0."""
    if outlooks.received is None or outlooks.decided is None or outlooks.change is None:
        return None
    return {
        "received": _whole(outlooks.received),
        "decided": _whole(outlooks.decided),
        "open": _whole(outlooks.change, open_now),
    }


def _whole(told: Outlook, more: int = 0) -> dict[str, int]:
    numbers = {"expected": told.expected, "low": told.low, "high": told.high}
    rounded = {name: max(0, round(number + more)) for name, number in numbers.items()}
    return {**rounded, "held": told.held, "tries": told.tries}
