"""Take the workflow that a file of BPMN 2.0 tells into a draft, and tell what of the file a definition can't hold."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.fault_words import fault_in_words
from portal.managers.own import own_service
from portal.people import person, posted
from services.catalogue.bpmn_file import LARGEST, WHOLE
from services.catalogue.drafting import draft_from_model, takes_a_workflow
from services.catalogue.models import DefinitionDraft, Service
from services.catalogue.soundness import Fault, Unsound
from services.workflow.actions import FORMS

CURRENT, LATEST, MOST_FAULTS = "current", 5, 20
LANGUAGES = dict(settings.LANGUAGES)
# What was put in the place of an element, by the word of its note.
PUT = {
    "left_out": gettext_lazy("Left out."),
    "as_desk": gettext_lazy("An official’s step stands in its place."),
    "as_robot": gettext_lazy("A robot’s step stands in its place."),
    "as_choice": gettext_lazy("Taken as a choice of one way."),
    "as_waiting": gettext_lazy("A step that waits for the applicant stands in its place."),
    "as_begin": gettext_lazy("The process begins when somebody applies."),
    "as_end": gettext_lazy("Taken as an ordinary end."),
    "passed": gettext_lazy("Left out; its way leads on to what follows."),
    "all_back": gettext_lazy("The request goes on when all branches are back."),
    "once": gettext_lazy("Done once; its repetition is left out."),
    "one_of_several": gettext_lazy("Several ways lead on from it; only one of them is taken."),
    "no_condition": gettext_lazy("It has no condition. Write in the draft when it is taken."),
    "no_span": gettext_lazy("It tells no number of days. Write it in the draft."),
    "rounded": gettext_lazy("Rounded up to whole days: %(words)s"),
    "no_name": gettext_lazy("It has no name. Its id stands as the title of the step “%(words)s”."),
    "chosen": gettext_lazy("An official chooses instead of its condition: the outcome “%(words)s”."),
    "extensions": gettext_lazy("What other tools noted on it is left out: %(words)s"),
}


class ModelForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of BPMN 2.0"),
        help_text=gettext_lazy("At most 1 MB, with one process. Nothing that it refers to is fetched."),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".bpmn,.xml"}),
        error_messages={"required": gettext_lazy("Choose a file.")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language are its names?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a language.")},
    )
    into = forms.ChoiceField(
        label=gettext_lazy("Which definition gets this workflow?"),
        help_text=gettext_lazy("The draft that you choose stays as it is: a new one is made."),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose the current version or one of these drafts.")},
    )

    def __init__(self, *args: Any, service: Service, drafts: list[DefinitionDraft]) -> None:
        super().__init__(*args)
        assert service.current is not None
        languages = list(service.current.definition.languages)
        self.drafts = {str(draft.pk): draft for draft in drafts}
        self._choose("language", [(code, LANGUAGES[code]) for code in languages], languages[0])
        current = _("The current version (%(number)s)") % {"number": service.current.number}
        self._choose("into", [(CURRENT, current), *((key, _called(one)) for key, one in self.drafts.items())], CURRENT)
        active = (get_language() or "en")[:2]
        self.initial["language"] = active if active in languages else languages[0]

    def _choose(self, name: str, choices: list[Any], only: str) -> None:
        """Ask only where there is something to choose."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        self.initial[name] = only
        if len(choices) == 1:
            del self.fields[name]

    def clean_file(self) -> bytes:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("This file is too large to be one process. Choose another."))
        return file.read()

    @property
    def spoken(self) -> str:
        return str(self.cleaned_data.get("language") or self.initial["language"])

    @property
    def chosen(self) -> DefinitionDraft | None:
        return self.drafts.get(str(self.cleaned_data.get("into")))


def _called(draft: DefinitionDraft) -> str:
    at = date_format(localtime(draft.made_at), "DATETIME_FORMAT")
    return _("Draft of %(who)s, %(at)s") % {"who": draft.by, "at": at}


@require_http_methods(["GET", "POST"])
def process_model(request: HttpRequest, code: str) -> HttpResponse:
    """Show what of BPMN can be read; read the file that is sent, and keep it as a draft."""
    service = own_service(request, code)
    form = ModelForm(posted(request), request.FILES or None, service=service, drafts=_drafts(service))
    if request.method == "POST" and form.is_valid():
        try:
            draft = draft_from_model(
                service,
                form.cleaned_data["file"],
                form.chosen,
                form.spoken,
                by=person(request),
                now=timezone.now(),
                actions=FORMS,
            )
            return redirect("managers_draft", code=code, pk=draft.pk)
        except Unsound as unsound:
            form.add_error("file", _in_words(unsound.faults))
    context = {"service": service, "form": form}
    return render(request, "managers/process_model.html", context, status=422 if form.errors else 200)


def _drafts(service: Service) -> list[DefinitionDraft]:
    """Give the latest drafts whose workflow can be exchanged."""
    latest = service.definition_drafts.filter(version=None, base=service.current).select_related("by")
    return [draft for draft in latest.order_by("-made_at")[:LATEST] if takes_a_workflow(draft)]


def _in_words(faults: list[Fault]) -> list[str]:
    """Tell each fault by the element's id, and how many more there are."""
    told = [_told(fault) for fault in faults[:MOST_FAULTS]]
    if (more := len(faults) - MOST_FAULTS) > 0:
        words = ngettext("There is %(count)s fault more.", "There are %(count)s faults more.", more)
        told.append(words % {"count": more})
    return told


def _told(fault: Fault) -> str:
    message = fault_in_words(fault.message) or fault.message
    remedy = fault_in_words(fault.remedy) or fault.remedy
    known = {"id": fault.path, "line": fault.line, "message": message, "remedy": remedy}
    if fault.path == WHOLE:
        return _("The file, line %(line)s: %(message)s. %(remedy)s") % known
    return _("“%(id)s”, line %(line)s: %(message)s. %(remedy)s") % known


def told_notes(draft: DefinitionDraft) -> list[dict[str, object]]:
    """Give what a file told that a draft can't hold, each with what was put in its place."""
    return [{**note, "put": PUT[note["put"]] % {"words": note["words"]}} for note in draft.notes]
