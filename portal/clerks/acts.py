"""What a clerk does with one click: each act is one operation, told by a message, and leads back to the request."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.attempts import attempt
from portal.clerks import views
from portal.clerks.consult_form import ConsultForm
from portal.clerks.forms import ActivityForm, AskForm, DecideForm, ExtendForm, PassOnForm, ReassignForm, StandAsideForm
from portal.messages import MessageForm
from portal.people import person
from services.catalogue.definition import DeskStep
from services.workflow.models import Step
from services.workflow.operations import desk, file, opinions, outcomes, preparing, standing_aside
from services.workflow.operations.messages import write_to_applicant
from services.workflow.queries import requests_at_desks_of, steps_to_act_at
from services.workflow.refusals import Refused

AnyForm = TypeVar("AnyForm", bound=forms.Form)


class NotFilledIn(Exception):
    """The form of an act has faults; the page shows them beside its fields."""

    def __init__(self, form: forms.Form) -> None:
        super().__init__(str(form.errors))
        self.form = form


def filled_in(form: AnyForm) -> AnyForm:
    if not form.is_valid():
        raise NotFilledIn(form)
    return form


def claim(request: HttpRequest, step: Step, now: datetime) -> str:
    desk.claim(step, person(request), now)
    return _("You have taken this step.")


def release(request: HttpRequest, step: Step, now: datetime) -> str:
    desk.release(step, person(request), now)
    return _("You have given this step back to the desk.")


def reassign(request: HttpRequest, step: Step, now: datetime) -> str:
    to = filled_in(ReassignForm(request.POST, step=step)).cleaned_data["to"]
    desk.reassign(step, to, person(request), now)
    return _("%(name)s now holds this step.") % {"name": to}


def pass_on(request: HttpRequest, step: Step, now: datetime) -> str:
    place = filled_in(PassOnForm(request.POST, step=step)).cleaned_data["desk"]
    desk.pass_on(step, place, person(request), now)
    return _("The step is now at the desk “%(desk)s”.") % {"desk": place}


def complete(request: HttpRequest, step: Step, now: datetime) -> str:
    activity = filled_in(ActivityForm(request.POST)).cleaned_data["activity"]
    desk.complete_activity(step, activity, person(request), now)
    return _("The activity is on record.")


def ask(request: HttpRequest, step: Step, now: datetime) -> str:
    form = filled_in(AskForm(request.POST, definition=step.service_request.version.definition))
    asked = {"evidence_key": form.evidence_key, "field_key": form.field_key}
    desk.ask_applicant(step, form.cleaned_data["text"], person(request), now, **asked)
    return _("Your question is sent. The legal clock stands still until the applicant answers.")


def consult(request: HttpRequest, step: Step, now: datetime) -> str:
    form = filled_in(ConsultForm(request.POST, step=step))
    asked = opinions.ask_opinion(step, form.asked, person(request), now)
    return _("%(agency)s is asked until %(day)s. Your own step goes on meanwhile.") % {
        "agency": asked.desk.office.agency,
        "day": date_format(timezone.localtime(asked.due_at), "DATE_FORMAT"),
    }


def decide(request: HttpRequest, step: Step, now: datetime) -> str:
    definition = step.service_request.version.definition
    known = definition.workflow.by_key[step.key]
    assert isinstance(known, DeskStep)
    said = filled_in(DecideForm(request.POST, definition=definition, step=known)).cleaned_data
    chosen = {"reason": said["reason"], "words": said["words"]}
    if preparing.decide_with_time_to_undo(step, said["outcome"], person(request), now, **chosen) is None:
        return _("Your decision is on record.")
    return _("Your decision takes effect in %(count)s seconds. Until then you can undo it.") % {
        "count": settings.UNDO_S
    }


def undo(request: HttpRequest, step: Step, now: datetime) -> str:
    preparing.undo(step, person(request), now)
    return _("The decision is undone. What you wrote is kept as a draft.")


def keep_draft(request: HttpRequest, step: Step) -> HttpResponse:
    """Keep what is being written, without a word."""
    said = {name: request.POST.get(name, "").replace("\0", "")[:4000] for name in ("outcome", "reason", "words")}
    try:
        preparing.keep_draft(step, person(request), timezone.now(), **said)
    except Refused:
        return HttpResponse(status=409)
    return HttpResponse(status=204)


def stand_aside(request: HttpRequest, step: Step, now: datetime) -> str:
    words = filled_in(StandAsideForm(request.POST)).cleaned_data["words"]
    standing_aside.stand_aside(step, person(request), now, words=words)
    return _("You stand aside, and another official takes over. This is on record.")


def record_at_counter(request: HttpRequest, step: Step, now: datetime) -> str:
    file.record_at_counter(step, person(request), now)
    return _("It is on record. The request goes on.")


def was_done(request: HttpRequest, step: Step, now: datetime) -> str:
    receipt = request.POST.get("receipt", "").replace("\0", "")
    outcomes.tell_done(step, person(request), now, receipt=receipt)
    return _("It is on record that it was done. The request goes on.")


def was_not_done(request: HttpRequest, step: Step, now: datetime) -> str:
    outcomes.tell_not_done(step, person(request), now)
    return _("It is on record that it was not done. The robot does it now.")


GIVEN_AWAY = {"release", "pass-on", "reassign", "stand-aside"}
Act = Callable[[HttpRequest, Step, datetime], str]
ACTS: dict[str, Act] = {
    "claim": claim,
    "release": release,
    "reassign": reassign,
    "pass-on": pass_on,
    "complete": complete,
    "ask": ask,
    "consult": consult,
    "decide": decide,
    "undo": undo,
    "stand-aside": stand_aside,
    "record": record_at_counter,
    "was-done": was_done,
    "was-not-done": was_not_done,
}


@require_POST
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Do one act at a step of a request that the clerk may see."""
    if act not in ACTS:
        raise Http404
    kind = Step.Kind.APPLICANT if act == "record" else Step.Kind.DESK
    step = get_object_or_404(steps_to_act_at(person(request), kind), pk=pk)
    if act == "decide" and request.POST.get("do") == "keep":
        return keep_draft(request, step)
    now = timezone.now()
    return _done(request, step.service_request_id, lambda: ACTS[act](request, step, now), _after(request, act))


def _after(request: HttpRequest, act: str) -> str:
    """Tell where an act leads: to the desk when the step is given away, to the next one when the clerk wants it."""
    if act in GIVEN_AWAY:
        return "desk"
    return "next" if act == "decide" and request.POST.get("then") == "next" else "request"


@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the most urgent free step, at one desk if it is named, and open its request."""
    step = desk.claim_next(person(request), timezone.now(), _named_desk(request))
    if step is None:
        messages.info(request, _("There is no free step at your desks. Well done."))
        return redirect("desk")
    return redirect("desk_request", pk=step.service_request_id)


def _named_desk(request: HttpRequest) -> int | None:
    named = request.POST.get("desk", "")
    return int(named) if re.fullmatch("[0-9]{1,18}", named) else None


@require_POST
def extend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Extend the legal deadline, with a reason that the applicant will read."""
    seen = get_object_or_404(requests_at_desks_of(person(request)), pk=pk)

    def extended() -> str:
        reason = filled_in(ExtendForm(request.POST)).cleaned_data["reason"]
        file.extend_deadline(seen, person(request), timezone.now(), reason=reason)
        return _("The deadline is extended, and the reason is on record.")

    return _done(request, pk, extended)


@require_POST
def write(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write to the applicant, with files."""
    seen = get_object_or_404(requests_at_desks_of(person(request)), pk=pk)
    form, now, by = MessageForm(request.POST, request.FILES), timezone.now(), person(request)
    if form.send(request, lambda text, files, key: write_to_applicant(seen, text, by, now, files=files, key=key)):
        messages.success(request, _("Your message is sent."))
        return redirect("desk_request", pk=pk)
    return views.service_request(request, pk, form)


@require_POST
def after_care(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record an activity on a request that has ended."""
    seen = get_object_or_404(requests_at_desks_of(person(request)), pk=pk)

    def cared() -> str:
        activity = filled_in(ActivityForm(request.POST)).cleaned_data["activity"]
        file.after_care(seen, activity, person(request), timezone.now())
        return _("The activity is on record.")

    return _done(request, pk, cared)


def _done(
    request: HttpRequest, service_request: UUID, operation: Callable[[], str], after: str = "request"
) -> HttpResponse:
    """Do an operation and go on; what was refused is told on the request's page, what was typed is kept."""
    try:
        went_well = attempt(request, operation)
    except NotFilledIn as faulty:
        return views.service_request(request, service_request, faulty.form)
    if went_well and after == "next":
        return take_next(request)
    return redirect("desk") if went_well and after == "desk" else redirect("desk_request", pk=service_request)
