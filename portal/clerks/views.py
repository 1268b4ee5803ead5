"""One request on one page, with all that its clerk needs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from portal.clerks.beside import beside
from portal.clerks.consult_form import ConsultForm
from portal.clerks.finding import ask_purpose
from portal.clerks.forms import AskForm, DecideForm, ExtendForm, PassOnForm, ReassignForm, StandAsideForm
from portal.findings import findings_of
from portal.messages import MessageForm
from portal.people import person
from portal.reading import answers_of, history_of
from portal.standstill import standstill_of
from portal.upload_limit import answered
from services.accounts.models import User
from services.catalogue.definition import ApplicantStep, DeskStep
from services.requests.assistance import Assistance
from services.requests.models import ServiceRequest
from services.workflow.colleagues import may_hand_over
from services.workflow.consulting import opinions_asked, opinions_of, silence_means
from services.workflow.elapsed import elapsed_of
from services.workflow.models import Step
from services.workflow.operations.file import extends_until
from services.workflow.operations.looking import open_file, purpose_of_look
from services.workflow.operations.messages import mark_read
from services.workflow.preparing import PreparedDecision
from services.workflow.queries import (
    current_steps,
    may_claim,
    requests_at_desks_of,
    requests_to_read,
)
from services.workflow.troubles import in_words


def service_request(request: HttpRequest, pk: UUID, faulty: forms.Form | None = None) -> HttpResponse:
    """Show one request on one page, with what the clerk can do; looking is put on record."""
    user, now = person(request), timezone.now()
    related = ("service", "version", "office__agency__calendar", "applicant", "appeal_of__service")
    seen = get_object_or_404(requests_to_read(user).select_related(*related), pk=pk)
    if not purpose_of_look(seen, user, now):
        return ask_purpose(request, seen)
    open_file(seen, user, now)
    may_act = requests_at_desks_of(user).filter(pk=pk).exists()
    if may_act:
        mark_read(seen, now, by_office=True)
    steps, questions = _with_their_questions(current_steps(seen))
    held = next((step for step in steps if step.kind == Step.Kind.DESK and step.assignee_id == user.pk), None)
    decisions = list(seen.decisions.select_related("by").order_by("pk"))
    helping = beside(seen, held, user, now)
    context = {
        "now": now,
        "service_request": seen,
        "assistance": Assistance.of(seen.assistance),
        "definition": seen.version.definition,
        "answers": answers_of(seen),
        "evidence": seen.evidence.filter(message=None).order_by("supplied_at"),
        "findings": findings_of(seen),
        "elapsed": elapsed_of(seen, now),
        "chat": seen.messages.select_related("author").prefetch_related("files", "corrections").order_by("at"),
        "asked_opinions": [(one, silence_means(seen, one)) for one in opinions_asked(seen)],
        "decisions": decisions,
        "before": decisions[-1] if decisions else None,
        "documents": [(one, one.state(timezone.localdate())) for one in seen.documents.order_by("issued_at")],
        "deadline_changes": seen.deadline_changes.select_related("by").order_by("at"),
        "objections": seen.appeals.select_related("service").order_by("submitted_at"),
        "objection": _objection(seen),
        "history": history_of(seen),
        "steps": [
            _told(seen, step, user, now) | _handing_over(step, user, faulty) | {"question": questions.get(step.pk)}
            for step in steps
        ],
        "standstill": standstill_of(seen, [*steps, *questions.values()]),
        "held": held,
        "pending": PreparedDecision.objects.undoable(user, now).exclude(step__service_request=seen),
        **helping,
        "troubles": [in_words(step.trouble) for step in steps if step.trouble],
        **_forms(seen, held, faulty, helping.get("prepared"), now, may_act=may_act),
        **_after_care(seen, may_act=may_act),
    }
    page = render(request, "clerks/request.html", context, status=422 if faulty else 200)
    return answered(page, faulty) if faulty else page


def _with_their_questions(steps: Iterable[Step]) -> tuple[list[Step], dict[int | None, Step]]:
    """Part what waits from the questions that officials asked at their steps; give those by the step's number."""
    known = list(steps)
    questions = [step for step in known if step.parent is not None and step.parent.kind == Step.Kind.DESK]
    return [step for step in known if step not in questions], {step.parent_id: step for step in questions}


def _objection(seen: ServiceRequest) -> dict[str, Any] | None:
    """Tell of an appeal until when it could be made by law, and whether it was."""
    known = seen.facts.get("objection")
    return {**known, "until": datetime.fromisoformat(known["until"])} if known else None


def _told(seen: ServiceRequest, step: Step, user: User, now: datetime) -> dict[str, Any]:
    """Tell a current step: its definition, what the clerk may do with it and what may be recorded at the counter."""
    definition = seen.version.definition.workflow.by_key[step.key]
    return {
        "step": step,
        "definition": definition,
        "may_claim": may_claim(step, user),
        "is_late": step.is_late(now),
        "opinions": opinions_of(step) if step.kind == Step.Kind.PARALLEL else [],
        "at_counter": definition.waits_for if isinstance(definition, ApplicantStep) and step.is_open else "",
    }


def _handing_over(step: Step, user: User, faulty: forms.Form | None) -> dict[str, Any]:
    """Give the form that hands a step to a colleague to its holder, and to a supervisor when the holder is away."""
    if not may_hand_over(step, user):
        return {}
    if isinstance(faulty, ReassignForm) and faulty.step == step:
        return {"reassign": faulty}
    return {"reassign": ReassignForm(step=step)}


def _forms(
    seen: ServiceRequest,
    held: Step | None,
    faulty: forms.Form | None,
    prepared: PreparedDecision | None,
    now: datetime,
    *,
    may_act: bool,
) -> dict[str, Any]:
    """Give the forms of what the clerk may do; the one with faults keeps what was typed."""
    definition = seen.version.definition
    may_write = may_act and seen.is_in_progress
    offered: list[forms.Form] = [MessageForm()] if may_write else []
    extends_to = extends_until(seen, now) if may_write else None
    if extends_to:
        offered.append(ExtendForm())
    if held is not None and held.is_open:
        known = definition.workflow.by_key[held.key]
        assert isinstance(known, DeskStep)
        draft = model_to_dict(prepared, ["outcome", "reason", "words"]) if prepared else None
        offered += [
            DecideForm(definition=definition, step=known, initial=draft),
            PassOnForm(step=held),
            StandAsideForm(),
        ]
        offered += [AskForm(definition=definition)] if known.may_ask_applicant else []
        offered += [ConsultForm(step=held)]
    named = {type(form).__name__: form for form in offered}
    if faulty is not None:
        named[type(faulty).__name__] = faulty
    return {"forms": named, "faulty": faulty, "extends_to": extends_to}


def _after_care(seen: ServiceRequest, *, may_act: bool) -> dict[str, Any]:
    """Give the activities that may be done now: of the open desk steps, or the after-care of an ended request."""
    steps = [step for step in seen.version.definition.workflow.steps if isinstance(step, DeskStep)]
    done = seen.activities.select_related("by", "desk", "step").order_by("at")
    may_care = may_act and not seen.is_in_progress
    after = [activity for step in steps for activity in step.after_care]
    return {"after_care": after if may_care else [], "activities_done": done}
