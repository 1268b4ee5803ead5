"""Promises of a service after what people said, and what came of them."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.attempts import attempt
from portal.fields import DayField
from portal.managers.own import agencies_of, own_service
from portal.people import person, posted
from services.transparency.operations import LONGEST_WORDS
from services.transparency.promises import close_promise, make_promise
from services.transparency.steering import Promise

SHOWN = 50
LINES = forms.Textarea(attrs={"rows": 3})


class PromiseForm(forms.Form):
    heard = forms.CharField(
        label=gettext_lazy("What did people say?"),
        help_text=gettext_lazy("In a sentence, without naming anybody."),
        max_length=LONGEST_WORDS,
        widget=LINES,
        error_messages={"required": gettext_lazy("Write what people said.")},
    )
    promised = forms.CharField(
        label=gettext_lazy("What do you promise?"),
        max_length=LONGEST_WORDS,
        widget=LINES,
        error_messages={"required": gettext_lazy("Write what you promise.")},
    )
    by_date = DayField(
        label=gettext_lazy("By when?"),
        error_messages={"required": gettext_lazy("Write the day by which it is to be reached.")},
    )


class ClosingForm(forms.Form):
    is_kept = forms.TypedChoiceField(
        label=gettext_lazy("What came of it?"),
        choices=[("yes", gettext_lazy("It is done")), ("no", gettext_lazy("It is given up"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what came of it.")},
    )
    outcome = forms.CharField(
        label=gettext_lazy("What was done, or why is it given up?"),
        max_length=LONGEST_WORDS,
        widget=LINES,
        error_messages={"required": gettext_lazy("Write what came of it.")},
    )


def _words(text: str) -> dict[str, str]:
    return {get_language() or "en": text}


@require_http_methods(["GET", "POST"])
def promises(request: HttpRequest, code: str) -> HttpResponse:
    """Show what was promised for a service, and take a promise."""
    service, by, now = own_service(request, code), person(request), timezone.now()
    form = PromiseForm(posted(request))

    def taken() -> str:
        said = form.cleaned_data
        words = {"heard": _words(said["heard"]), "promised": _words(said["promised"])}
        make_promise(service=service, by_date=said["by_date"], by=by, now=now, **words)
        return _("The promise stands. Everybody reads it at the figures of the service.")

    if request.method == "POST" and form.is_valid() and attempt(request, taken):
        return redirect("managers_promises", code=code)
    known = Promise.objects.filter(service=service).select_related("made_by", "closed_by").order_by("-made_at")
    context = {"service": service, "promises": known[:SHOWN], "today": timezone.localdate(now), "form": form}
    return render(request, "managers/promises.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask what came of a promise, and tell it."""
    own = Promise.objects.filter(service__responsible__in=agencies_of(request)).select_related("service")
    promise, form = get_object_or_404(own, pk=pk), ClosingForm(posted(request))

    def closed() -> str:
        said = form.cleaned_data
        outcome = _words(said["outcome"])
        close_promise(promise=promise, is_kept=said["is_kept"], outcome=outcome, by=person(request), now=timezone.now())
        return _("Everybody reads now what came of it.")

    if request.method == "POST" and form.is_valid() and attempt(request, closed):
        return redirect("managers_promises", code=promise.service.code)
    context = {"promise": promise, "form": form}
    return render(request, "managers/promise_close.html", context, status=422 if form.errors else 200)
