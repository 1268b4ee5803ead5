"""Begin a request, and give it up."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.citizens.applying_drafts import DRAFTS, needs_account, own_draft, remember, visitor
from portal.citizens.applying_offices import ChosenOffice, offices_of
from portal.citizens.applying_typing import prefilled, profile_of
from portal.filling import Filling
from portal.place import place_of
from services.accounts.models import User
from services.catalogue.definition import Definition
from services.catalogue.models import Service
from services.requests.models import Draft
from services.requests.operations import discard_draft, start_draft
from services.workflow.operations.prefilling import ask_register
from services.workflow.refusals import Refused

UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Tell what is needed, let the office be chosen, and start a draft."""
    service = get_object_or_404(Service.objects.published().with_current(), code=code)
    assert service.current is not None
    if "online" not in service.current.definition.channels:
        raise Http404
    if service.current.definition.is_appeal:
        return _to_decision(request)
    choice = ChosenOffice(offices_of(service), visitor(request), request.POST.get("office", ""), place_of(request))
    if request.method == "GET":
        return _show_begin(request, service, choice, 200)
    if needs_account(request, service):
        return redirect_to_login(request.get_full_path())
    if choice.office is None:
        return _show_begin(request, service, choice, UNPROCESSABLE)
    known = prefilled(service.current.definition, {**profile_of(visitor(request)), **_from_register(request)})
    draft = start_draft(service, visitor(request), choice.office, known)
    remember(request, DRAFTS, draft.pk)
    return to_first_page(draft)


def _to_decision(request: HttpRequest) -> HttpResponse:
    """Lead to where the decision stands that somebody objects to."""
    if request.user.is_authenticated:
        messages.info(request, _("Begin from the decision that you object to: open that request under “My requests”."))
        return redirect("my_requests")
    messages.info(
        request,
        _("Begin from the decision that you object to: open that request with its reference and code, or sign in."),
    )
    return redirect("status")


def to_first_page(draft: Draft) -> HttpResponse:
    filling = Filling(draft, timezone.now())
    return redirect(filling.url(filling.sheets[0] if filling.sheets else None))


def _from_register(request: HttpRequest) -> dict[str, Any]:
    """Give what the population register knows, when the person asks for it; that it can't be asked is only told."""
    user = visitor(request)
    if user is None or "register" not in request.POST:
        return {}
    try:
        return ask_register(user, timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused.message))
        return {}


def may_ask_register(definition: Definition, user: User | None) -> bool:
    """Tell whether the register could fill in any question of a form for a person."""
    asked = any(field.prefill in ("name", "address") for field in definition.fields.values())
    return bool(asked and user and user.personal_identifier)


def _show_begin(request: HttpRequest, service: Service, choice: ChosenOffice, status: int) -> HttpResponse:
    assert service.current is not None
    context = {
        "service": service,
        "definition": service.current.definition,
        "choice": choice,
        "error": _("Choose the place that serves you.") if status == UNPROCESSABLE else "",
        "may_ask_register": may_ask_register(service.current.definition, visitor(request)),
        "needs_account": needs_account(request, service),
        "drafts": Draft.objects.filter(applicant=visitor(request), service=service).order_by("-saved_at")
        if request.user.is_authenticated
        else [],
    }
    return render(request, "citizens/apply_begin.html", context, status=status)


@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask whether a draft shall be thrown away, and do it with its files."""
    if request.method == "GET":
        return render(request, "citizens/apply_discard.html", {"draft": own_draft(request, pk)})
    with transaction.atomic():
        draft = own_draft(request, pk, lock=True)
        discard_draft(draft)
    messages.success(request, _("Your draft and its files are deleted."))
    return redirect("service", code=draft.service.code)
