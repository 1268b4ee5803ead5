"""Forms of the desk: what a clerk says besides the click."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.asking import answers_to_ask_about, papers_to_ask_for
from portal.fields import ChosenField, NamedField, SelectOfWords, option_words
from portal.templatetags.words import marked
from services.accounts.models import User
from services.agencies.models import Desk
from services.catalogue.definition import Definition, DeskStep
from services.workflow.colleagues import colleagues_for, desks_beside
from services.workflow.models import Step

PAPER, FIELD = "paper:", "field:"


class DecideForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"), widget=forms.RadioSelect, error_messages={"required": _("Choose an outcome.")}
    )
    reason = forms.ChoiceField(
        label=_("Reason of the refusal"),
        required=False,
        help_text=_("Needed when you refuse."),
        widget=SelectOfWords,
    )
    words = forms.CharField(
        label=_("Your words to the applicant"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, definition: Definition, step: DeskStep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.effects = {outcome.key for outcome in step.outcomes if outcome.effect}
        self.refusals = {outcome.key for outcome in step.outcomes if outcome.is_refusal}
        self.fields["outcome"].choices = [  # type: ignore[attr-defined]
            (outcome.key, marked(outcome.title)) for outcome in step.outcomes
        ]
        reasons = [(reason.code, option_words(reason.text)) for reason in definition.rejection_reasons]
        self.fields["reason"].choices = [("", "–"), *reasons]  # type: ignore[attr-defined]
        if not self.refusals:
            self.fields["reason"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") in self.refusals and not data.get("reason"):
            self.add_error("reason", _("Choose the reason of the refusal."))
        if data.get("outcome") in self.effects and not data.get("words"):
            self.add_error("words", _("Write to the office what it has to do. The applicant reads it too."))
        return data


class AskForm(forms.Form):
    text = forms.CharField(label=_("What do you need?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    about = forms.ChoiceField(
        label=_("What is it about?"),
        required=False,
        help_text=_("A question about an answer opens that field again, and shows you before and after."),
        widget=SelectOfWords,
    )

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        papers, answers = papers_to_ask_for(definition).items(), answers_to_ask_about(definition).items()
        self.fields["about"].choices = [  # type: ignore[attr-defined]
            ("", _("Something else")),
            (_("A paper"), [(f"{PAPER}{key}", option_words(title)) for key, title in papers]),
            (_("An answer"), [(f"{FIELD}{key}", option_words(label)) for key, label in answers]),
        ]

    @property
    def evidence_key(self) -> str:
        about: str = self.cleaned_data["about"]
        return about.removeprefix(PAPER) if about.startswith(PAPER) else ""

    @property
    def field_key(self) -> str:
        about: str = self.cleaned_data["about"]
        return about.removeprefix(FIELD) if about.startswith(FIELD) else ""


class ExtendForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason of the extension"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="id_extend_%s")  # the decision has a reason, too


class ReassignForm(forms.Form):
    to = ChosenField(User.objects.none(), label=_("Give to"), empty_label=_("Choose…"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, step: Step) -> None:
        super().__init__(data, auto_id=f"id_{step.pk}_%s")
        self.step = step
        self.fields["to"].queryset = colleagues_for(step)  # type: ignore[attr-defined]


class PassOnForm(forms.Form):
    desk = NamedField(Desk.objects.none(), label=_("Pass on to"), empty_label=_("Choose…"))

    def __init__(self, *args: Any, step: Step, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["desk"].queryset = desks_beside(step)  # type: ignore[attr-defined]


class StandAsideForm(forms.Form):
    words = forms.CharField(
        label=_("What connects you with this request?"),
        help_text=_("Only your supervisor reads it. Another official takes over."),
        max_length=1000,
        error_messages={"required": _("Say in a few words what connects you with the request.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="id_aside_%s")


class ActivityForm(forms.Form):
    activity = forms.SlugField(label=_("Activity"))
