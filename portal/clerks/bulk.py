"""One act on a selection of steps: asked for with its details, done in the background, with progress and failures."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from portal.fields import ChosenField, SelectOfWords, option_words
from portal.people import person
from services.accounts.models import User
from services.catalogue.definition import DeskStep
from services.workflow.bulk import BulkAct
from services.workflow.colleagues import colleagues_at
from services.workflow.models import Step, StepQuerySet
from services.workflow.operations.bulk import ask_for_bulk
from services.workflow.queries import desks_of, queue_of, told_to
from services.workflow.refusals import Refused

MOST_CHOSEN = 500


class BulkForm(forms.Form):
    """What is to be done to the chosen steps. Outcomes are offered when all of them are the same step of a service."""

    act = forms.ChoiceField(
        label=gettext_lazy("What is to be done?"),
        choices=BulkAct.Act.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what is to be done.")},
    )
    to = ChosenField(
        User.objects.none(), label=gettext_lazy("Colleague"), required=False, empty_label=gettext_lazy("Choose…")
    )
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), required=False, widget=SelectOfWords)
    reason = forms.ChoiceField(label=gettext_lazy("Reason of the refusal"), required=False, widget=SelectOfWords)
    words = forms.CharField(
        label=gettext_lazy("Your words to the applicants"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, steps: list[Step], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = colleagues_at({step.desk_id for step in steps})
        self.fields["to"].queryset = colleagues.exclude(pk=by.pk)  # type: ignore[attr-defined]
        self.refusals: set[str] = set()
        if len({(step.service_request.version_id, step.key) for step in steps}) == 1:
            self._offer_outcomes(steps[0])
        else:
            self._offer_no_decision()

    def _offer_outcomes(self, step: Step) -> None:
        definition = step.service_request.version.definition
        known = definition.workflow.by_key[step.key]
        assert isinstance(known, DeskStep)
        plain = [outcome for outcome in known.outcomes if not outcome.effect]
        self.refusals = {outcome.key for outcome in plain if outcome.is_refusal}
        outcomes = [(outcome.key, option_words(outcome.title)) for outcome in plain]
        reasons = [(reason.code, option_words(reason.text)) for reason in definition.rejection_reasons]
        self.fields["outcome"].choices = [("", _("Choose…")), *outcomes]  # type: ignore[attr-defined]
        self.fields["reason"].choices = [("", "–"), *reasons]  # type: ignore[attr-defined]

    def _offer_no_decision(self) -> None:
        for name in ("outcome", "reason", "words"):
            del self.fields[name]
        others = [choice for choice in BulkAct.Act.choices if choice[0] != BulkAct.Act.DECIDE]
        self.fields["act"].choices = others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("act") == BulkAct.Act.REASSIGN and not said.get("to"):
            self.add_error("to", _("Choose who gets them."))
        if said.get("act") == BulkAct.Act.DECIDE and not said.get("outcome"):
            self.add_error("outcome", _("Choose one of the outcomes of this step."))
        if said.get("outcome") in self.refusals and not said.get("reason"):
            self.add_error("reason", _("Choose the reason of the refusal."))
        return said

    @property
    def said(self) -> dict[str, str]:
        """Give what the act needs besides the steps, as it is kept."""
        to = self.cleaned_data.get("to")
        words = {name: self.cleaned_data.get(name, "") for name in ("outcome", "reason", "words")}
        return {**words, **({"to": str(to.pk)} if to else {})}


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Show what was chosen and what can be done with it; with `go`, let it be done."""
    steps = list(_chosen(request))
    if not steps:
        return render(request, "clerks/bulk_ask.html", {"steps": []}, status=422)
    form = BulkForm(
        request.POST if "act" in request.POST or "go" in request.POST else None, steps=steps, by=person(request)
    )
    if form.is_valid():
        try:
            act = ask_for_bulk(
                form.cleaned_data["act"], [step.pk for step in steps], person(request), timezone.now(), form.said
            )
        except Refused as refused:
            form.add_error(None, str(refused.message))
        else:
            return redirect("desk_bulk_act", pk=act.pk)
    context = {"steps": steps, "form": form, "now": timezone.now()}
    return render(request, "clerks/bulk_ask.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest) -> StepQuerySet:
    """Give the chosen steps that stand in one's own queue."""
    user = person(request)
    given = request.POST.getlist("step")[:MOST_CHOSEN]
    sound = [int(number) for number in given if re.fullmatch(r"[0-9]{1,18}", number)]
    return told_to(user, queue_of(user, desks_of(user)).filter(pk__in=sound))


@require_safe
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far an act on many steps is, and what failed."""
    known = get_object_or_404(BulkAct, pk=pk, by=person(request))
    template = "clerks/bulk_progress.html" if request.headers.get("HX-Request") else "clerks/bulk.html"
    return render(request, template, {"act": known})
