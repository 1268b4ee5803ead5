"""Who works for the manager's agencies, as what: changes are proposed by one person and confirmed by another."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.attempts import attempt
from portal.fields import ChosenSeveralField, NamedField
from portal.people import person, posted
from portal.role_changes import settle_change
from portal.templatetags.words import named
from services.accounts.models import User
from services.agencies.models import Agency, Desk, Membership
from services.workflow.operations.roles import (
    agencies_managed_by,
    may_settle,
    propose_end,
    propose_role,
)
from services.workflow.role_changes import RoleChange

SHOWN = 30


def desk_words(desk: Desk) -> str:
    return format_html("{} – {}", named(desk), named(desk.office))


class RoleForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the person"),
        help_text=gettext_lazy("The person needs an account first."),
        error_messages={"required": gettext_lazy("Write the e-mail address of the person.")},
    )
    agency = NamedField(Agency.objects.none(), label=gettext_lazy("Agency"), empty_label=None)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=Membership.Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a role.")},
    )
    desks = ChosenSeveralField(
        Desk.objects.none(),
        label=gettext_lazy("Desks"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, agencies: QuerySet[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]
        desks = (
            Desk.objects.filter(office__agency__in=agencies).select_related("office").order_by("office__code", "code")
        )
        self.fields["desks"].queryset = desks  # type: ignore[attr-defined]
        self.fields["desks"].label_from_instance = desk_words  # type: ignore[attr-defined]

    def clean_email(self) -> User:
        user = User.objects.filter(email__iexact=self.cleaned_data["email"], is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("Nobody has an account with this address. Ask the person to open one first."))
        return user


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """List who works for the manager's agencies and what waits for a second person; take a proposal."""
    by, agencies = person(request), agencies_managed_by(person(request))
    form = RoleForm(posted(request), agencies=agencies)

    def proposed() -> str:
        said = form.cleaned_data
        propose_role(said["email"], said["agency"], said["role"], by, timezone.now(), desks=list(said["desks"]))
        return _("The role is proposed. It counts as soon as a second person confirms it.")

    if request.method == "POST" and form.is_valid() and attempt(request, proposed):
        return redirect("managers_people")
    members = Membership.objects.filter(agency__in=agencies, ended_at=None).select_related("user", "agency")
    changes = RoleChange.objects.filter(agency__in=agencies).select_related(
        "user", "agency", "proposed_by", "settled_by"
    )
    waiting = changes.filter(settled_at=None).order_by("proposed_at")
    context = {
        "members": members.prefetch_related("desks__office").order_by("agency__code", "role", "user__name"),
        "waiting": [(change, may_settle(change, by)) for change in waiting],
        "settled": changes.exclude(settled_at=None).order_by("-settled_at")[:SHOWN],
        "form": form,
    }
    return render(request, "managers/people.html", context, status=422 if form.errors else 200)


@require_POST
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to end somebody's role."""
    agencies = agencies_managed_by(person(request))
    membership = get_object_or_404(Membership.objects.select_related("user", "agency"), pk=pk, agency__in=agencies)

    def proposed() -> str:
        propose_end(membership, person(request), timezone.now())
        return _("The end of the role is proposed. It counts as soon as a second person confirms it.")

    attempt(request, proposed)
    return redirect("managers_people")


@require_POST
def settle(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    """Confirm or refuse what another has proposed."""
    change = get_object_or_404(RoleChange, pk=pk, agency__in=agencies_managed_by(person(request)))
    settle_change(request, change, act)
    return redirect("managers_people")
