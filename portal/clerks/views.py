"""The desk: what waits, and one request on one page."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.clerks.forms import AskForm, DecideForm, ExtendForm, PassOnForm, ReassignForm
from portal.findings import findings_of
from portal.messages import MessageForm
from portal.people import person
from portal.reading import answers_in_words, history_of
from services.accounts.models import User
from services.agencies.models import Desk, Membership
from services.catalogue.definition import ApplicantStep, DeskStep
from services.requests.assistance import Assistance
from services.requests.models import Document, Evidence, ServiceRequest
from services.requests.rules import read_reference
from services.workflow.elapsed import elapsed_of
from services.workflow.models import Step
from services.workflow.operations.file import open_file
from services.workflow.operations.messages import mark_read
from services.workflow.queries import (
    complaints_of,
    current_steps,
    desks_of,
    is_barred,
    queue_of,
    requests_at_desks_of,
    requests_to_read,
)
from services.workflow.troubles import in_words

A_PAGE = 25


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show what a clerk holds and what waits at the clerk's desks, the most urgent first."""
    user, now = person(request), timezone.now()
    queue = queue_of(user)
    chosen = request.GET.get("desk", "")
    waiting = queue.filter(Q(assignee=None) | ~Q(assignee=user))
    if chosen.isdecimal():
        waiting = waiting.filter(desk=int(chosen))
    context = {
        "now": now,
        "mine": queue.filter(assignee=user),
        "page": Paginator(waiting, A_PAGE).get_page(request.GET.get("page")),
        "desks": Desk.objects.filter(pk__in=desks_of(user)).select_related("office__agency"),
        "chosen": chosen,
        "late": queue.filter(due_at__lt=now).count(),
        "complaints": complaints_of(user).filter(answered_at=None).order_by("made_at"),
    }
    return render(request, "clerks/desk.html", context)


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Open a request by its reference, however it is written."""
    reference = read_reference(request.GET.get("reference", ""))
    found = requests_at_desks_of(person(request)).filter(reference=reference).first() if reference else None
    if found is None:
        messages.error(request, _("No request at your desks has this reference. Check it for typing errors."))
        return redirect("desk")
    return redirect("desk_request", pk=found.pk)


def service_request(request: HttpRequest, pk: UUID, faulty: forms.Form | None = None) -> HttpResponse:
    """Show one request on one page, with what the clerk can do; looking is put on record."""
    user, now = person(request), timezone.now()
    related = ("service", "version", "office__agency__calendar", "applicant", "appeal_of__service")
    seen = get_object_or_404(requests_to_read(user).select_related(*related), pk=pk)
    open_file(seen, user, now)
    may_act = requests_at_desks_of(user).filter(pk=pk).exists()
    if may_act:
        mark_read(seen, now, by_office=True)
    steps = list(current_steps(seen))
    held = next((step for step in steps if step.kind == Step.Kind.DESK and step.assignee_id == user.pk), None)
    context = {
        "now": now,
        "service_request": seen,
        "assistance": Assistance.of(seen.assistance),
        "definition": seen.version.definition,
        "answers": answers_in_words(seen),
        "evidence": seen.evidence.filter(message=None).order_by("supplied_at"),
        "findings": findings_of(seen),
        "elapsed": elapsed_of(seen, now),
        "chat": seen.messages.select_related("author").prefetch_related("files", "corrections").order_by("at"),
        "decisions": seen.decisions.select_related("by").order_by("at"),
        "documents": [(one, one.state(timezone.localdate())) for one in seen.documents.order_by("issued_at")],
        "objections": seen.appeals.select_related("service").order_by("submitted_at"),
        "objection": _objection(seen),
        "history": history_of(seen),
        "steps": [_told(seen, step, user, now) | _handing_over(step, user, faulty) for step in steps],
        "held": held,
        "troubles": [in_words(step.trouble) for step in steps if step.trouble],
        **_forms(seen, held, faulty, may_act=may_act),
        **_after_care(seen, may_act=may_act),
    }
    return render(request, "clerks/request.html", context, status=422 if faulty else 200)


def _objection(seen: ServiceRequest) -> dict[str, Any] | None:
    """Tell of an appeal until when it could be made by law, and whether it was."""
    known = seen.facts.get("objection")
    return {**known, "until": datetime.fromisoformat(known["until"])} if known else None


def _told(seen: ServiceRequest, step: Step, user: User, now: datetime) -> dict[str, Any]:
    """Tell a current step: its definition, what the clerk may do with it and what may be recorded at the counter."""
    definition = seen.version.definition.workflow.by_key[step.key]
    free = step.kind == Step.Kind.DESK and step.is_open and step.assignee_id is None
    return {
        "step": step,
        "definition": definition,
        "may_claim": free and not is_barred(step, user),
        "is_late": step.is_late(now),
        "at_counter": definition.waits_for if isinstance(definition, ApplicantStep) and step.is_open else "",
    }


def _handing_over(step: Step, user: User, faulty: forms.Form | None) -> dict[str, Any]:
    """Give the form that hands a step to a colleague to its holder, and to a supervisor when the holder is away."""
    if step.kind != Step.Kind.DESK or step.assignee_id is None or step.desk is None:
        return {}
    supervised = Membership.objects.of(user).filter(agency=step.desk.office.agency, role=Membership.Role.SUPERVISOR)
    if step.assignee_id != user.pk and not supervised.exists():
        return {}
    if isinstance(faulty, ReassignForm) and faulty.step == step:
        return {"reassign": faulty}
    return {"reassign": ReassignForm(step=step)}


def _forms(seen: ServiceRequest, held: Step | None, faulty: forms.Form | None, *, may_act: bool) -> dict[str, Any]:
    """Give the forms of what the clerk may do; the one with faults keeps what was typed."""
    definition = seen.version.definition
    may_write = may_act and seen.is_in_progress
    offered: list[forms.Form] = [MessageForm()] if may_write else []
    if may_write and definition.time_limit.extension and not seen.deadline_changes.exists():
        offered.append(ExtendForm())
    if held is not None and held.is_open:
        known = definition.workflow.by_key[held.key]
        assert isinstance(known, DeskStep)
        offered += [DecideForm(definition=definition, step=known), PassOnForm(step=held)]
        offered += [AskForm(definition=definition)] if known.may_ask_applicant else []
    named = {type(form).__name__: form for form in offered}
    if faulty is not None:
        named[type(faulty).__name__] = faulty
    return {"forms": named, "faulty": faulty}


def _after_care(seen: ServiceRequest, *, may_act: bool) -> dict[str, Any]:
    """Give the activities that may be done now: of the open desk steps, or the after-care of an ended request."""
    steps = [step for step in seen.version.definition.workflow.steps if isinstance(step, DeskStep)]
    done = seen.activities.select_related("by", "desk", "step").order_by("at")
    may_care = may_act and not seen.is_in_progress
    after = [activity for step in steps for activity in step.after_care]
    return {"after_care": after if may_care else [], "activities_done": done}


@require_safe
def evidence(request: HttpRequest, pk: UUID) -> FileResponse:
    """Give a file of a request that the clerk may see, as an attachment that no browser runs."""
    seen = requests_to_read(person(request))
    file = get_object_or_404(Evidence.objects.filter(service_request__in=seen), pk=pk)
    return FileResponse(file.file.open(), as_attachment=True, filename=file.name, content_type=file.content_type)


@require_safe
def document(request: HttpRequest, pk: UUID) -> FileResponse:
    """Give a document of a request that the clerk may see."""
    seen = requests_to_read(person(request))
    issued = get_object_or_404(Document.objects.filter(service_request__in=seen).exclude(file=""), pk=pk)
    return FileResponse(issued.file.open(), as_attachment=True, filename=f"{issued.number}.pdf")
