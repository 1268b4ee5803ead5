"""The load of a manager's desks and officials: what waits, what is done a day, how old it is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.managers.own import agencies_of
from services.workflow.paces import FEWEST_DONE, paces
from services.workflow.team import desk_loads


@require_safe
def load(request: HttpRequest) -> HttpResponse:
    """Show what waits at each desk and with each official, and how much is done a day."""
    agencies = list(agencies_of(request))
    keys, now = [agency.pk for agency in agencies], timezone.now()
    context = {
        "agencies": agencies,
        "desks": desk_loads(keys, now),
        "paces": paces(keys, now),
        "fewest_done": FEWEST_DONE,
    }
    return render(request, "managers/load.html", context)
