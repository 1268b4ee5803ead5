"""The form by which people say how satisfied they are: five buttons, and words if they like."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.applicant_acts import LONGEST_PRAISE
from services.requests.models import ServiceRequest
from services.workflow.models import Rating
from services.workflow.operations.rating import may_rate, rate
from services.workflow.refusals import Refused


class RateForm(forms.Form):
    score = forms.TypedChoiceField(
        label=gettext_lazy("How satisfied are you with this service?"),
        choices=Rating.Score.choices,
        coerce=int,
        error_messages={"required": gettext_lazy("Choose one of the five answers.")},
    )
    words = forms.CharField(
        label=gettext_lazy("What should we keep, what should we do better?"),
        help_text=gettext_lazy("Optional. Managers read it without your name; it is never published."),
        required=False,
        max_length=LONGEST_PRAISE,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def take_rating(request: HttpRequest, seen: ServiceRequest, now: datetime) -> RateForm:
    """Keep a posted rating and tell so; give the form, which has errors when it couldn't be taken."""
    form = RateForm(request.POST)
    if form.is_valid():
        words = form.cleaned_data["words"] if "words" in request.POST else None
        try:
            rate(seen, form.cleaned_data["score"], now, words=words)
        except Refused as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, _("Thank you. Your rating is kept; you can change it for 30 days."))
    return form


def rating_page(
    request: HttpRequest, seen: ServiceRequest, form: RateForm | None, now: datetime, *, is_own: bool = False
) -> HttpResponse:
    """Show the five buttons, and after the first click the place for words; on one's own request with the way back."""
    rating = Rating.objects.filter(service_request=seen).first()
    if form is None:
        form = RateForm(initial={"words": rating.words if rating else ""})
    context = {
        "service_request": seen,
        "form": form,
        "rating": rating,
        "may_rate": may_rate(seen, rating, now),
        "scores": Rating.Score.choices,
        "is_own": is_own,
    }
    return render(request, "rating.html", context, status=422 if form.errors else 200)
