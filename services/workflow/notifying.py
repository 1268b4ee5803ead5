"""Let notices be sent, now or at a later moment, by the ways that people chose."""

from datetime import datetime, timedelta

from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.notices import AS_LETTER, BY_MAIL, BY_SMS, LETTERS, NOTICES, REMINDED, TO_ASSISTANT

LONG, SHORT = timedelta(days=14), timedelta(days=4)
BEFORE_LONG, BEFORE_SHORT = timedelta(days=7), timedelta(days=2)


def notify(walk: Changes, notice: str, at: datetime | None = None, about: Step | None = None) -> None:
    """Let one of the portal's own notices be sent to the applicant, and to an assistant who may follow the request.

    `about` is the robot's step whose words it carries.
    """
    notify_applicant(walk, notice, at, about)
    notify_assistant(walk, notice, at, about)


def notify_assistant(walk: Changes, notice: str, at: datetime | None = None, about: Step | None = None) -> None:
    """Let a notice be sent to the assistant who may follow the request, if there is one."""
    request = walk.service_request
    if request.assistant_id and request.assistance["may_follow"]:
        assert request.assistant is not None
        by_mail = request.assistant.wants_mail
        if by_mail or at is None:
            walk.new_steps.append(_notice(walk, notice, TO_ASSISTANT, at, about, is_sent=by_mail))


def notify_applicant(walk: Changes, notice: str, at: datetime | None = None, about: Step | None = None) -> None:
    """Let a notice be sent to the applicant, by the ways that the applicant chose."""
    assert notice in NOTICES
    contact, user = walk.service_request.contact, walk.service_request.applicant
    by_mail = bool(contact.get("email")) and (user is None or user.wants_mail)
    if by_mail or (user is not None and at is None):
        walk.new_steps.append(_notice(walk, notice, BY_MAIL, at, about, is_sent=by_mail))
    if user is not None and user.wants_sms and user.phone:
        walk.new_steps.append(_notice(walk, notice, BY_SMS, at, about, is_sent=True))


def write_letter(walk: Changes, letter: str) -> None:
    """Let one of the portal's own letters be written to the applicant, as a PDF among the request's documents."""
    assert letter in LETTERS
    row = _notice(walk, letter, AS_LETTER, None, None, is_sent=True)
    row.lane = Step.Lane.DOCUMENTS
    walk.new_steps.append(row)


def remind(walk: Changes, step: Step) -> None:
    """Let the applicant be reminded in time that a step waits; not when there is hardly time for that."""
    if step.run_at is None or step.run_at - walk.now < SHORT:
        return
    before = BEFORE_LONG if step.run_at - walk.now >= LONG else BEFORE_SHORT
    notify(walk, REMINDED, step.run_at - before)


def _notice(walk: Changes, notice: str, way: str, at: datetime | None, about: Step | None, *, is_sent: bool) -> Step:
    """Give the row of a notice. One that nobody wants sent is only shown on the portal, when it is for now."""
    return Step(
        service_request=walk.service_request,
        key=notice,
        parent=about,
        kind=Step.Kind.NOTICE,
        branch=way,
        state=Step.State.DUE if is_sent else Step.State.DONE,
        outcome="" if is_sent else "shown",
        lane=Step.Lane.MAIL,
        opened_at=at or walk.now,
        run_at=(at or walk.now) if is_sent else None,
        finished_at=None if is_sent else at or walk.now,
    )
