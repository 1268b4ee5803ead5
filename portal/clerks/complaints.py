"""Complaints that a request takes too long, for the supervisors of its office."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.attempts import attempt
from portal.people import person, posted
from services.workflow.operations.complaint import answer_complaint
from services.workflow.queries import complaints_of, current_steps, requests_to_read


class AnswerComplaintForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Your answer to the applicant"),
        help_text=gettext_lazy("Say why it takes long and until when it will be decided."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write an answer. The applicant will read it.")},
    )


@require_http_methods(["GET", "POST"])
def complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a complaint with what the request waits for, and take the answer."""
    seen = get_object_or_404(complaints_of(person(request)), pk=pk)
    form = AnswerComplaintForm(posted(request))
    if request.method == "POST" and form.is_valid():

        def answered() -> str:
            answer_complaint(seen, form.cleaned_data["words"], person(request), timezone.now())
            return _("Your answer is with the applicant.")

        attempt(request, answered)
        return redirect("desk_complaint", pk=pk)
    definition = seen.service_request.version.definition
    steps = [(step, definition.workflow.by_key[step.key]) for step in current_steps(seen.service_request)]
    may_open = requests_to_read(person(request)).filter(pk=seen.service_request_id).exists()
    context = {"complaint": seen, "form": form, "steps": steps, "may_open": may_open}
    return render(request, "clerks/complaint.html", context, status=422 if form.errors else 200)
