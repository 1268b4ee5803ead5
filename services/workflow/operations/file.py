"""What officials do with a whole request: extend its deadline, record what happened at the counter."""

from datetime import datetime

from django.utils.translation import gettext as _

from services.accounts.models import User
from services.catalogue.definition import ApplicantStep, DeskStep
from services.requests.clocks import DeadlineChange
from services.requests.models import ServiceRequest
from services.workflow.models import ACTIVE, ActivityRecord, Step
from services.workflow.notices import EXTENDED_LETTER, MOVED
from services.workflow.notifying import notify, write_letter
from services.workflow.operations.walking import clerk, require, require_in_progress, walking, walking_at
from services.workflow.places import places
from services.workflow.queries import requests_at_desks_of, serves_at_counter
from services.workflow.rules import extended


def extend_deadline(
    service_request: ServiceRequest, by: User, now: datetime, *, reason: str, until: datetime | None = None
) -> DeadlineChange:
    """Move the legal deadline once, with the reason: later by what the definition allows at most, or earlier."""
    with walking(service_request.pk, now) as walk:
        request = walk.service_request
        require_in_progress(walk)
        _require_access(request, by)
        extension = walk.definition.time_limit.extension
        require(reason.strip(), _("Give the reason. The applicant will read it."))
        if extension is None:
            require(False, _("The law allows no extension for this service."))
            raise AssertionError
        require(not request.deadline_changes.exists(), _("The deadline was already extended once."))
        has_time = until is not None or not request.is_late(now)
        require(has_time, _("The time limit has passed: it can’t be extended any more."))
        latest = extended(request.due_at, extension, walk.calendar)
        after = until or latest
        require(
            after <= latest,
            _("The law allows an extension until %(date)s at most.") % {"date": walk.calendar.day_of(latest)},
        )
        change = DeadlineChange(
            service_request=request, before=request.due_at, after=after, reason=reason.strip(), by=by, at=now
        )
        walk.new_rows.append(change)
        walk.tell("deadline_changed", clerk(by), before=change.before.isoformat(), after=after.isoformat())
        Step.objects.filter(service_request=request, state__in=ACTIVE, due_at=request.due_at).update(due_at=after)
        request.due_at = after
        notify(walk, MOVED)
        write_letter(walk, EXTENDED_LETTER)
    return change


def extends_until(service_request: ServiceRequest, now: datetime) -> datetime | None:
    """Give until when the deadline would be extended now; None where the law or the time that passed allows none."""
    extension = service_request.version.definition.time_limit.extension
    has_time = service_request.is_in_progress and not service_request.is_late(now)
    if extension is None or not has_time or service_request.deadline_changes.exists():
        return None
    return extended(service_request.due_at, extension, places().calendar(service_request.office.agency))


def after_care(service_request: ServiceRequest, key: str, by: User, now: datetime) -> ActivityRecord:
    """Record an activity on a request that has ended, at the desk step whose definition lists it."""
    with walking(service_request.pk, now) as walk:
        request = walk.service_request
        require(not request.is_in_progress, _("After-care begins when the request has ended."))
        _require_access(request, by)
        steps = walk.definition.workflow.steps
        lists = [step.key for step in steps if isinstance(step, DeskStep) and key in _after_care(step)]
        step = request.steps.all().filter(kind=Step.Kind.DESK, key__in=lists).order_by("-pk").first()
        if step is None:
            require(False, _("This request has no such after-care."))
            raise AssertionError
        done = ActivityRecord(
            service_request=request, step=step, key=key, is_after_care=True, desk=step.desk, by=by, at=now
        )
        walk.new_rows.append(done)
        walk.tell("after_care", clerk(by), activity=key)
    return done


def _after_care(step: DeskStep) -> set[str]:
    return {activity.key for activity in step.after_care}


def record_at_counter(step: Step, by: User, now: datetime) -> None:
    """Record that the applicant paid, came or signed at the counter, and go on."""
    with walking_at(step, now) as (walk, fresh):
        require_in_progress(walk)
        require(
            serves_at_counter(by, walk.service_request.office),
            _("Only clerks of the office or of a centre may record this."),
        )
        definition = walk.definition.workflow.by_key[fresh.key]
        waits = isinstance(definition, ApplicantStep) and fresh.kind == Step.Kind.APPLICANT and fresh.is_open
        require(waits, _("The request doesn't wait for this now."))
        assert isinstance(definition, ApplicantStep)
        walk.tell("recorded_at_counter", clerk(by), step=fresh.key, what=definition.waits_for)
        walk.applicant_did(fresh, clerk(by))


def _require_access(service_request: ServiceRequest, by: User) -> None:
    seen = requests_at_desks_of(by).filter(pk=service_request.pk).exists()
    require(seen, _("This request isn't at one of your desks."))
