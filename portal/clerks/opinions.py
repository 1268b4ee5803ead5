"""Opinions between agencies: what is asked of one's desk, the answer to it, and the file that came with an answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.brought_files import gives_brought_files, to_save
from portal.clerks.files import looks_rightly
from portal.people import person, posted
from portal.reading import answers_of
from portal.upload_limit import answered, count_uploads, refuse_file
from services.requests.supplying import BadEvidence
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.consulting import opinions_to_give
from services.workflow.operations import opinions
from services.workflow.queries import desks_of, requests_to_read
from services.workflow.refusals import Refused


class OpinionForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Your opinion"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )
    file = forms.FileField(label=gettext_lazy("A file"), required=False, help_text=gettext_lazy("PDF, JPEG or PNG."))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("words") and not said.get("file"):
            self.add_error("words", _("Write your opinion or add a file."))
        return said

    def give(self, request: HttpRequest, give: Callable[..., None]) -> bool:
        """Hand the opinion over; tell whether it was taken. A file that can't be taken is told at its field."""
        if not self.is_valid():
            return False
        try:
            count_uploads(request, 1 if self.cleaned_data["file"] else 0)
            give(words=self.cleaned_data["words"], file=self.cleaned_data["file"])
        except BadEvidence as bad:
            refuse_file(self, "file", bad)
        return not self.errors


@require_http_methods(["GET", "POST"])
def opinion(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what is asked and what of the file may be seen for it; take the answer."""
    asked = _asked(request, pk)
    form = OpinionForm(posted(request), request.FILES or None)
    try:
        if request.method == "POST" and form.give(
            request, lambda **said: opinions.give_opinion(asked, person(request), timezone.now(), **said)
        ):
            messages.success(request, _("Your opinion is with the office that asked."))
            return redirect("desk")
        opinions.open_opinion(asked, person(request), timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.message))
        return redirect("desk")
    page = render(request, "clerks/opinion.html", _told(asked, form), status=422 if form.errors else 200)
    return answered(page, form)


def _told(asked: AskedOpinion, form: OpinionForm) -> dict[str, Any]:
    """Tell what is asked and what may be seen, and nothing else of the request."""
    seen, shown = asked.service_request, set(asked.answers)
    pages = [
        {**page, "rows": [(field, value) for field, value in page["rows"] if field.key in shown]}
        for page in answers_of(seen)
    ]
    return {
        "opinion": asked,
        "service_request": seen,
        "definition": seen.version.definition,
        "answers": [page for page in pages if page["rows"]],
        "papers": asked.papers.readable().order_by("supplied_at"),
        "form": form,
        "now": timezone.now(),
    }


@require_safe
@gives_brought_files
def paper(request: HttpRequest, pk: UUID, paper: UUID) -> HttpResponseBase:
    """Give a file that was chosen for the asked desk to see."""
    asked = _asked(request, pk)
    chosen = get_object_or_404(asked.papers.readable(), pk=paper)
    try:
        opinions.open_opinion(asked, person(request), timezone.now())
    except Refused:
        return redirect("desk")
    return to_save(chosen)


def _asked(request: HttpRequest, pk: UUID) -> AskedOpinion:
    """Give an opinion that is asked of one of the person's desks, as long as it may be given."""
    user = person(request)
    asked = opinions_to_give(user, desks_of(user), timezone.now())
    return get_object_or_404(asked.select_related("service_request__applicant", "service_request__version"), pk=pk)


@require_safe
@gives_brought_files
def file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Give the file that came with an opinion to who may read the request."""
    given = AskedOpinion.objects.filter(service_request__in=requests_to_read(person(request))).exclude(file="")
    answer = get_object_or_404(given.select_related("service_request__version"), pk=pk)
    if not looks_rightly(request, answer.service_request):
        return redirect("desk_request", pk=answer.service_request_id)
    name = answer.file_name
    return FileResponse(answer.file.open(), as_attachment=True, filename=name, content_type=answer.file_type)
