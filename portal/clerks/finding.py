"""Find requests: by reference at once, by name or personal identifier on record."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.people import person, posted
from services.requests.models import ServiceRequest
from services.requests.rules import read_reference
from services.workflow.looking import Look
from services.workflow.operations.looking import find_by_reference, search, tell_purpose
from services.workflow.queries import requests_to_read, steps_at_desks_of, told_to
from services.workflow.refusals import Refused


class FindForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Reference, name or personal identifier"),
        max_length=100,
        error_messages={"required": gettext_lazy("Write a reference, a name or a personal identifier.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Open a request by its reference, however it is written, or list a person's; names stay out of addresses."""
    form, found = FindForm(posted(request)), None
    if request.method == "POST" and form.is_valid():
        words, user, now = form.cleaned_data["words"], person(request), timezone.now()
        reference = read_reference(words)
        named = find_by_reference(reference, user, now) if reference else None
        if named is not None:
            return redirect("desk_request", pk=named.pk)
        try:
            found = search(words, user, now)
        except Refused as refused:
            form.add_error("words", str(refused.message))
    context = {"form": form, "found": found, "now": timezone.now()}
    return render(request, "clerks/find.html", context, status=422 if form.errors else 200)


class PurposeForm(forms.Form):
    purpose = forms.ChoiceField(
        label=gettext_lazy("Why do you look into this request?"),
        choices=Look.Purpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose why you look into this request.")},
    )
    words = forms.CharField(
        label=gettext_lazy("In a few words"),
        help_text=gettext_lazy("Needed for another purpose. Your supervisor can read it, the applicant can’t."),
        required=False,
        max_length=300,
    )

    def clean(self) -> dict[str, object]:
        said = super().clean() or {}
        if said.get("purpose") == Look.Purpose.OTHER and not said.get("words"):
            self.add_error("words", _("Say in a few words why you look into this request."))
        return said


def ask_purpose(request: HttpRequest, seen: ServiceRequest, form: PurposeForm | None = None) -> HttpResponse:
    """Ask why an official looks into a request that isn't the official's work."""
    at_desks = told_to(person(request), steps_at_desks_of(person(request), seen))
    context = {"service_request": seen, "form": form or PurposeForm(), "at_desks": at_desks}
    return render(request, "clerks/purpose.html", context, status=422 if form else 200)


@require_POST
def purpose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the purpose of a look, and open the request."""
    seen = get_object_or_404(requests_to_read(person(request)).select_related("service"), pk=pk)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return ask_purpose(request, seen, form)
    tell_purpose(seen, person(request), timezone.now(), **form.cleaned_data)
    messages.info(request, _("Your look and its purpose are on record. The applicant can see them."))
    return redirect("desk_request", pk=pk)
