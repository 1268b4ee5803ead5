"""Blocks of text and guidance: what officials write for each other."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.attempts import attempt
from portal.fields import NamedField
from portal.people import person, posted
from services.accounts.models import User
from services.agencies.models import Agency, Membership
from services.catalogue.definition import DeskStep
from services.catalogue.models import Service
from services.workflow.knowledge import Guidance, TextBlock
from services.workflow.operations.knowledge import guidance_of, remove_block, write_block, write_guidance

PLACES = {  # what the places of a block stand for, in words: see `letters.FACTS`
    "applicant_name": gettext_lazy("Applicant"),
    "due": gettext_lazy("Due by"),
    "office": gettext_lazy("Office"),
    "official": gettext_lazy("Official"),
    "reference": gettext_lazy("Reference"),
    "service": gettext_lazy("Service"),
    "today": gettext_lazy("Date"),
}


def agencies_of(user: User) -> list[Agency]:
    members = Membership.objects.of(user).clerks()
    return list(Agency.objects.filter(pk__in=members.values("agency")).order_by("code"))


class BlockForm(forms.Form):
    """A block of text: title, and the words in each language."""

    agency = NamedField(Agency.objects.none(), label=gettext_lazy("Agency"), empty_label=None)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=100,
        error_messages={"required": gettext_lazy("Give the block a title.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.filter(pk__in=[one.pk for one in agencies_of(user)])  # type: ignore[attr-defined]
        for code, name in settings.LANGUAGES:
            self.fields[f"text_{code}"] = forms.CharField(
                label=_("Text in %(language)s") % {"language": name},
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 4, "lang": code}),
            )

    @property
    def text(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"text_{code}"] for code, _name in settings.LANGUAGES}


@require_safe
def blocks(request: HttpRequest) -> HttpResponse:
    """List the blocks of text of one's agencies."""
    known = TextBlock.objects.filter(agency__in=agencies_of(person(request))).select_related("agency", "by")
    return render(request, "clerks/blocks.html", {"blocks": known.order_by("agency__code", "title")})


@require_http_methods(["GET", "POST"])
def block(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a block of text, or change one."""
    user = person(request)
    known = get_object_or_404(TextBlock, pk=pk, agency__in=agencies_of(user)) if pk is not None else None
    before = {f"text_{code}": words for code, words in known.text.items()} if known else {}
    initial = {"agency": known.agency_id, "title": known.title, **before} if known else {}
    form = BlockForm(posted(request), user=user, initial=initial)

    def written() -> str:
        said = form.cleaned_data
        kept = write_block(said["agency"], said["title"], form.text, user, timezone.now(), block=known)
        return _("The block “%(title)s” is saved.") % {"title": kept}

    if request.method == "POST" and form.is_valid() and attempt(request, written):
        return redirect("desk_blocks")
    context = {"form": form, "written": known, "places": PLACES.items()}
    return render(request, "clerks/block.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def block_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a block of text."""
    known = get_object_or_404(
        TextBlock.objects.select_related("agency"), pk=pk, agency__in=agencies_of(person(request))
    )

    def removed() -> str:
        remove_block(known, person(request))
        return _("The block “%(title)s” is removed.") % {"title": known}

    attempt(request, removed)
    return redirect("desk_blocks")


class GuidanceForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Guidance"),
        help_text=gettext_lazy("For officials only. What to look at, what is usual, whom to ask."),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
    )


@require_http_methods(["GET", "POST"])
def guidance(request: HttpRequest, agency: str, code: str, step: str) -> HttpResponse:
    """Show and change the guidance of an agency on a step, with its earlier versions."""
    user = person(request)
    place = next((one for one in agencies_of(user) if one.code == agency), None)
    service = get_object_or_404(Service.objects.published().with_current(), code=code)
    assert service.current is not None
    known = service.current.definition.workflow.by_key.get(step)
    if place is None or not isinstance(known, DeskStep):
        raise Http404
    latest = guidance_of(service, step, place)
    form = GuidanceForm(posted(request), initial={"text": latest.text if latest else ""})

    def written() -> str:
        write_guidance(service, step, place, form.cleaned_data["text"], user, timezone.now())
        return _("The guidance is saved.")

    if request.method == "POST" and form.is_valid() and attempt(request, written):
        return redirect("desk_guidance", agency=agency, code=code, step=step)
    written_before = Guidance.objects.filter(service=service, step_key=step, agency=place).select_related("by")
    versions = written_before.order_by("-at", "-pk")
    context = {"form": form, "service": service, "step": known, "agency": place, "versions": versions}
    return render(request, "clerks/guidance.html", context, status=422 if form.errors else 200)
