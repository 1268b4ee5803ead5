"""Programs of the manager's agencies: make one, confirm a colleague's, give a new secret, end one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.db.models import Max, QuerySet
from django.db.models.functions import Greatest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.attempts import attempt
from portal.fields import ChosenSeveralField, NamedField
from portal.managers.people import desk_words
from portal.people import person, posted
from portal.role_changes import confirm_made
from services.accounts.models import User
from services.accounts.tokens import Token
from services.agencies.models import Agency, Desk
from services.workflow.operations.programs import (
    end_program,
    is_neither_side,
    make_program,
    rotate_secret,
)
from services.workflow.operations.roles import agencies_managed_by
from services.workflow.programs import SCOPES, Program
from services.workflow.refusals import Refused

DAYS = [(30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (365, gettext_lazy("A year"))]
OVERLAPS = [
    (24, gettext_lazy("A day more, so that the program never stands still")),
    (168, gettext_lazy("A week more")),
    (0, gettext_lazy("Not at all: somebody else may know it")),
]


class ProgramForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the program"),
        help_text=gettext_lazy("Applicants see it when the program reads their request."),
        max_length=60,
        error_messages={"required": gettext_lazy("Give the program a name.")},
    )
    purpose = forms.CharField(
        label=gettext_lazy("What is it for?"),
        help_text=gettext_lazy("Applicants see this, too."),
        max_length=200,
        error_messages={"required": gettext_lazy("Say what the program is for.")},
    )
    agency = NamedField(Agency.objects.none(), label=gettext_lazy("Agency"), empty_label=None)
    responsible = forms.EmailField(
        label=gettext_lazy("E-mail address of the official who answers for it"),
        help_text=gettext_lazy("When this person leaves the agency, the program stops."),
        error_messages={"required": gettext_lazy("Write the e-mail address of the person.")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What may it do?"),
        choices=[(scope.value, scope.label) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what the program may do.")},
    )
    desks = ChosenSeveralField(
        Desk.objects.none(),
        label=gettext_lazy("At which desks may it read?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("For how long?"), choices=DAYS, initial=90, coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, agencies: QuerySet[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]
        desks = Desk.objects.filter(office__agency__in=agencies).select_related("office")
        self.fields["desks"].queryset = desks.order_by("office__code", "code")  # type: ignore[attr-defined]
        self.fields["desks"].label_from_instance = desk_words  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        reads = Token.Scope.DESK_READ in said.get("scopes", [])
        if "scopes" in said and "desks" in said and reads != bool(said["desks"]):
            self.add_error("desks", _("Choose desks exactly when the program may read there."))
        elif said.get("agency") and any(desk.office.agency_id != said["agency"].pk for desk in said.get("desks", ())):
            self.add_error("desks", _("Choose desks of the agency."))
        return said

    def clean_responsible(self) -> User:
        works = {"memberships__agency__in": self.fields["agency"].queryset, "memberships__ended_at": None}  # type: ignore[attr-defined]
        user = User.objects.filter(email__iexact=self.cleaned_data["responsible"], is_active=True, **works).first()
        if user is None:
            raise forms.ValidationError(_("Who answers for the program has to work at the agency."))
        return user


class SecretForm(forms.Form):
    hours = forms.TypedChoiceField(
        label=gettext_lazy("How long does the old secret work?"),
        choices=OVERLAPS,
        initial=24,
        coerce=int,
        widget=forms.RadioSelect,
    )


def own_programs(request: HttpRequest) -> QuerySet[Program]:
    programs = Program.objects.filter(agency__in=agencies_managed_by(person(request)), ended_at=None)
    return programs.select_related("user", "agency", "responsible", "made_by")


@require_http_methods(["GET", "POST"])
@reauthentication_required(allow_get=True)
def programs(request: HttpRequest) -> HttpResponse:
    """List the programs of the manager's agencies, and make one more."""
    form = ProgramForm(posted(request), agencies=agencies_managed_by(person(request)))
    made, secret = None, ""
    if form.is_valid():
        try:
            made, secret = make_program(by=person(request), now=timezone.now(), **form.cleaned_data)
            form = ProgramForm(agencies=agencies_managed_by(person(request)))
        except Refused as refused:
            form.add_error("responsible", str(refused.message))
    return _shown(request, form, made, secret)


def _shown(request: HttpRequest, form: ProgramForm, made: Program | None, secret: str) -> HttpResponse:
    used = Greatest("last_used_at", Max("user__tokens__last_used_at"))
    known = own_programs(request).annotate(used_at=used).prefetch_related("desks__office").order_by("-made_at", "pk")
    context = {"form": form, "made": made, "secret": secret, "now": timezone.now()}
    context["programs"] = [(one, is_neither_side(one, person(request))) for one in known]
    return render(request, "managers/programs.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask how long the old secret shall work, and give a new one."""
    return _renewed(request, get_object_or_404(own_programs(request), pk=pk))


@reauthentication_required(allow_get=True)
def _renewed(request: HttpRequest, program: Program) -> HttpResponse:
    form = SecretForm(posted(request))
    if form.is_valid():
        try:
            overlap = timedelta(hours=form.cleaned_data["hours"])
            secret = rotate_secret(program, overlap, person(request), timezone.now())
            fresh = ProgramForm(agencies=agencies_managed_by(person(request)))
            return _shown(request, fresh, program, secret)
        except Refused as refused:
            form.add_error("hours", str(refused.message))
    context = {"program": program, "form": form}
    return render(request, "managers/program_secret.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask whether a program shall act no longer, and end it."""
    program = get_object_or_404(own_programs(request), pk=pk)
    if request.method == "GET":
        return render(request, "managers/program_end.html", {"program": program})

    def ended() -> str:
        end_program(program, person(request), timezone.now())
        return _("“%(name)s” may do nothing any more.") % {"name": program}

    attempt(request, ended)
    return redirect("managers_programs")


@require_POST
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm what another manager made."""
    confirm_made(request, get_object_or_404(own_programs(request), pk=pk))
    return redirect("managers_programs")
