"""See before deciding what the applicant will read, in the applicant's language."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import override
from django.views.decorators.http import require_POST

from portal.clerks.forms import DecideForm
from portal.people import person
from services.agencies.rules import in_language
from services.catalogue.definition import DeskStep
from services.workflow.models import Step
from services.workflow.notices import ENDED, NOTICES


@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the letter and the decision that a step would lead to; nothing is kept or sent."""
    held = Step.objects.filter(kind=Step.Kind.DESK, assignee=person(request), state=Step.State.OPEN)
    step = get_object_or_404(held.select_related("service_request__version", "service_request__office__agency"), pk=pk)
    seen = step.service_request
    definition, language = seen.version.definition, seen.language
    known = definition.workflow.by_key[step.key]
    assert isinstance(known, DeskStep)
    form = DecideForm(request.POST, definition=definition, step=known)
    if not form.is_valid():
        return render(request, "clerks/letter.html", {"service_request": seen, "form": form}, status=422)
    said = form.cleaned_data
    outcome = next(one for one in known.outcomes if one.key == said["outcome"])
    reason = next((one for one in definition.rejection_reasons if one.code == said["reason"]), None)
    with override(language):
        subject, body = (str(text) for text in NOTICES[ENDED])
        context = {
            "service_request": seen,
            "language": language,
            "subject": subject,
            "body": body % {"service": in_language(definition.title, language)},
            "ends": definition.workflow.by_key[outcome.to].kind == "end",
            "title": in_language(outcome.title, language),
            "reason": in_language(reason.text, language) if reason and outcome.is_refusal else "",
            "words": said["words"],
            "agency": in_language(seen.office.agency.name, language),
        }
    return render(request, "clerks/letter.html", context)
