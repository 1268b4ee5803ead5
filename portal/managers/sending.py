"""The weekly letter, and copies of all figures: asked for here, made in the background."""

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.limits import HOUR, Limit
from portal.people import person, posted
from services.transparency.background import FiguresExport, Subscription, WeeklyLetter
from services.transparency.exports import KEPT, ask_for_figures
from services.transparency.weekly import subscribe, unsubscribe

COPIES = Limit("copies of figures", 10, HOUR)
SHOWN = 10


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=gettext_lazy("In which form?"),
        choices=FiguresExport.Format.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a form.")},
    )


@require_http_methods(["GET", "POST"])
def figures(request: HttpRequest) -> HttpResponse:
    """Show the latest copy of the figures or how far it is, and let one be made."""
    user, form = person(request), ExportForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if COPIES.is_used_up(str(user.pk)):
            answer = render(request, "citizens/too_often.html", status=429)
            answer.headers["Retry-After"] = str(COPIES.seconds)
            return answer
        COPIES.count(str(user.pk))
        ask_for_figures(user, form.cleaned_data["format"], timezone.now())
        return redirect("managers_figures")
    latest = FiguresExport.objects.filter(user=user).order_by("-asked_at").first()
    context = {"export": latest, "kept_days": KEPT.days, "form": form, **_letters(request)}
    name = "managers/figures_export.html" if "HX-Request" in request.headers else "managers/figures.html"
    return render(request, name, context, status=422 if form.errors else 200)


def _letters(request: HttpRequest) -> dict[str, object]:
    subscription = Subscription.objects.filter(user=person(request), ended_at=None).first()
    letters = WeeklyLetter.objects.filter(subscription__user=person(request)).order_by("-week")[:SHOWN]
    return {"subscription": subscription, "letters": letters}


@require_safe
def download(request: HttpRequest) -> FileResponse:
    """Give the latest copy."""
    known = FiguresExport.objects.filter(user=person(request)).exclude(file="")
    made = known.order_by("-finished_at").first()
    if made is None:
        raise Http404
    return FileResponse(made.file.open(), as_attachment=True, filename=f"figures.{made.format}")


@require_POST
def letters(request: HttpRequest) -> HttpResponse:
    """Begin or end the weekly letter."""
    now, standing = timezone.now(), Subscription.objects.filter(user=person(request), ended_at=None).first()
    if request.POST.get("wanted") == "no":
        if standing:
            unsubscribe(standing.pk, now)
    else:
        subscribe(person(request), now)
    return redirect("managers_figures")
