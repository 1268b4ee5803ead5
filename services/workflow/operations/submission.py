"""Submit a request: checked against its definition, once for each key, and on its way."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.agencies.models import Office
from services.agencies.rules import due_at
from services.catalogue import answers as answering
from services.catalogue.models import ServiceVersion
from services.ledger.rules import commitment
from services.requests.assistance import Assistance
from services.requests.evidence import Evidence
from services.requests.models import Channel, Draft, ServiceRequest
from services.workflow.conditions import form_context, time_limit_of
from services.workflow.crash_points import crash_point
from services.workflow.engine import Walk
from services.workflow.notices import FILED_FOR_YOU, RECEIVED
from services.workflow.notifying import notify_applicant, notify_assistant
from services.workflow.operations.assisting import (
    assistant_actor,
    person_helped,
    require_assistant,
    require_helpable,
    require_mandate,
)
from services.workflow.operations.objection import officials_of, tell_of_objection
from services.workflow.operations.walking import citizen, require
from services.workflow.places import places
from services.workflow.refusals import Invalid, KeyUsedTwice
from services.workflow.writing import write


@dataclass(frozen=True)
class Submission:
    """What is handed in. `contact` has name, email, phone and personal_identifier as they were given.

    An `assistant` files it for the person whom `contact` names. `starts_at` is the legal start of the clock when it
    isn't the moment of submission: a letter that came earlier. `program` is the token of a program that passes it on.
    """

    version: ServiceVersion
    office: Office
    answers: Mapping[str, Any]
    contact: Mapping[str, str] = field(default_factory=dict)
    applicant: User | None = None
    assistant: User | None = None
    assistance: Assistance | None = None
    draft: Draft | None = None
    language: str = "en"
    channel: str = Channel.ONLINE
    key: str | None = None
    starts_at: datetime | None = None
    program: int | None = None

    def digest(self) -> str:
        """Give the SHA-256 of what is handed in, by which a repetition is told from another content."""
        who = str(self.applicant.pk) if self.applicant else ""
        content = [self.version.service.code, self.office.code, who, dict(self.answers), dict(self.contact)]
        if self.assistant and self.assistance:
            content += [str(self.assistant.pk), self.assistance.as_kept()]
        # Not the ledger's encoding: programs send numbers with a fraction, too, which it refuses.
        encoded = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(encoded.encode()).hexdigest()


def submit(submission: Submission, now: datetime) -> ServiceRequest:
    """Take a request in and start its workflow.

    The same key again gives the same request; raises `KeyUsedTwice` when its content differs, `Invalid` with every
    problem of the answers, and `Refused` when the office doesn't deliver the service.
    """
    try:
        with transaction.atomic():
            request = _earlier(submission) or _submit(submission, now)
            crash_point("before_submit_commit")
    except IntegrityError:
        earlier = _earlier(submission)
        if earlier is None:
            raise
        return earlier
    crash_point("after_submit_commit")
    return request


def _earlier(submission: Submission) -> ServiceRequest | None:
    if submission.key is None or not settings.GUARDS["idempotency"]:
        return None
    earlier = ServiceRequest.objects.filter(submission_key=submission.key).first()
    if earlier is not None and earlier.submission_digest != submission.digest():
        raise KeyUsedTwice(_("This key was already used for another request."))
    return earlier


def _submit(submission: Submission, now: datetime) -> ServiceRequest:
    offices = {place.office for place in submission.version.definition.delivered_by}
    require(submission.office.code in offices, _("This office doesn't deliver this service. Choose another."))
    today = places().calendar(submission.office.agency).day_of(now)
    checked = check(submission, today)
    counts = _counts(submission.draft)
    request = _new_request(submission, checked, now)
    _assist(submission, request, counts)
    walk = Walk(request, now, counts)
    first = _objection(submission, walk)
    _start_clock(walk)
    _tell_of(walk, submission.program)
    notify_applicant(walk, FILED_FOR_YOU if request.assistance else RECEIVED)
    notify_assistant(walk, RECEIVED)
    walk.newly_barred = _had_a_part(request)
    walk.enter(walk.definition.workflow.start)
    write([walk, *first])
    if submission.draft is not None:
        Evidence.objects.filter(draft=submission.draft).update(service_request=request, draft=None)
        submission.draft.delete()
    return request


def _had_a_part(request: ServiceRequest) -> set[User]:
    """Give who may not work a request: its assistant, and the officials of the decision that it objects to."""
    officials = officials_of(request.appeal_of_id) if request.appeal_of_id else ()
    return {*officials, *([request.assistant] if request.assistant else [])}


def _assist(submission: Submission, request: ServiceRequest, counts: Mapping[str, int]) -> None:
    """Put on record who filed a request for the applicant; raise `Refused` when that can't be."""
    assistance, by = submission.assistance, submission.assistant
    if assistance is None or by is None:
        return
    require_helpable(submission.version.definition, submission.contact)
    require_assistant(assistance, by, submission.office, submission.contact)
    require_mandate(assistance, counts)
    request.assistant, request.assistance = by, assistance.as_kept()
    request.applicant = person_helped(submission.contact)
    if request.applicant is not None:
        request.contact["email"] = request.applicant.email


def _objection(submission: Submission, appeal: Walk) -> list[Walk]:
    """Link an appeal with the request it is about, locked, whose walk this gives; nothing for other services."""
    first = submission.draft.appeal_of_id if submission.draft else None
    require(
        first is not None or not appeal.definition.is_appeal,
        _("Begin from the decision that you object to: open that request under “My requests”."),
    )
    if first is None:
        return []
    related = ("version", "office__agency__calendar", "applicant")
    locked = ServiceRequest.objects.select_for_update(of=("self",)).select_related(*related).get(pk=first)
    return [tell_of_objection(appeal, locked)]


def check(submission: Submission, today: date) -> dict[str, Any]:
    """Give the answers in canonical form; raise `Invalid` with every problem."""
    definition, expressions = submission.version.definition, submission.version.expressions
    context = form_context(definition, submission.office.code, submission.contact, submission.channel, today)
    counts = _counts(submission.draft)
    checked = answering.read(definition, expressions, submission.answers, context=context, evidence=counts, pages=None)
    if checked.problems:
        raise Invalid(checked.problems)
    return checked.answers


def _counts(draft: Draft | None) -> dict[str, int]:
    if draft is None:
        return {}
    return dict(draft.evidence.accepted().values_list("key").annotate(count=Count("pk")))


def _new_request(submission: Submission, answers: dict[str, Any], now: datetime) -> ServiceRequest:
    keeps_key = submission.key is not None and settings.GUARDS["idempotency"]
    return ServiceRequest(
        service=submission.version.service,
        version=submission.version,
        office=submission.office,
        applicant=submission.applicant,
        contact=dict(submission.contact),
        language=submission.language,
        channel=submission.channel,
        answers=answers,
        submitted_at=submission.starts_at or now,
        due_at=now,
        submission_key=submission.key if keeps_key else None,
        submission_digest=submission.digest() if keeps_key else "",
    )


def _start_clock(walk: Walk) -> None:
    limit = time_limit_of(walk.definition, walk.holds_surely)
    request = walk.service_request
    request.due_at = due_at(request.submitted_at, limit.days, limit.kind, walk.calendar)
    law = walk.definition.time_limit
    request.silence = law.silence if law.silence_to else ""


def _tell_of(walk: Walk, program: int | None) -> None:
    request = walk.service_request
    walk.tell(
        "submitted",
        _filed_by(request),
        service=walk.definition.service,
        version=request.version.number,
        office=request.office.code,
        agency=request.office.agency.code,
        channel=str(request.channel),
        day=walk.calendar.day_of(request.submitted_at).isoformat(),
        due_at=request.due_at.isoformat(),
        answers=commitment(request.answers, bytes(request.salt)),
        **({"appeal_of": str(request.appeal_of_id)} if request.appeal_of_id else {}),
        **({"assistance": request.assistance["relation"]} if request.assistance else {}),
        **({"program": program} if program else {}),
    )


def _filed_by(request: ServiceRequest) -> str:
    known = Assistance.of(request.assistance)
    return assistant_actor(known, request.assistant) if known and request.assistant else citizen(request.applicant)
