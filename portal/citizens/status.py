"""Look up where a request is without an account: by its reference and the code that came with its confirmation.

What was sent without an account is opened by them for all that can be done about it; of all else the state is told.
"""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.citizens.applying_drafts import DRAFTS, SUBMITTED, forget
from portal.expecting import expectation_of
from portal.held_requests import held_by, hold, let_go
from portal.kept_words import forget_who, has_kept_words
from portal.limits import HOUR, Limit, address_of
from portal.people import posted
from portal.reading import READINGS, history_of
from portal.standstill import standstill_of
from services.requests.assistance import Assistance
from services.requests.models import Draft, ServiceRequest
from services.requests.queries import acts_by_code
from services.requests.rules import read_reference
from services.requests.status_codes import opens
from services.workflow.consulting import opinions_asked
from services.workflow.operations.looking import look_up
from services.workflow.queries import current_steps

BY_REFERENCE = Limit("status-reference", 5, HOUR)
BY_ADDRESS = Limit("status-address", 20, HOUR)


class StatusForm(forms.Form):
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=30, widget=forms.TextInput)
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("It stands on the confirmation and in the first e-mail, like K7M2-9QXD-4TAB-3F0Z."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


@never_cache
@require_http_methods(["GET", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Ask for reference and code, and tell where the request is. Neither of them is ever part of an address."""
    form = StatusForm(posted(request))
    if not form.is_valid():
        return _ask(request, form, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)
    reference, address = form.cleaned_data["reference"], address_of(request)
    who = read_reference(reference) or reference
    is_locked = BY_REFERENCE.is_used_up(who) or BY_ADDRESS.is_used_up(address)
    found = ServiceRequest.objects.with_service().filter(reference=who).first()
    if is_locked or found is None or not opens(found.pk, form.cleaned_data["code"]):
        BY_REFERENCE.count(who)
        BY_ADDRESS.count(address)
        form.add_error(None, _("No request has this reference and code. After five tries you have to wait an hour."))
        return _ask(request, form, HTTPStatus.TOO_MANY_REQUESTS if is_locked else HTTPStatus.UNPROCESSABLE_ENTITY)
    if not acts_by_code(found):
        return _tell(request, found)
    hold(request, *_belonging_to(found), found.pk)
    return redirect("again") if has_kept_words(request) else redirect("my_request", pk=found.pk)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Close on this device what was opened with reference and code."""
    held = [UUID(pk) for pk in held_by(request)]
    forget(request, SUBMITTED, held)
    forget(request, DRAFTS, Draft.objects.filter(appeal_of__in=held).values_list("pk", flat=True))
    let_go(request)
    messages.success(request, _("Closed. On this device nobody can open it without the code."))
    response = redirect("status")
    if not request.user.is_authenticated:
        forget_who(response)
    return response


def _ask(request: HttpRequest, form: StatusForm, answer: HTTPStatus) -> HttpResponse:
    response = render(request, "citizens/status.html", {"form": form, "held": _held(request)}, status=answer)
    if answer == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(HOUR)
    return response


def _belonging_to(found: ServiceRequest) -> list[UUID]:
    """Give what the right to a request comes with: the objections to it, or the request that it objects to."""
    appeals = found.appeals.filter(applicant=None).values_list("pk", flat=True)
    return [*appeals, *([found.appeal_of_id] if found.appeal_of_id else [])]


def _held(request: HttpRequest) -> list[ServiceRequest]:
    """Give the requests that are open on this device."""
    held = held_by(request)
    return list(ServiceRequest.objects.filter(pk__in=held, applicant=None).with_service()) if held else []


def _tell(request: HttpRequest, seen: ServiceRequest) -> HttpResponse:
    now = timezone.now()
    history = [told for told in history_of(seen) if told.kind not in READINGS]
    look_up(seen, now)
    known, steps = seen.version.definition.workflow.by_key, list(current_steps(seen))
    context = {
        "now": now,
        "service_request": seen,
        "current": [{"step": step, "definition": known[step.key]} for step in steps],
        "standstill": standstill_of(seen, steps),
        "asked_opinions": [one for one in opinions_asked(seen) if one.is_awaited],
        "expected": expectation_of(seen, now),
        "history": history,
        "assistance": Assistance.of(seen.assistance),
    }
    return render(request, "citizens/status_found.html", context)
