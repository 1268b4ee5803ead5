"""The supervisor's page: load, ageing, what will be late, absences, what needs somebody, and unusual numbers."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.attempts import attempt
from portal.clerks.forms import ReassignForm
from portal.fields import ChosenField, DayField
from portal.people import person, posted
from portal.role_changes import confirm_made, settle_change
from services.accounts.models import User
from services.agencies.models import Absence, Agency
from services.workflow.operations import desk
from services.workflow.operations.absences import end_absence, record_absence
from services.workflow.operations.programs import programs_to_confirm
from services.workflow.operations.roles import changes_to_settle
from services.workflow.programs import Program
from services.workflow.queries import supervised_by, told_of_deadlines
from services.workflow.recusals import Recusal
from services.workflow.role_changes import RoleChange
from services.workflow.signals import numbers_of
from services.workflow.team import AGES, SHOWN, desk_loads, loads, officials_of, to_hand_out, without_anybody


def agencies_of(request: HttpRequest) -> list[int]:
    return list(supervised_by(person(request)))


class AbsenceForm(forms.Form):
    user = ChosenField(
        User.objects.none(),
        label=gettext_lazy("Who is away?"),
        empty_label=gettext_lazy("Choose…"),
        error_messages={"required": gettext_lazy("Choose who is away.")},
    )
    first_day = DayField(
        label=gettext_lazy("First day"),
        error_messages={"required": gettext_lazy("Write the first day of the absence.")},
    )
    last_day = DayField(
        label=gettext_lazy("Last day"),
        error_messages={"required": gettext_lazy("Write the last day of the absence.")},
    )
    stand_in = ChosenField(
        User.objects.none(),
        label=gettext_lazy("Who stands in?"),
        required=False,
        empty_label=gettext_lazy("Nobody: steps go back to the desk"),
    )

    def __init__(self, *args: Any, agencies: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("user", "stand_in"):
            self.fields[name].queryset = officials_of(agencies)  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    """Show the work of the agencies that one supervises, and take absences."""
    agencies, now, user = agencies_of(request), timezone.now(), person(request)
    form = AbsenceForm(posted(request), agencies=agencies)

    def recorded() -> str:
        absence = record_absence(by=user, now=now, **form.cleaned_data)
        return _("%(name)s is away from %(first)s to %(last)s.") % {
            "name": absence.user,
            "first": absence.first_day,
            "last": absence.last_day,
        }

    if request.method == "POST" and form.is_valid() and attempt(request, recorded):
        return redirect("desk_team")
    coming = Absence.objects.filter(user__in=officials_of(agencies), last_day__gte=timezone.localdate(now))
    urgent = list(to_hand_out(agencies, user)[:SHOWN])
    context = {
        "now": now,
        "agencies": Agency.objects.filter(pk__in=agencies),
        "desks": desk_loads(agencies, now),
        "ages": AGES,
        "told": told_of_deadlines(user, now)[:SHOWN],
        "loads": loads(agencies, now),
        "absences": coming.select_related("user", "stand_in").order_by("first_day"),
        "urgent": [(step, ReassignForm(step=step)) for step in urgent],
        "nobody": without_anybody(agencies)[:SHOWN],
        "form": form,
        "changes": changes_to_settle(user),
        "programs": programs_to_confirm(user),
    }
    return render(request, "clerks/team.html", context, status=422 if form.errors else 200)


@require_POST
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a step to an official, from the supervisor's page."""
    known = to_hand_out(agencies_of(request), person(request)).select_related("desk__office__agency")
    step = get_object_or_404(known, pk=pk)
    form = ReassignForm(request.POST, step=step)

    def given() -> str:
        to = form.cleaned_data["to"]
        desk.reassign(step, to, person(request), timezone.now())
        return _("%(name)s now holds this step.") % {"name": to}

    if form.is_valid():
        attempt(request, given)
    else:
        messages.error(request, _("Choose who gets the step."))
    return redirect("desk_team")


@require_POST
def there_again(request: HttpRequest, pk: int) -> HttpResponse:
    """End an absence."""
    absence = get_object_or_404(Absence, pk=pk, user__in=officials_of(agencies_of(request)))

    def ended() -> str:
        end_absence(absence, person(request), timezone.now())
        return _("The absence is removed.")

    attempt(request, ended)
    return redirect("desk_team")


@require_POST
def settle_role(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    """Confirm or refuse the change of a role at an agency that one supervises."""
    change = get_object_or_404(RoleChange, pk=pk, agency__in=agencies_of(request))
    settle_change(request, change, act)
    return redirect("desk_team")


@require_POST
def confirm_program_of(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm a program of an agency that one supervises."""
    program = get_object_or_404(Program, pk=pk, agency__in=agencies_of(request))
    confirm_made(request, program)
    return redirect("desk_team")


@require_safe
def signals(request: HttpRequest) -> HttpResponse:
    """Show numbers of officials that are unlike those of the others, and who stood aside."""
    agencies = agencies_of(request)
    aside = Recusal.objects.filter(service_request__office__agency__in=agencies).exclude(rule=Recusal.Rule.OWN)
    context = {
        "numbers": numbers_of(agencies, timezone.now()),
        "recusals": aside.select_related("user", "service_request__service").order_by("-at")[:SHOWN],
    }
    return render(request, "clerks/signals.html", context)
