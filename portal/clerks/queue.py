"""The desk's lists: what one holds, what waits at one's desks, its filters in the address, and saved views."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from portal.attempts import attempt
from portal.people import person
from services.accounts.models import User
from services.agencies.models import Desk
from services.catalogue.models import Service
from services.workflow.consulting import SHOWN, consultations_of, opinions_to_give
from services.workflow.looking import SavedView
from services.workflow.models import Step, StepQuerySet
from services.workflow.operations.saved_views import save_view
from services.workflow.paging import Place, page_of
from services.workflow.preparing import PreparedDecision
from services.workflow.queries import complaints_of, desks_of, queue_of, told_of_deadlines, told_to

SOON, MOST_TOLD = timedelta(days=2), 10
STATES = {
    "late": gettext_lazy("Late"),
    "soon": gettext_lazy("Due soon"),
    "free": gettext_lazy("Not yet taken"),
    "stopped": gettext_lazy("Waits for the applicant"),
    "robot": gettext_lazy("A robot needs your help"),
}


FORMS = {
    "desk": re.compile(r"[0-9]{1,18}"),
    "state": re.compile("|".join(STATES)),
    "service": re.compile(r"[a-z0-9-]{1,60}"),
}


def in_state(state: str, now: datetime) -> Q:
    """Give the condition of a state of STATES; every step fits ''."""
    is_open = Q(state=Step.State.OPEN)
    return {
        "late": is_open & Q(due_at__lt=now),
        "soon": is_open & Q(due_at__gte=now, due_at__lt=now + SOON),
        "free": is_open & Q(assignee=None),
        "stopped": Q(state=Step.State.WAITING),
        "robot": is_open & Q(instead_of__isnull=False),
    }.get(state, Q())


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see of the queue, as it stands in the address; what makes no sense is left out."""

    user: User
    desk: str = ""
    state: str = ""
    service: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Wish":
        sound = {name: form.fullmatch(request.GET.get(name, "")) for name, form in FORMS.items()}
        return cls(person(request), **{name: found[0] for name, found in sound.items() if found})

    @cached_property
    def own_desks(self) -> list[int]:
        return desks_of(self.user)

    @property
    def desks(self) -> list[int]:
        chosen = [desk for desk in self.own_desks if str(desk) == self.desk]
        return chosen or self.own_desks

    @property
    def query(self) -> str:
        """Give the wish as it stands in an address."""
        named = {"desk": self.desk, "state": self.state, "service": self.service}
        return urlencode({name: value for name, value in named.items() if value})

    def steps(self) -> StepQuerySet:
        """Give what waits at the desks and isn't in one's own hands."""
        waiting = queue_of(self.user, self.desks).filter(Q(assignee=None) | ~Q(assignee=self.user))
        return waiting.filter(service_request__service__code=self.service) if self.service else waiting

    def counts(self, now: datetime) -> dict[str, int]:
        """Count what waits: all of it, and of each state; one query."""
        counted = {state: Count("pk", filter=in_state(state, now)) for state in STATES}
        return self.steps().aggregate(all=Count("pk"), **counted)


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show what a clerk holds and what waits at the clerk's desks, the most urgent first."""
    wish, user, now = Wish.of(request), person(request), timezone.now()
    page = page_of(wish.steps().filter(in_state(wish.state, now)), wish.desks, Place.read(request.GET.get("from", "")))
    context = {
        "now": now,
        "wish": wish,
        "mine": told_to(user, queue_of(user, wish.own_desks).filter(assignee=user)),
        "page": page,
        "steps": told_to(user, Step.objects.filter(pk__in=page.numbers)),
        "desks": Desk.objects.filter(pk__in=wish.own_desks).select_related("office__agency"),
        "services": _services(wish.own_desks),
        "views": SavedView.objects.filter(user=user).order_by("name"),
        "stuck": PreparedDecision.objects.filter(by=user).exclude(refused="").select_related("step__service_request"),
        "pending": PreparedDecision.objects.undoable(user, now),
        "consultations": consultations_of(user, wish.own_desks)[:SHOWN],
        "to_give": opinions_to_give(user, wish.own_desks, now)[:SHOWN],
        "told": told_of_deadlines(user, now)[:MOST_TOLD],
        "complaints": complaints_of(user).filter(answered_at=None).order_by("made_at"),
        **counted(wish, now),
    }
    return render(request, "clerks/desk.html", context)


def _services(desks: Collection[int]) -> list[Service]:
    """Give the services whose offices have these desks."""
    known = Service.objects.published().filter(offices__desks__in=desks).distinct()
    return sorted(known, key=str)


def counted(wish: Wish, now: datetime) -> dict[str, Any]:
    """Give the counts with the addresses that show what is counted."""
    counts, rest = wish.counts(now), replace(wish, state="").query
    states = [
        {
            "state": state,
            "label": label,
            "count": counts[state],
            "query": replace(wish, state=state).query,
        }
        for state, label in STATES.items()
    ]
    return {"counts": counts, "states": states, "rest": rest}


@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """Give the counts afresh, for a page that stays open."""
    wish = Wish.of(request)
    return render(request, "clerks/counts.html", {"wish": wish, **counted(wish, timezone.now())})


class ViewForm(forms.Form):
    name = forms.CharField(max_length=60, error_messages={"required": gettext_lazy("Give the view a name.")})


@require_POST
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters that are set now under a name."""
    wish, form = Wish.of(request), ViewForm(request.POST)

    def kept() -> str:
        view = save_view(person(request), form.cleaned_data["name"], wish.query)
        return _("The view “%(name)s” is saved.") % {"name": view}

    if form.is_valid():
        attempt(request, kept)
    else:
        messages.error(request, form.errors["name"][0])
    return redirect(f"{reverse('desk')}?{wish.query}")


@require_POST
def forget_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a saved view."""
    get_object_or_404(SavedView, pk=pk, user=person(request)).delete()
    return redirect("desk")
