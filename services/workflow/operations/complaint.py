"""Complaints that a request takes too long: made by its applicant, answered by a supervisor, counted by the ledger."""

from datetime import datetime

from django.utils.translation import gettext as _

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.models import Complaint
from services.workflow.notices import COMPLAINT_ANSWERED
from services.workflow.notifying import notify
from services.workflow.operations.sending import is_repeated
from services.workflow.operations.walking import (
    citizen,
    clerk,
    is_applicant,
    require,
    require_in_progress,
    walking,
)
from services.workflow.queries import complaints_of


def may_complain(service_request: ServiceRequest, usual_until: datetime | None, now: datetime) -> bool:
    """Tell whether a request takes too long: past its legal limit, or longer than 9 of 10 requests took."""
    if not service_request.is_in_progress or service_request.is_clock_stopped:
        return False
    return service_request.is_late(now) or (usual_until is not None and usual_until < now)


def complain(
    service_request: ServiceRequest,
    words: str,
    by: User | None,
    now: datetime,
    *,
    usual_until: datetime | None,
    key: str = "",
) -> Complaint:
    """Tell the supervisor that a request takes too long, once a key; by `usual_until` 9 of 10 were decided."""
    with walking(service_request.pk, now) as walk:
        request = walk.service_request
        require(is_applicant(request, by), _("This is somebody else's request."))
        if is_repeated(walk, key, "complaint", words.strip()):
            return request.complaints.filter(words=words.strip()).latest("made_at")
        require_in_progress(walk)
        slow = may_complain(request, usual_until, now)
        require(
            slow, _("The office still has time. You can complain when the time limit or the usual time has passed.")
        )
        rests = any(complaint.rests(now) for complaint in request.complaints.all())
        require(not rests, _("You have complained already. You can again a week after the answer."))
        require(words.strip(), _("Write what the delay means for you."))
        complaint = Complaint(service_request=request, office=request.office, words=words.strip(), made_at=now)
        walk.new_rows.append(complaint)
        day = walk.calendar.day_of(now).isoformat()
        walk.tell("complained", citizen(by), day=day, office=request.office.code, late=request.is_late(now))
    return complaint


def answer_complaint(complaint: Complaint, words: str, by: User, now: datetime) -> None:
    """Answer a complaint in words; the applicant is told."""
    with walking(complaint.service_request_id, now) as walk:
        fresh = complaints_of(by).filter(pk=complaint.pk).first()
        require(fresh, _("Only a supervisor of the office may answer."))
        assert fresh is not None
        require(fresh.answered_at is None, _("This complaint was already answered."))
        require(words.strip(), _("Write an answer. The applicant will read it."))
        fresh.answer, fresh.answered_by, fresh.answered_at = words.strip(), by, now
        fresh.save(update_fields=["answer", "answered_by", "answered_at"])
        walk.tell("complaint_answered", clerk(by), day=walk.calendar.day_of(now).isoformat(), office=fresh.office.code)
        notify(walk, COMPLAINT_ANSWERED)
