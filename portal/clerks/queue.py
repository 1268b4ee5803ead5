"""The desk's lists: what one holds, what waits at one's desks, its filters in the address, and saved views."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
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
from services.workflow.desk_lists import counts_of, lists_of, page_for
from services.workflow.looking import SavedView
from services.workflow.operations.saved_views import save_view
from services.workflow.paging import Place, QueuePage
from services.workflow.queries import desks_of

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

    def page(self, after: Place | None) -> QueuePage:
        """Give the page of what waits after a place."""
        return page_for(self.user, self.desks, self.state, self.service, after)


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show what a clerk holds and what waits at the clerk's desks, the most urgent first."""
    wish, user, now = Wish.of(request), person(request), timezone.now()
    page = wish.page(Place.read(request.GET.get("from", "")))
    context = {
        "now": now,
        "wish": wish,
        "page": page,
        **lists_of(user, wish.own_desks, page.numbers, now),
        **counted(wish),
    }
    return render(request, "clerks/desk.html", context)


def counted(wish: Wish) -> dict[str, Any]:
    """Give the counts with the addresses that show what is counted."""
    counts, rest = counts_of(wish.user, wish.desks, wish.service), replace(wish, state="").query
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
    return render(request, "clerks/counts.html", {"wish": wish, **counted(wish)})


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
