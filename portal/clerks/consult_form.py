"""The form by which an official asks another agency for its opinion: nothing of the file is chosen beforehand."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.fields import ChosenField, ChosenSeveralField, SelectOfWords, option_words
from portal.templatetags.words import marked
from services.agencies.models import Desk
from services.catalogue.definition import DeskStep
from services.requests.evidence import Evidence
from services.workflow.consulting import desks_to_ask
from services.workflow.models import Step
from services.workflow.operations.opinions import (
    FEWEST_DAYS,
    MOST_DAYS,
    Question,
    answers_to_share,
    papers_to_share,
)

USUAL_DAYS = 10


class ConsultForm(forms.Form):
    desk = ChosenField(
        Desk.objects.none(),
        label=_("Which agency?"),
        empty_label=_("Choose…"),
        error_messages={"required": _("Choose whom you want to ask.")},
        widget=SelectOfWords,
    )
    question = forms.CharField(
        label=_("What do you want to know?"),
        help_text=_("Write no more about the person than the answer needs."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what you want to know.")},
    )
    days = forms.IntegerField(
        label=_("Within how many of their working days?"),
        min_value=FEWEST_DAYS,
        max_value=MOST_DAYS,
        initial=USUAL_DAYS,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
    answers = forms.MultipleChoiceField(
        label=_("Answers that they may see"), required=False, widget=forms.CheckboxSelectMultiple
    )
    papers = ChosenSeveralField(
        Evidence.objects.none(),
        label=_("Files that they may see"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, step: Step) -> None:
        super().__init__(data, auto_id="id_consult_%s")
        seen = step.service_request
        known = seen.version.definition.workflow.by_key[step.key]
        assert isinstance(known, DeskStep)
        assert step.desk is not None
        desks: Any = self.fields["desk"]
        desks.queryset = desks_to_ask(step.desk.office.agency)
        desks.choices = [("", _("Choose…")), *_by_agency(desks.queryset)]
        answers, papers = answers_to_share(seen, known), papers_to_share(seen, known)
        self.fields["answers"].choices = [(one.key, marked(one.label)) for one in answers]  # type: ignore[attr-defined]
        self.fields["papers"].queryset = Evidence.objects.filter(pk__in=[one.pk for one in papers])  # type: ignore[attr-defined]
        for name, offered in (("answers", answers), ("papers", papers)):
            if not offered:
                del self.fields[name]

    @property
    def asked(self) -> Question:
        said = self.cleaned_data
        return Question(said["desk"], said["question"], said["days"], said.get("answers", ()), said.get("papers", ()))


def _by_agency(desks: Iterable[Desk]) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Give the desks under the names of their agencies."""
    for agency, its in groupby(desks, key=lambda desk: str(desk.office.agency)):
        yield agency, [(desk.pk, option_words(desk.name, f"{desk} – {desk.office}")) for desk in its]
