"""Object to a decision: what the law gives, until when and who decides; then the form like any other."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.applicant_acts import acts_of
from portal.citizens.applying_drafts import DRAFTS, remember
from portal.citizens.applying_typing import prefilled, profile_of
from portal.citizens.rights import actor_on, own_request
from portal.filling import Filling
from services.workflow.operations.objection import begin_objection
from services.workflow.refusals import Refused


@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tell how an objection goes, and start its draft."""
    seen, now = own_request(request, pk), timezone.now()
    acts, by = acts_of(seen, now), actor_on(request, seen)
    if acts.way is None and request.method == "GET":
        return redirect("my_request", pk=pk)
    if request.method == "GET":
        context = {"service_request": seen, "acts": acts, "appeal": seen.version.definition.appeal}
        return render(request, "citizens/object.html", context)
    try:
        current = acts.way.service.current if acts.way else None
        answers = prefilled(current.definition, profile_of(by)) if current else {}
        draft = begin_objection(seen, answers, by, now)
    except Refused as refused:
        messages.error(request, str(refused.message))
        return redirect("my_request", pk=pk)
    if by is None:
        remember(request, DRAFTS, draft.pk)
    filling = Filling(draft, now)
    if not filling.sheets:
        raise Http404
    return redirect(filling.url(filling.sheets[0]))
