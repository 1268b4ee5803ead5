"""See before deciding what the applicant will read, in the applicant's language."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from portal.clerks.forms import DecideForm
from portal.decided_letter import letter_of
from portal.people import person
from services.catalogue.definition import DeskStep
from services.workflow.models import Step


@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the letter and the decision that a step would lead to; nothing is kept or sent."""
    held = Step.objects.filter(kind=Step.Kind.DESK, assignee=person(request), state=Step.State.OPEN)
    step = get_object_or_404(held.select_related("service_request__version", "service_request__office__agency"), pk=pk)
    seen = step.service_request
    known = seen.version.definition.workflow.by_key[step.key]
    assert isinstance(known, DeskStep)
    form = DecideForm(request.POST, definition=seen.version.definition, step=known)
    if not form.is_valid():
        return render(request, "clerks/letter.html", {"service_request": seen, "form": form}, status=422)
    context = {"service_request": seen, **letter_of(step, known, form.cleaned_data)}
    return render(request, "clerks/letter.html", context)
