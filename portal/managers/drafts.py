"""One draft of a next version: its faults, what it changes, a trial of it, and its publication with a colleague."""

from dataclasses import asdict
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.managers.examples import told_examples
from portal.managers.guidance import told_guidance
from portal.managers.own import own_draft
from portal.managers.process_models import told_notes
from portal.managers.versions import LATEST, TextForm
from portal.people import person
from services.catalogue.differences import Difference, differences
from services.catalogue.drafting import CannotPublish, definition_of, hindrance, publish_draft
from services.catalogue.models import DefinitionDraft, DraftOrigin
from services.workflow.actions import FORMS
from services.workflow.what_if.running import try_draft

SECTIONS = {
    "fee": gettext_lazy("Fee"),
    "limit": gettext_lazy("Time limit"),
    "questions": gettext_lazy("Question"),
    "papers": gettext_lazy("Paper"),
    "steps": gettext_lazy("Step"),
    "rest": gettext_lazy("Other"),
}
KINDS = {
    "added": gettext_lazy("New"),
    "removed": gettext_lazy("Removed"),
    "changed": gettext_lazy("Changed"),
}


class TrialForm(forms.Form):
    wanted = forms.TypedChoiceField(
        label=gettext_lazy("How many of the last decided requests?"),
        choices=[(10, "10"), (100, "100"), (1000, gettext_lazy("1,000"))],
        initial=100,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose 10, 100 or 1,000.")},
    )


@require_safe
def draft(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Show a draft: its faults at their lines, or what it changes, how it was tried, and who may publish it."""
    return _page(request, own_draft(request, code, pk), TrialForm())


def _page(request: HttpRequest, shown: DefinitionDraft, trial_form: TrialForm, status: int = 200) -> HttpResponse:
    origin = DraftOrigin.objects.filter(draft=shown).first()
    context = {
        "service": shown.service,
        "draft": shown,
        "form": TextForm(initial={"text": shown.text}),
        "faults": _faults_with_lines(shown),
        "differences": _told_differences(shown),
        "origin": origin,
        "guidance": (guidance := told_guidance(shown, origin)),
        "keeps_guidance": any(one["can_be_kept"] for one in guidance),
        "notes": told_notes(shown),
        "examples": told_examples(shown),
        "hindrance": hindrance(shown, person(request)),
        "trial_form": trial_form,
        "trials": shown.trials.select_related("by").order_by("-asked_at")[:LATEST],
    }
    return render(request, "managers/draft.html", context, status=status)


@require_POST
def try_on_requests(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Let the last requests be replayed through a draft."""
    shown, form = own_draft(request, code, pk), TrialForm(request.POST)
    if not shown.is_sound:
        messages.error(request, _("This draft has faults. Correct them first."))
        return redirect("managers_draft", code=code, pk=pk)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    trial = try_draft(shown, form.cleaned_data["wanted"], person(request), timezone.now())
    return redirect("managers_trial", pk=trial.pk)


def _faults_with_lines(shown: DefinitionDraft) -> list[dict[str, object]]:
    """Give the faults in the order of the text, each with the words of its line."""
    lines = dict(enumerate(shown.text.splitlines(), start=1))
    faults = sorted(shown.faults, key=lambda fault: fault["line"])
    return [{**fault, "words": lines.get(fault["line"], "")} for fault in faults]


def _told_differences(shown: DefinitionDraft) -> list[dict[str, object]]:
    if shown.base is None or not shown.is_sound:
        return []
    return told_differences(differences(shown.base.definition, definition_of(shown)))


def told_differences(found: list[Difference]) -> list[dict[str, object]]:
    """Tell differences in the words of the page."""
    return [_told(one) for one in found]


def _told(one: Difference) -> dict[str, object]:
    return {"section": SECTIONS[one.section], "name": one.name, "kind": KINDS[one.kind], "one": one}


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Ask whether to publish a draft, and publish it."""
    shown = own_draft(request, code, pk)
    if hindrance(shown, person(request)):
        return redirect("managers_draft", code=code, pk=pk)
    return _publish(request, shown)


@reauthentication_required
def _publish(request: HttpRequest, shown: DefinitionDraft) -> HttpResponse:
    """Publish for a person who has just proved to be it; others prove it first."""
    if request.method == "GET":
        is_alone = shown.by_id == person(request).pk
        context = {"service": shown.service, "draft": shown, "is_alone": is_alone}
        return render(request, "managers/publish.html", context)
    try:
        version = publish_draft(shown, person(request), timezone.now(), FORMS)
    except CannotPublish as refused:
        messages.error(request, str(refused.message))
        if refused.faults:
            shown.faults = [asdict(fault) for fault in refused.faults]
            return _page(request, shown, TrialForm(), status=409)
        return redirect("managers_draft", code=shown.service.code, pk=shown.pk)
    messages.success(
        request, _("Version %(number)s is published. New requests are worked by it.") % {"number": version.number}
    )
    return redirect("managers_service", code=shown.service.code)
