"""Follow one's requests: where each is, who holds it, until when; answer, confirm, withdraw, take documents.

One's own is what was sent with the account, or without one, where reference and code show the right to it (`rights`).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.allocations import allocation_of
from portal.applicant_acts import acts_of
from portal.attempts import attempt
from portal.brought_files import gives_brought_files, to_save
from portal.citizens.correcting import Correcting
from portal.citizens.rights import actor_on, followed_request, followed_requests, own_request
from portal.context import roles_of
from portal.expecting import expectation_of
from portal.messages import LONGEST, MessageForm, form_key
from portal.people import person
from portal.process_picture import drawn_for
from portal.reading import READINGS, answers_of, history_of
from portal.standstill import standstill_of
from portal.upload_limit import answered, count_uploads, refuse_file
from services.accounts.models import User
from services.catalogue.definition import ApplicantStep
from services.ledger.proofs import covered
from services.requests.assistance import Assistance
from services.requests.evidence import Evidence
from services.requests.models import Document, Draft, Message, ServiceRequest
from services.requests.operations import keep_evidence
from services.requests.supplying import BadEvidence, LookedOver, look_over
from services.workflow.actions.request_payment import asked_before
from services.workflow.consulting import opinions_asked
from services.workflow.elapsed import elapsed_of
from services.workflow.engine import Walk
from services.workflow.models import Step
from services.workflow.operations import applicant
from services.workflow.operations.correcting import open_question
from services.workflow.operations.looking import follow
from services.workflow.operations.messages import mark_read, write_to_office
from services.workflow.operations.paper import papers_to_add
from services.workflow.operations.walking import applicants_side, is_applicant
from services.workflow.queries import current_steps, is_question
from services.workflow.refusals import Invalid, Refused

FILES_OF_AN_ANSWER = "answer"


class AnswerForm(forms.Form):
    form_key = form_key()
    text = forms.CharField(
        label=gettext_lazy("Your answer"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6})
    )
    file = forms.FileField(label=gettext_lazy("A file, if one is asked for"), required=False)

    def __init__(self, *args: Any, question: Message | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_field = bool(question and question.field_key)
        if self._has_field:
            self.fields["text"].label = _("Anything to add?")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not self._has_field and not said.get("text") and not said.get("file"):
            self.add_error("text", _("Write an answer or add a file."))
        return said


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """Lead people to their own page after signing in."""
    roles = roles_of(request)
    if roles & {"clerk", "supervisor"}:
        return redirect("desk")
    return redirect("managers" if "manager" in roles else "my_requests")


@require_safe
def my_requests(request: HttpRequest) -> HttpResponse:
    """List a person's requests and drafts, the latest first."""
    user = person(request)
    own = ServiceRequest.objects.followed_by(user).with_service().order_by("-submitted_at")
    waiting = Step.objects.filter(service_request__in=own, kind=Step.Kind.APPLICANT, state=Step.State.OPEN)
    context = {
        "now": timezone.now(),
        "requests": own,
        "waits_for_me": set(waiting.values_list("service_request", flat=True)),
        "drafts": Draft.objects.filter(applicant=user).select_related("service").defer("answers").order_by("-saved_at"),
    }
    return render(request, "citizens/my_requests.html", context)


@require_safe
def my_request(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one request: the next step and its holder first, then everything that happened."""
    seen = followed_request(request, pk)
    follow(seen, actor_on(request, seen), timezone.now())
    return _show(request, seen)


def _show(
    request: HttpRequest,
    seen: ServiceRequest,
    form: AnswerForm | None = None,
    to_office: MessageForm | None = None,
    correcting: Correcting | None = None,
) -> HttpResponse:
    asked = open_question(seen)
    form = form or AnswerForm(question=asked)
    correcting = correcting or Correcting(seen, asked, None, timezone.now())
    by = actor_on(request, seen)
    is_own = is_applicant(seen, by)
    if is_own:
        mark_read(seen, timezone.now(), by_office=False)
    steps, history = list(current_steps(seen)), history_of(seen)
    context: dict[str, Any] = {
        "now": timezone.now(),
        "service_request": seen,
        "definition": seen.version.definition,
        "current": [{"step": step, "definition": seen.version.definition.workflow.by_key[step.key]} for step in steps],
        "standstill": standstill_of(seen, steps),
        "allocation": allocation_of(seen),
        "asked_opinions": [one for one in opinions_asked(seen) if one.is_awaited],
        "question": next((step for step in steps if is_question(step)), None),
        "to_do": [_to_do(seen, step) for step in steps if step.kind == Step.Kind.APPLICANT and not is_question(step)],
        "papers": papers_to_add(Walk(seen, timezone.now())),
        "asked": asked,
        "correcting": correcting,
        "chat": seen.messages.select_related("author").prefetch_related("files", "corrections").order_by("at"),
        "message_form": to_office or MessageForm(),
        "decisions": _decisions(seen),
        "documents": seen.documents.order_by("issued_at"),
        "proved": covered(seen.pk),
        "evidence": seen.evidence.filter(message=None).order_by("supplied_at"),
        "answers": answers_of(seen),
        "process": drawn_for(seen),
        "elapsed": elapsed_of(seen, timezone.now()),
        "expected": expectation_of(seen, timezone.now()),
        "history": [told for told in history if told.kind not in READINGS],
        "readings": [told for told in history if told.kind in READINGS],
        "deadline_changes": seen.deadline_changes.order_by("at"),
        "form": form,
        "acts": acts_of(seen, timezone.now()) if is_own else None,
        "is_own": is_own,
        "by_code": by is None,
        "assistance": Assistance.of(seen.assistance),
    }
    faulty = form.errors or correcting.problems or context["message_form"].errors
    page = render(request, "citizens/my_request.html", context, status=422 if faulty else 200)
    return answered(page, form, context["message_form"])


def _to_do(seen: ServiceRequest, step: Step) -> dict[str, Any]:
    definition = seen.version.definition.workflow.by_key[step.key]
    assert isinstance(definition, ApplicantStep)
    by_click = definition.waits_for in ("confirmation", "papers")
    return {"step": step, "definition": definition, "by_click": by_click, "payment": asked_before(seen, step.key)}


def _decisions(seen: ServiceRequest) -> list[dict[str, Any]]:
    """Give the decisions that the applicant should read: refusals and what came with words."""
    reasons = {reason.code: reason for reason in seen.version.definition.rejection_reasons}
    shown = seen.decisions.select_related("agency").order_by("at")
    return [
        {"decision": decision, "reason": reasons.get(decision.reason)}
        for decision in shown
        if decision.is_refusal or decision.words
    ]


def own_step(request: HttpRequest, pk: int) -> Step:
    steps = Step.objects.filter(service_request__in=followed_requests(request), kind=Step.Kind.APPLICANT)
    return get_object_or_404(steps.select_related("service_request", "parent"), pk=pk)


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the office's question with words, a file, or the answer that it is about."""
    step, now = own_step(request, pk), timezone.now()
    seen = followed_request(request, step.service_request_id)
    asked = open_question(seen)
    form = AnswerForm(request.POST, request.FILES, question=asked)
    correcting = Correcting(seen, asked, request.POST, now)
    if not form.is_valid() or correcting.problems or correcting.only_rearranges:
        return _show(request, seen, form, correcting=correcting)
    said, offered = {**form.cleaned_data, "corrected": correcting.typed()}, None
    try:
        count_uploads(request, 1 if said["file"] else 0)
        messages.success(request, _answer(step, said, actor_on(request, seen), now))
        return redirect("my_request", pk=seen.pk)
    except BadEvidence as bad:
        refuse_file(form, "file", bad)
    except Invalid as invalid:
        correcting.take(invalid.problems)
    except Refused as refused:
        form.add_error(None, str(refused.message))
        offered = MessageForm(initial={"text": said["text"]})  # for where the question is closed by now
    return _show(request, seen, form, offered, correcting)


def _answer(step: Step, said: dict[str, Any], by: User | None, now: datetime) -> str:
    """Keep the file, the words and the corrected answers together, or none of them."""
    seen, asked, looked = step.service_request, open_question(step.service_request), None
    key = asked.evidence_key if asked and asked.evidence_key else FILES_OF_AN_ANSWER
    if said["file"]:
        actor = applicants_side(seen, by)
        looked = look_over(seen, key, said["file"], accept=("pdf", "jpeg", "png"), by=actor, now=now)
    sent = {"files": 1 if looked else 0, "corrected": said["corrected"], "key": _key_of(said, looked)}
    with transaction.atomic():
        if applicant.answer(step, said["text"], by, now, **sent) and looked:
            keep_evidence(seen, key, looked, at_most=10, now=now)
    return _("Your answer is with the office.")


def _key_of(said: dict[str, Any], looked: LookedOver | None) -> str:
    """Give the key of an answer; another file with the same words is another answer."""
    return f"{said['form_key']} {looked.sha256 if looked else ''}" if said["form_key"] else ""


@require_POST
def write(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write to the office, with files."""
    seen, form = followed_request(request, pk), MessageForm(request.POST, request.FILES)
    now, by = timezone.now(), actor_on(request, seen)
    if form.send(request, lambda text, files, key: write_to_office(seen, text, by, now, files=files, key=key)):
        messages.success(request, _("Your message is with the office."))
        return redirect("my_request", pk=pk)
    return _show(request, seen, to_office=form)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm what the request waits for."""
    step = own_step(request, pk)
    by = actor_on(request, followed_request(request, step.service_request_id))

    def confirmed() -> str:
        applicant.confirm(step, by, timezone.now())
        return _("Thank you. Your request goes on.")

    return _done(request, step.service_request_id, confirmed)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask whether a request shall be withdrawn, and withdraw it."""
    seen = own_request(request, pk)
    if request.method == "GET" and seen.is_in_progress:
        return render(request, "citizens/withdraw.html", {"service_request": seen})
    if request.method == "GET":
        return redirect("my_request", pk=pk)

    def withdrawn() -> str:
        applicant.withdraw(seen, actor_on(request, seen), timezone.now())
        return _("Your request is withdrawn.")

    return _done(request, pk, withdrawn)


def _done(request: HttpRequest, pk: UUID, operation: Callable[[], str]) -> HttpResponse:
    attempt(request, operation)
    return redirect("my_request", pk=pk)


@require_safe
@gives_brought_files
def evidence(request: HttpRequest, pk: UUID) -> FileResponse:
    """Give back a file that the person supplied."""
    own = followed_requests(request)
    file = get_object_or_404(Evidence.objects.readable().filter(service_request__in=own), pk=pk)
    return to_save(file)


@require_safe
def document(request: HttpRequest, pk: UUID) -> FileResponse:
    """Give a document that was issued to the person, or to somebody whom the person helps."""
    own = followed_requests(request)
    issued = get_object_or_404(Document.objects.filter(service_request__in=own), pk=pk)
    return FileResponse(issued.file.open(), as_attachment=True, filename=f"{issued.number}.pdf")
