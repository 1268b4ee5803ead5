"""Add a paper to a request that is being worked, without being asked."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.citizens.rights import actor_on, followed_request
from portal.people import posted
from portal.templatetags.words import marked
from portal.upload_limit import answered, count_uploads, refuse_file
from services.catalogue.definition import Evidence
from services.requests.supplying import BadEvidence
from services.workflow.engine import Walk
from services.workflow.operations.paper import papers_to_add, supply
from services.workflow.refusals import Refused


class PaperForm(forms.Form):
    paper = forms.ChoiceField(label=gettext_lazy("Which paper is it?"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("File"), error_messages={"required": gettext_lazy("Choose the file of the paper.")}
    )

    def __init__(self, *args: Any, papers: Iterable[Evidence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(paper.key, marked(paper.title)) for paper in papers]
        self.fields["paper"].choices = choices  # type: ignore[attr-defined]
        self.fields["paper"].initial = choices[0][0] if len(choices) == 1 else None


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take one paper that the definition knows."""
    seen, now = followed_request(request, pk), timezone.now()
    papers = papers_to_add(Walk(seen, now))
    if not papers:
        messages.info(request, _("No paper can be added now."))
        return redirect("my_request", pk=pk)
    form = PaperForm(posted(request), request.FILES or None, papers=papers)
    if request.method == "POST" and form.is_valid():
        try:
            count_uploads(request)
            supply(seen, form.cleaned_data["paper"], form.cleaned_data["file"], actor_on(request, seen), now)
        except BadEvidence as bad:
            refuse_file(form, "file", bad)
        except Refused as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, _("Your file is with the office."))
            return redirect("my_request", pk=pk)
    context = {"service_request": seen, "form": form}
    return answered(render(request, "citizens/add_paper.html", context, status=422 if form.errors else 200), form)
