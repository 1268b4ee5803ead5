"""An agency's working calendar: the special days of twelve months, and days of its own."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.attempts import attempt
from portal.fields import DayField
from portal.people import person, posted
from services.agencies.models import OwnDay
from services.agencies.queries import FAR_ENOUGH_DAYS, known_until, special_days
from services.workflow.operations.roles import agencies_managed_by
from services.workflow.operations.working_days import add_own_day, remove_own_day


class OwnDayForm(forms.Form):
    day = DayField(label=gettext_lazy("Day"))
    kind = forms.ChoiceField(label=gettext_lazy("What is it?"), choices=OwnDay.Kind.choices, widget=forms.RadioSelect)
    closes_at = forms.TimeField(
        label=gettext_lazy("Ends at"),
        help_text=gettext_lazy("For a half day, for example 13:00."),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    name = forms.CharField(label=gettext_lazy("Why?"), max_length=100, help_text=gettext_lazy("Everybody reads it."))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        is_half = said.get("kind") == OwnDay.Kind.HALF
        if is_half and not said.get("closes_at") and "closes_at" not in self.errors:
            self.add_error("closes_at", _("Write the hour at which the half day ends."))
        if not is_half:
            said["closes_at"] = None
        return said


@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """Show when an agency works otherwise than usual, and take a day of its own."""
    by, now = person(request), timezone.now()
    agency = get_object_or_404(agencies_managed_by(by).select_related("calendar"), code=code)
    form = OwnDayForm(posted(request))

    def added() -> str:
        said = form.cleaned_data
        words = {get_language() or "en": said["name"]}
        add_own_day(agency, said["day"], said["kind"], by, now, name=words, closes_at=said["closes_at"])
        return _("The day is in the calendar. It counts for limits that begin from now on.")

    if request.method == "POST" and form.is_valid() and attempt(request, added):
        return redirect("managers_calendar", code=code)
    today = agency.calendar.day_of(now)
    until = known_until(agency.calendar, today)
    context = {
        "agency": agency,
        "others": agencies_managed_by(by).exclude(pk=agency.pk),
        "days": [(day, day if isinstance(day, OwnDay) else None) for day in special_days(agency, today)],
        "today": today,
        "known_until": until,
        "runs_out": until is None or (until - today).days < FAR_ENOUGH_DAYS,
        "form": form,
    }
    return render(request, "managers/calendar.html", context, status=422 if form.errors else 200)


@require_POST
def remove_day(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a day of the agency's own away."""
    own = get_object_or_404(OwnDay.objects.filter(agency__in=agencies_managed_by(person(request))), pk=pk)

    def removed() -> str:
        remove_own_day(own, person(request), timezone.now())
        return _("The day is taken away. It no longer counts for limits that begin from now on.")

    attempt(request, removed)
    return redirect("managers_calendar", code=own.agency.code)
