"""Complain that a request takes too long."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.applicant_acts import LONGEST_COMPLAINT, acts_of, usual_until
from portal.citizens.rights import actor_on, own_request
from portal.people import posted
from services.workflow.operations.complaint import complain
from services.workflow.refusals import Refused


class ComplaintForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("What does the delay mean for you?"),
        help_text=gettext_lazy("A supervisor of the office reads it and answers you."),
        max_length=LONGEST_COMPLAINT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write what the delay means for you.")},
    )


@require_http_methods(["GET", "POST"])
def complain_about(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the words of somebody whose request takes too long."""
    seen, now = own_request(request, pk), timezone.now()
    if request.method == "GET" and not acts_of(seen, now).may_complain:
        return redirect("my_request", pk=pk)
    form = ComplaintForm(posted(request))
    if form.is_valid():
        try:
            complain(seen, form.cleaned_data["words"], actor_on(request, seen), now, usual_until=usual_until(seen))
        except Refused as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, _("Your complaint is with the supervisor. The answer will stand here."))
            return redirect("my_request", pk=pk)
    context = {"service_request": seen, "form": form}
    return render(request, "citizens/complain.html", context, status=422 if form.errors else 200)
