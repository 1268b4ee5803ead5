"""Connectors: how they fare, for managers and administrators; what they are and their pauses, for administrators."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.people import person
from services.catalogue.definition_text import LONGEST, read_text, write_text
from services.catalogue.soundness import Unsound
from services.connectors.form import BadConnectors
from services.connectors.models import CallsOfDay, Connector
from services.connectors.operations import load_connectors, pause, resume
from services.connectors.rules import quantile_s
from services.workflow.breakers import FAILURES_TO_OPEN
from services.workflow.models import Breaker

SHARE = 0.95
TROUBLES = {
    "no_answer": gettext_lazy("No answer in time, or that it is down"),
    "bad_answer": gettext_lazy("An answer that can’t be read"),
    "refused": gettext_lazy("It said no"),
    "gone": gettext_lazy("It wants no more messages"),
}
Told = dict[str, Any]


class ConnectorsForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Connectors"),
        help_text=gettext_lazy("As YAML. What is faulty is told line by line, and then nothing is changed."),
        strip=False,
        max_length=LONGEST,
        widget=forms.Textarea(
            attrs={"rows": 24, "class": "code", "dir": "ltr", "spellcheck": "false", "autocomplete": "off"}
        ),
    )


class PauseForm(forms.Form):
    words = forms.CharField(label=gettext_lazy("Why?"), max_length=200)


def told_connectors(now: datetime) -> list[Told]:
    """Tell of every connector how it fares; three queries for all."""
    today = timezone.localdate(now)
    breakers = Breaker.objects.in_bulk()
    latest = CallsOfDay.objects.order_by("connector", "-day").distinct("connector")
    days = {day.connector_id: day for day in latest}
    known = Connector.objects.select_related("agency", "paused_by").order_by("code")
    return [_told(one, breakers.get(one.code), days.get(one.pk), today, now) for one in known]


def _told(connector: Connector, breaker: Breaker | None, day: CallsOfDay | None, today: Any, now: datetime) -> Told:
    kind, words, since = _state(connector, breaker, day, now)
    is_today = day is not None and day.day == today
    return {
        "connector": connector,
        "kind": kind,
        "state": words,
        "since": since,
        "day": day,
        "trouble": TROUBLES.get(day.failed_by, "") if day else "",
        "calls": day.calls if day and is_today else 0,
        "failures": day.failures if day and is_today else 0,
        "p95": quantile_s(day.counts, SHARE) if day and is_today else None,
    }


def _state(
    connector: Connector, breaker: Breaker | None, day: CallsOfDay | None, now: datetime
) -> tuple[str, str, datetime | None]:
    """Give a state of a tag, the state in words, and since when."""
    if connector.paused_at is not None:
        return "stopped", _("Paused"), connector.paused_at
    if breaker is not None and breaker.failures:
        since, until = breaker.since, breaker.no_calls_before
        if breaker.failures >= FAILURES_TO_OPEN and until is not None and until > now:
            at = date_format(timezone.localtime(until), "TIME_FORMAT")
            return "late", _("Is down; tried again at %(at)s") % {"at": at}, since
        count = breaker.failures
        failed = ngettext("Failed %(count)s time in a row", "Failed %(count)s times in a row", count)
        return "soon", failed % {"count": count}, since
    if day is None:
        return "stopped", _("Not called yet"), None
    return "in_time", _("Works"), breaker.since if breaker else None


@require_http_methods(["GET", "POST"])
def connectors(request: HttpRequest) -> HttpResponse:
    """Show all connectors; let an administrator add or change some."""
    if request.method == "POST":
        return _change(request)
    return _page(request, ConnectorsForm(initial={"text": ""}))


def _change(request: HttpRequest) -> HttpResponse:
    if not person(request).is_superuser:
        return HttpResponseNotAllowed(["GET"])
    form = ConnectorsForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    text = form.cleaned_data["text"]
    try:
        read = read_text(text)
        changed = load_connectors(read.data, timezone.now(), person(request))
    except Unsound as unsound:
        return _page(request, form, [_fault(fault, fault.line, text) for fault in unsound.faults])
    except BadConnectors as bad:
        return _page(request, form, [_fault(fault, read.line_of(fault.path), text) for fault in bad.faults])
    count = len(changed)
    words = ngettext("%(count)s connector is changed.", "%(count)s connectors are changed.", count)
    messages.success(request, words % {"count": count} if changed else _("Nothing was to be changed."))
    return redirect("managers_connectors")


def _fault(fault: Any, line: int, text: str) -> Told:
    lines = text.splitlines()
    words = lines[line - 1] if 0 < line <= len(lines) else ""
    return {"path": fault.path, "message": fault.message, "remedy": fault.remedy, "line": line, "words": words}


def _page(request: HttpRequest, form: ConnectorsForm, faults: list[Told] | None = None) -> HttpResponse:
    context = {
        "connectors": told_connectors(timezone.now()),
        "form": form if person(request).is_superuser else None,
        "faults": faults or [],
    }
    return render(request, "managers/connectors.html", context, status=422 if faults or form.errors else 200)


@require_safe
def connector(request: HttpRequest, code: str) -> HttpResponse:
    """Show one connector: how it fares, and to an administrator what it is."""
    return _one(request, code, PauseForm())


def _one(request: HttpRequest, code: str, pausing: PauseForm) -> HttpResponse:
    shown = get_object_or_404(Connector, code=code)
    told = next(one for one in told_connectors(timezone.now()) if one["connector"] == shown)
    context: Told = {"told": told, "connector": told["connector"], "pausing": pausing}
    if person(request).is_superuser:
        text = write_text({"connectors": [shown.source]})
        context["form"] = ConnectorsForm(initial={"text": text})
    return render(request, "managers/connector.html", context, status=422 if pausing.errors else 200)


@require_POST
def act(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """Pause a connector, or resume it."""
    known = get_object_or_404(Connector, code=code)
    if act == "pause":
        form = PauseForm(request.POST)
        if not form.is_valid():
            return _one(request, code, form)
        pause(known.code, form.cleaned_data["words"], timezone.now(), person(request))
        messages.success(request, _("Paused. Steps that need it wait until you resume it."))
    elif act == "resume":
        resume(known.code, timezone.now(), person(request))
        messages.success(request, _("Resumed. What waited is done now."))
    else:
        raise Http404
    return redirect("managers_connector", code=known.code)
