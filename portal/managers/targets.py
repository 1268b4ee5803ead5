"""Targets of a service and how far it is from them; remarks at its charts."""

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
from portal.figures_in_words import trends
from portal.managers.own import agencies_of, own_service
from portal.people import person, posted
from services.transparency.operations import LONGEST_WORDS, end_target, set_target, withdraw_remark, write_remark
from services.transparency.queries import service_figures
from services.transparency.steering import Remark, Target
from services.transparency.steering_words import difference_words, value_words
from services.transparency.targets import Gap, gap_of

SHOWN = 50


class TargetForm(forms.Form):
    measure = forms.ChoiceField(
        label=gettext_lazy("What is to be reached?"),
        choices=Target.Measure.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a measure.")},
    )
    value = forms.IntegerField(
        label=gettext_lazy("How much?"),
        help_text=gettext_lazy("A whole number: percent, or working days."),
        min_value=1,
        max_value=1000,
        error_messages={"required": gettext_lazy("Write a number.")},
    )
    by_date = DayField(
        label=gettext_lazy("By when?"),
        error_messages={"required": gettext_lazy("Write the day by which it is to be reached.")},
    )


class RemarkForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("What should people know?"),
        help_text=gettext_lazy("For example: new form since 3 March. Name nobody."),
        max_length=LONGEST_WORDS,
        error_messages={"required": gettext_lazy("Write what people should know.")},
    )
    first_day = DayField(
        label=gettext_lazy("First day"),
        error_messages={"required": gettext_lazy("Write the first day.")},
    )
    last_day = DayField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Leave it empty for something that happened on one day."),
        required=False,
    )
    is_public = forms.BooleanField(label=gettext_lazy("Everybody reads it at the public charts"), required=False)


@require_http_methods(["GET", "POST"])
def targets(request: HttpRequest, code: str) -> HttpResponse:
    """Show the targets of a service with what they lack, and take one."""
    service, by, now = own_service(request, code), person(request), timezone.now()
    form = TargetForm(posted(request))

    def taken() -> str:
        set_target(service=service, by=by, now=now, **form.cleaned_data)
        return _("The target stands.")

    if request.method == "POST" and form.is_valid() and attempt(request, taken):
        return redirect("managers_targets", code=code)
    told = service_figures(code, timezone.localdate(now)).whole
    known = Target.objects.filter(service=service).select_related("set_by", "ended_by").order_by("-set_at")[:SHOWN]
    context = {
        "service": service,
        "gaps": [_in_words(gap_of(target, told)) for target in known if target.ended_at is None],
        "ended": [target for target in known if target.ended_at],
        "form": form,
    }
    return render(request, "managers/targets.html", context, status=422 if form.errors else 200)


def _in_words(gap: Gap) -> dict[str, Any]:
    measure = gap.target.measure
    return {
        "target": gap.target,
        "aim": value_words(measure, gap.target.aim),
        "value": None if gap.value is None else value_words(measure, gap.value),
        "by": None if gap.by is None else difference_words(measure, gap.by),
        "state": gap.state,
    }


@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give up a target."""
    own = Target.objects.filter(service__responsible__in=agencies_of(request)).select_related("service")
    target = get_object_or_404(own, pk=pk)

    def ended() -> str:
        end_target(target=target, by=person(request), now=timezone.now())
        return _("The target is given up. It stays on record.")

    attempt(request, ended)
    return redirect("managers_targets", code=target.service.code)


@require_http_methods(["GET", "POST"])
def remarks(request: HttpRequest, code: str) -> HttpResponse:
    """Show a service's charts with all remarks, and take one."""
    service, by, now = own_service(request, code), person(request), timezone.now()
    form = RemarkForm(posted(request))

    def taken() -> str:
        said = {**form.cleaned_data, "words": {get_language() or "en": form.cleaned_data["words"]}}
        write_remark(service=service, by=by, now=now, **said)
        return _("The remark stands at the charts.")

    if request.method == "POST" and form.is_valid() and attempt(request, taken):
        return redirect("managers_remarks", code=code)
    known = Remark.objects.filter(service=service).select_related("written_by", "withdrawn_by")
    standing = list(known.standing().order_by("first_day", "written_at")[:SHOWN])
    figures = service_figures(code, timezone.localdate(now))
    context = {
        "service": service,
        "remarks": standing,
        "withdrawn": known.exclude(withdrawn_at=None).order_by("-withdrawn_at")[:SHOWN],
        "trends": trends(figures.series, "month", standing),
        "form": form,
    }
    return render(request, "managers/remarks.html", context, status=422 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a remark away from the charts."""
    own = Remark.objects.filter(service__responsible__in=agencies_of(request)).select_related("service")
    remark = get_object_or_404(own, pk=pk)

    def withdrawn() -> str:
        withdraw_remark(remark=remark, by=person(request), now=timezone.now())
        return _("The remark is withdrawn. That it was there stays on record.")

    attempt(request, withdrawn)
    return redirect("managers_remarks", code=remark.service.code)
