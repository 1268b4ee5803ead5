"""Ratings: one for each request, after its decision; the score is an event, the words never are."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from services.requests.models import ServiceRequest
from services.workflow.models import Rating
from services.workflow.operations.walking import citizen, require, walking

CHANGEABLE = timedelta(days=30)


def may_rate(service_request: ServiceRequest, rating: Rating | None, now: datetime) -> bool:
    """Tell whether the service can be rated, or the rating changed: after the decision, for 30 days after the first."""
    decided = service_request.status in ("approved", "refused", "closed")
    return decided and (rating is None or now - rating.first_at <= CHANGEABLE)


def rate(service_request: ServiceRequest, score: int, now: datetime, *, words: str | None = None) -> Rating:
    """Say how satisfied the applicant is, from 1 to 5; no words leave earlier words as they are.

    Saying the same again, as two clicks do, changes nothing and is no event.
    """
    with walking(service_request.pk, now) as walk:
        request = walk.service_request
        rating = Rating.objects.filter(service_request=request).first()
        require(may_rate(request, rating, now), _("You can rate after the decision, and change it for 30 days."))
        require(score in Rating.Score.values, _("Choose one of the five answers."))
        said = words.strip() if words is not None else rating.words if rating else ""
        if rating is not None and (rating.score, rating.words) == (score, said):
            return rating
        rating = rating or Rating(service_request=request, first_at=now)
        rating.score, rating.changed_at, rating.words = score, now, said
        rating.save()
        walk.tell("rated", citizen(request.applicant), score=score, day=walk.calendar.day_of(now).isoformat())
    return rating
