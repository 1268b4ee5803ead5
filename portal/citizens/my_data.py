"""What the portal knows of a person: the profile, who looked at it, and a copy of everything."""

from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.citizens.applying_tabs import Difference
from portal.citizens.profile import ProfileForm
from portal.limits import HOUR, Limit
from portal.people import person, posted
from portal.reading import readings_of
from services.accounts.models import User
from services.workflow.exports import KEPT, ask_for_export
from services.workflow.models import DataExport
from services.workflow.operations.walking import locked

A_PAGE = 50
EXPORTS = Limit("exports", 10, HOUR)


@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """Lead to what a person can see and do with the own data."""
    exports = DataExport.objects.filter(user=person(request)).order_by("-asked_at")
    is_part = "HX-Request" in request.headers
    context = {"export": exports.first(), "kept_days": KEPT.days}
    return render(request, "citizens/export.html" if is_part else "citizens/my_data.html", context)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Let a copy of everything be made."""
    user = person(request)
    if EXPORTS.is_used_up(str(user.pk)):
        answer = render(request, "citizens/too_often.html", status=429)
        answer.headers["Retry-After"] = str(EXPORTS.seconds)
        return answer
    EXPORTS.count(str(user.pk))
    ask_for_export(user, timezone.now())
    return redirect("my_data")


@require_safe
def download(request: HttpRequest) -> FileResponse:
    """Give the latest copy."""
    made = DataExport.objects.filter(user=person(request)).exclude(file="").order_by("-finished_at").first()
    if made is None:
        raise Http404
    return FileResponse(made.file.open(), as_attachment=True, filename="my-data.zip", content_type="application/zip")


@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    """List who looked at the person's requests, the latest first."""
    page = Paginator(readings_of(person(request)), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "citizens/readings.html", {"page": page})


@require_http_methods(["GET", "POST"])
@transaction.atomic
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change what every form may be filled in with; who would undo a newer save is asked first."""
    user = locked(User.objects.all()).get(pk=person(request).pk) if request.method == "POST" else person(request)
    form = ProfileForm(posted(request), instance=user)
    if request.method == "POST" and form.is_valid():
        if found := form.differences():
            return _let_choose(request, form, found)
        form.save()
        return redirect("my_data")
    context: dict[str, Any] = {"form": form, "shown": user}
    return render(request, "citizens/profile.html", context, status=422 if form.errors else 200)


def _let_choose(request: HttpRequest, form: ProfileForm, found: list[Difference]) -> HttpResponse:
    """Show what was saved meanwhile and what was typed, and let the person choose; nothing is saved before."""
    typed = [
        (name, value) for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "shown_state")
    ]
    context = {"differences": found, "typed": typed, "state": form.state}
    return render(request, "citizens/profile_conflict.html", context, status=HTTPStatus.CONFLICT)
