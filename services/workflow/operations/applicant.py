"""What applicants do after submitting: answer, confirm, supply papers, withdraw.

`by` is None where it is done with reference and code, for a request that was sent without an account.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from services.accounts.models import User
from services.catalogue.definition import ApplicantStep
from services.requests.models import Message, ServiceRequest
from services.workflow.driving import back_to_desk
from services.workflow.models import Step
from services.workflow.operations.correcting import correct
from services.workflow.operations.sending import is_repeated
from services.workflow.operations.walking import (
    applicants_side,
    citizen,
    is_applicant,
    require,
    require_in_progress,
    walking,
    walking_at,
)


def answer(
    question: Step,
    text: str,
    by: User | None,
    now: datetime,
    *,
    files: int = 0,
    corrected: Mapping[str, Any] | None = None,
    key: str = "",
) -> bool:
    """Answer a clerk's question with words, files or corrected answers, and give the request back to the clerk.

    The same answer with the same key again changes nothing and gives False. Raises `Refused` when it can't be answered
    now, and `Invalid` when the answers don't fit the form.
    """
    with walking_at(question, now) as (walk, fresh):
        actor = applicants_side(walk.service_request, by)
        if is_repeated(walk, key, fresh.pk, text.strip(), corrected or {}):
            return False
        require(fresh.is_open and fresh.kind == Step.Kind.APPLICANT, _("This question was already answered."))
        require(fresh.parent and fresh.parent.kind == Step.Kind.DESK, _("There is no question to answer."))
        changed = correct(walk, corrected or {}, actor)
        require(text.strip() or files or changed, _("Change the answer, write, or add a file."))
        if text.strip():
            walk.new_rows.append(
                Message(
                    service_request=walk.service_request, author=by, is_from_office=False, text=text.strip(), at=now
                )
            )
        walk.tell("applicant_answered", actor, step=fresh.key)
        back_to_desk(walk, fresh, actor)
    return True


def confirm(step: Step, by: User | None, now: datetime) -> None:
    """Do what the request waits for: confirm, or say that the papers are supplied."""
    with walking_at(step, now) as (walk, fresh):
        require_in_progress(walk)
        actor = applicants_side(walk.service_request, by)
        definition = walk.definition.workflow.by_key[fresh.key]
        own = isinstance(definition, ApplicantStep) and definition.waits_for in ("confirmation", "papers")
        require(
            own and fresh.is_open and fresh.kind == Step.Kind.APPLICANT, _("The request doesn't wait for this now.")
        )
        walk.applicant_did(fresh, actor)


def withdraw(service_request: ServiceRequest, by: User | None, now: datetime) -> None:
    """End one's own request; it stays on record as withdrawn."""
    with walking(service_request.pk, now) as walk:
        require(is_applicant(walk.service_request, by), _("This is somebody else's request."))
        require_in_progress(walk)
        walk.close(ServiceRequest.Status.WITHDRAWN, citizen(by))
