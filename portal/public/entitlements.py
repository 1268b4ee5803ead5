"""What am I entitled to? A few questions, answered by the services' own rules. Nothing of it is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.people import posted
from portal.templatetags.words import marked
from services.accounts.models import User
from services.catalogue.definition import Question
from services.catalogue.eligibility import Verdict, all_questions, judge
from services.catalogue.models import LifeEvent, Service
from services.catalogue.queries import begun_by_anybody

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
OPEN = ("", _("I don’t know, or don’t want to say"))
MOST = 10_000_000


@dataclass(frozen=True)
class Judged:
    """A service and what its rules say of a person."""

    service: Service
    verdict: Verdict


class PersonForm(forms.Form):
    """The questions of all services, each once and none required."""

    def __init__(self, questions: Mapping[str, Question], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for key, question in questions.items():
            self.fields[key] = _field(question)

    def person(self) -> dict[str, Any]:
        """Give what is known of the person: answered questions only."""
        given = {key: value for key, value in self.cleaned_data.items() if value not in ("", None)}
        return {key: value == "yes" if self.questions[key].kind == "yes_no" else value for key, value in given.items()}


def _field(question: Question) -> forms.Field:
    words = {"label": marked(question.text), "help_text": marked(question.hint), "required": False}
    if question.kind == "number":
        return forms.IntegerField(min_value=0, max_value=MOST, widget=_digits(), **words)
    options = [(option.value, marked(option.label)) for option in question.options]
    choices = [*(YES_NO if question.kind == "yes_no" else options), OPEN]
    return forms.ChoiceField(choices=choices, initial="", widget=forms.RadioSelect, **words)


def _digits() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "numeric", "class": "number", "autocomplete": "off", "size": 8})


@never_cache
@require_http_methods(["GET", "POST"])
def entitlements(request: HttpRequest) -> HttpResponse:
    """Ask what services want to know of a person, and tell which of them are for that person, and why."""
    event = LifeEvent.objects.filter(code=request.GET.get("event", "").replace("\0", "")).first()
    offered = (event.services if event else Service.objects).published().with_current().order_by("code")
    services = begun_by_anybody(offered)
    questions = all_questions(service.current.definition for service in services if service.current)
    known = known_of(request.user, timezone.localdate())
    form = PersonForm(questions, posted(request), initial=known)
    context: dict[str, Any] = {"form": form, "from_profile": known, "event": event}
    if form.is_valid():
        context["groups"] = grouped(services, form.person())
        context["answered"] = bool(form.person())
    return render(request, "public/entitlements.html", context, status=422 if form.errors else 200)


def known_of(user: Any, today: date) -> dict[str, Any]:
    """Give the answers that the profile holds already."""
    age = user.age_on(today) if isinstance(user, User) else None
    return {} if age is None else {"age": age}


def grouped(services: Iterable[Service], person: Mapping[str, Any]) -> dict[str, list[Judged]]:
    """Judge each service; give those that are for the person, those that may be, and those that aren't."""
    groups: dict[str, list[Judged]] = {"yes": [], "perhaps": [], "no": []}
    for service in services:
        assert service.current is not None
        verdict = judge(service.current.definition, service.current.expressions, person)
        groups[{True: "yes", None: "perhaps", False: "no"}[verdict.holds]].append(Judged(service, verdict))
    return groups
