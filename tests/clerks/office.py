"""A town office with a permit to decide: for the tests of clerks and of those who follow a request."""

from typing import Any

from services.catalogue.models import ServiceVersion
from services.workflow.models import Step
from tests import worlds

LIMIT = {"days": 10, "extension": {"days": 5}}
PAPER = {"key": "plan", "title": worlds.text("Plan of the house"), "required": False}
VISIT = {"key": "visit", "title": worlds.text("Visit the place")}
LETTER = {"key": "letter", "title": worlds.text("Send the letter")}


def judging(**more: Any) -> dict[str, Any]:
    """Give a desk step at which everything is allowed."""
    return worlds.desk("judge", may_ask_applicant=True, activities=[VISIT], after_care=[LETTER], **more)


def waiting_for(what: str) -> dict[str, Any]:
    """Give a step that waits for the applicant."""
    step = {"key": "come", "kind": Step.Kind.APPLICANT.value, "title": worlds.text("Come"), "waits_for": what}
    return {**step, "next": [{"to": "judge"}]}


def consulting(*codes: str) -> list[dict[str, Any]]:
    """Give a consultation of desks at the same time."""
    branches = [{"key": code, "title": worlds.text(code), "start": code} for code in codes]
    consult = {"key": "consult", "kind": "parallel", "title": worlds.text("Opinions"), "branches": branches}
    opinions = [{"key": "yes", "title": worlds.text("Yes"), "to": "consult"}]
    desks = [worlds.desk(code, outcomes=opinions) for code in codes]
    return [{**consult, "next": [{"to": "judge"}]}, *desks]


def published(*before: dict[str, Any], **more: Any) -> ServiceVersion:
    """Publish a service whose last step is the judgement."""
    return worlds.published([*before, judging()], time_limit=LIMIT, evidence=[PAPER], **more)
