"""A town with a permit and a way to object to it: for all tests that speak of objections."""

from datetime import datetime, timedelta
from typing import Any

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.catalogue.operations import publish
from services.requests.models import Draft, ServiceRequest
from services.workflow.actions import FORMS
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.objection import begin_objection
from services.workflow.operations.submission import Submission, submit
from tests import worlds

GROUNDS = {"key": "grounds", "kind": "long_text", "label": worlds.text("Grounds")}
OUTCOMES = [
    {"key": "uphold", "title": worlds.text("It stands"), "to": "refused", "is_refusal": True},
    {"key": "annul", "title": worlds.text("Annul it"), "to": "granted", "effect": "annul"},
    {"key": "send_back", "title": worlds.text("Send it back"), "to": "granted", "effect": "send_back"},
]


def appeal_definition(**more: Any) -> dict[str, Any]:
    """Give the service of objections, worked at the roads desk of the same town."""
    page = {"key": "why", "title": worlds.text("Why"), "fields": [GROUNDS]}
    judge = worlds.desk("review", desk="roads", outcomes=OUTCOMES)
    known = {"service": "appeal", "title": worlds.text("Objection"), "is_appeal": True, "pages": [page]}
    return worlds.definition([judge], **{**known, **more})


def with_appeals(**more: Any) -> ServiceVersion:
    """Publish the permit and the way to object to it."""
    worlds.build_agencies("north")
    publish(appeal_definition(), worlds.NOON, FORMS)
    return worlds.published([worlds.desk("judge")], **more)


def refused(version: ServiceVersion, aysel: User, bruno: User, at: datetime = worlds.NOON) -> ServiceRequest:
    """Give a request that Bruno refused an hour after it came."""
    request = worlds.apply(version, by=aysel, at=at)
    decide(worlds.open_step(request), bruno, "no", at + timedelta(hours=1))
    return ServiceRequest.objects.get(pk=request.pk)


def decide(step: Step, by: User, outcome: str, at: datetime, words: str = "") -> None:
    reason = "unfit" if outcome in ("no", "uphold") else ""
    desk.decide(desk.claim(step, by, at), outcome, by, at, reason=reason, words=words)


def send(draft: Draft, aysel: User, at: datetime) -> ServiceRequest:
    """Send the draft of an objection."""
    assert draft.service.current is not None
    assert draft.office is not None
    contact = {"name": aysel.name, "email": aysel.email}
    submission = Submission(
        version=draft.service.current,
        office=draft.office,
        answers={"grounds": "It fits."},
        contact=contact,
        applicant=aysel,
        draft=draft,
    )
    return submit(submission, at)


def object_to(first: ServiceRequest, aysel: User, at: datetime) -> ServiceRequest:
    return send(begin_objection(first, {}, aysel, at), aysel, at)
