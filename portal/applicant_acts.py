"""What an applicant can do about a request, besides answering: object, complain, rate."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.requests.models import ServiceRequest
from services.transparency.expectations import expected
from services.workflow.models import Complaint, Rating
from services.workflow.operations.complaint import may_complain
from services.workflow.operations.objection import Way, way_to_object
from services.workflow.operations.rating import may_rate

LONGEST_COMPLAINT, LONGEST_PRAISE = 4000, 2000  # letters


@dataclass(frozen=True)
class Acts:
    """What can be done now, and what was done: `way` leads to an objection."""

    way: Way | None
    is_too_late: bool
    objections: list[ServiceRequest]
    complaints: list[Complaint]
    may_complain: bool
    rating: Rating | None
    may_rate: bool
    scores: ClassVar = Rating.Score.choices


def acts_of(seen: ServiceRequest, now: datetime) -> Acts:
    """Give what the applicant can do about a request now."""
    objections = list(seen.appeals.select_related("service").order_by("-submitted_at"))
    way = way_now(seen, objections)
    complaints = list(seen.complaints.select_related("answered_by").order_by("made_at"))
    rests = any(complaint.rests(now) for complaint in complaints)
    rating = Rating.objects.filter(service_request=seen).first()
    return Acts(
        way=way,
        is_too_late=way is not None and way.until < now,
        objections=objections,
        complaints=complaints,
        may_complain=not rests and may_complain(seen, usual_until(seen), now),
        rating=rating,
        may_rate=may_rate(seen, rating, now),
    )


def way_now(seen: ServiceRequest, objections: list[ServiceRequest]) -> Way | None:
    """Give the way to object to a decision; None when there is none, or these objections hold one to it already."""
    return None if _is_objected(seen, objections) else way_to_object(seen)


def _is_objected(seen: ServiceRequest, objections: list[ServiceRequest]) -> bool:
    """Tell whether there is an objection to the last decision already."""
    ended_at = seen.ended_at
    return ended_at is not None and any(
        one.status != ServiceRequest.Status.WITHDRAWN and one.submitted_at >= ended_at for one in objections
    )


def usual_until(seen: ServiceRequest) -> datetime | None:
    """Give by when 9 of 10 requests like this one are decided; None when the recent past doesn't say."""
    if not seen.is_in_progress:
        return None
    usual = expected(seen.service.code, seen.office.code, seen.submitted_at, seen.submitted_at)
    return usual.most_by if usual else None
