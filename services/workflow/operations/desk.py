"""What clerks do at their desks: take a step, give it back, pass it on, complete activities, ask and decide."""

from datetime import datetime
from functools import cache, partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.agencies.models import Desk
from services.agencies.rules import due_at
from services.catalogue.definition import Outcome
from services.ledger.composed import Composed
from services.ledger.operations import Entry, record
from services.ledger.rows import update_rows
from services.requests.models import Decision, Message
from services.workflow.conflicts import conflict_of
from services.workflow.engine import Walk
from services.workflow.models import ActivityRecord, Step, StepQuerySet
from services.workflow.notices import ASKED, ENDED
from services.workflow.notifying import notify, remind
from services.workflow.operations.objection import carry_out
from services.workflow.operations.standing_aside import put_aside, words_of
from services.workflow.operations.walking import (
    clerk,
    locked,
    require,
    require_in_progress,
    require_provable,
    walking_at,
)
from services.workflow.preparing import PreparedDecision
from services.workflow.queries import (
    ANY_DESK,
    ANY_USER,
    desks_of,
    first_free_desks,
    is_barred,
    more_urgent,
    supervised_by,
)
from services.workflow.recusals import Recusal

DAYS_TO_ANSWER = 28


def claim(step: Step, by: User, now: datetime) -> Step:
    """Take an open step at one of one's desks; claiming it again changes nothing. Raise `Refused` if it can't be.

    Whoever is too near to the applicant is put aside, on record, and another official must take it.
    """
    with walking_at(step, now) as (walk, fresh):
        if fresh.assignee_id == by.pk and fresh.state == Step.State.OPEN:
            return fresh
        require(fresh.state == Step.State.OPEN, _("This step is no longer open."))
        require(fresh.assignee_id is None, _("%(name)s has already taken this step.") % {"name": fresh.assignee})
        require(fresh.desk_id in desks_of(by), _("This step is at a desk where you don't work."))
        require(not is_barred(fresh, by), _("A second official must do this step, because you did the one before."))
        conflict = conflict_of(walk.service_request, by)
        if conflict:
            put_aside(walk, fresh, by, conflict)
        else:
            _take(walk, fresh, by)
    require(not conflict, words_of(conflict))
    return fresh


def _take(walk: Walk, step: Step, by: User) -> None:
    assert step.desk is not None
    ahead = more_urgent(step, by)
    require(step.desk.allows_picking or not ahead, _("At this desk the most urgent step comes first: take the next."))
    step.assignee, step.claimed_at, step.passed_over = by, walk.now, ahead
    walk.change(step)
    walk.tell("claimed", clerk(by), step=step.key, passed_over=ahead)


def claim_next(by: User, now: datetime, desk: int | None = None) -> Step | None:
    """Take the most urgent free step at one's desks, or at one of them; None when there is none.

    Never waits for another clerk.
    """
    for place in first_free_desks(by, desk):
        with transaction.atomic():
            step = _next_fit(place, by, now)
            if step is None:
                continue
            step.assignee, step.claimed_at, step.passed_over = by, now, 0
            update_rows([step], ("assignee", "claimed_at", "passed_over"))
            record([Entry(step.service_request_id, "claimed", clerk(by), now, {"step": step.key, "passed_over": 0})])
            return step
    return None


def _next_fit(desk: int, by: User, now: datetime) -> Step | None:
    """Lock the most urgent free step of a desk that this official isn't too near to; aside from those before it."""
    for step in iter(partial(_next_free, desk, by), None):
        conflict = conflict_of(step.service_request, by)
        if not conflict:
            return step
        with walking_at(step, now) as (walk, fresh):
            put_aside(walk, fresh, by, conflict)
    return None


def _next_free(desk: int, by: User) -> Step | None:
    """Lock the most urgent free step of a desk that nobody else is about to take."""
    return next(iter(_next_free_query(settings.GUARDS["locks"]).rows(desk, by.pk)), None)


@cache
def _next_free_query(_locks: bool) -> Composed:
    """Give the query with locks, or without where a control takes them away."""

    def build(desk: int, user: UUID) -> StepQuerySet:
        free = Step.objects.filter(desk=desk).free_for(User(pk=user)).by_due_date().as_far_as_conflicts_go()
        return locked(free, ("self", "service_request"), skips_locked=True)[:1]

    return Composed(build, ANY_DESK, ANY_USER)


def release(step: Step, by: User, now: datetime) -> Step:
    """Give a step back to its desk."""
    with walking_at(step, now) as (walk, fresh):
        require_held(fresh, by)
        fresh.assignee = fresh.claimed_at = None
        walk.change(fresh)
        walk.tell("released", clerk(by), step=fresh.key)
    return fresh


def reassign(step: Step, to: User, by: User, now: datetime) -> None:
    """Give a step to another clerk of its desk; its holder or a supervisor of the agency may do so."""
    with walking_at(step, now) as (walk, fresh):
        supervised = fresh.desk is not None and fresh.desk.office.agency_id in supervised_by(by)
        require(fresh.assignee_id == by.pk or supervised, _("Only its holder or a supervisor may do this."))
        require(fresh.state in (Step.State.OPEN, Step.State.WAITING), _("This step is no longer open."))
        require(fresh.desk_id in desks_of(to), _("%(name)s doesn't work at this desk.") % {"name": to})
        require(not is_barred(fresh, to), _("A second official must do this step."))
        conflict = conflict_of(walk.service_request, to)
        if conflict:
            put_aside(walk, fresh, to, conflict)
        else:
            fresh.assignee, fresh.claimed_at = to, now
            walk.change(fresh)
            walk.tell("reassigned", clerk(by), step=fresh.key, to=clerk(to))
    require(not conflict, _("%(name)s is too near to the applicant. Choose somebody else.") % {"name": to})


def pass_on(step: Step, desk: Desk, by: User, now: datetime) -> Step:
    """Give a step to another desk of the same agency."""
    with walking_at(step, now) as (walk, fresh):
        require_held(fresh, by)
        assert fresh.desk is not None
        require(desk.office.agency_id == fresh.desk.office.agency_id, _("This desk belongs to another agency."))
        fresh.desk, fresh.assignee, fresh.claimed_at = desk, None, None
        walk.change(fresh)
        walk.tell("passed_on", clerk(by), step=fresh.key, desk=f"{desk.office.code}/{desk.code}")
    return fresh


def complete_activity(step: Step, key: str, by: User, now: datetime) -> ActivityRecord:
    """Record that an activity of a desk step was done; in any order and as often as needed."""
    with walking_at(step, now) as (walk, fresh):
        require_held(fresh, by)
        known = {activity.key for activity in walk.desk_step(fresh).activities}
        require(key in known, _("This step has no such activity."))
        done = ActivityRecord(service_request=walk.service_request, step=fresh, key=key, desk=fresh.desk, by=by, at=now)
        walk.new_rows.append(done)
        walk.tell("activity_completed", clerk(by), step=fresh.key, activity=key)
    return done


def decide(step: Step, outcome: str, by: User, now: datetime, *, reason: str = "", words: str = "") -> Decision:
    """Choose an outcome of a desk step; a refusal needs a reason of the definition's list."""
    with walking_at(step, now) as (walk, fresh):
        chosen = require_decidable(walk, fresh, by, outcome, reason)
        assert fresh.desk is not None
        decision = Decision(
            service_request=walk.service_request,
            step_key=fresh.key,
            outcome=outcome,
            is_refusal=chosen.is_refusal,
            reason=reason if chosen.is_refusal else "",
            words=words,
            by=by,
            agency=fresh.desk.office.agency,
            at=now,
        )
        walk.new_rows.append(decision)
        PreparedDecision.objects.filter(step=fresh).delete()
        _go_on(walk, fresh, decision, chosen)
        if chosen.effect:
            carry_out(walk.service_request, decision, chosen.effect, now)
    return decision


def require_decidable(walk: Walk, step: Step, by: User, outcome: str, reason: str) -> Outcome:
    """Give the outcome that an official chose; raise `Refused` unless it can be decided so now."""
    require_in_progress(walk)
    require_held(step, by)
    require_provable(walk.now)
    require(walk.service_request.applicant_id != by.pk, words_of(Recusal.Rule.OWN))
    chosen = _outcome(walk, step, outcome)
    reasons = {known.code for known in walk.definition.rejection_reasons}
    require(not chosen.is_refusal or reason in reasons, _("Choose the reason of the refusal from the list."))
    return chosen


def _go_on(walk: Walk, step: Step, decision: Decision, chosen: Outcome) -> None:
    walk.service_request.facts.setdefault("decided", {})[step.key] = chosen.key
    actor = clerk(decision.by)
    walk.tell("decided", actor, step=step.key, outcome=chosen.key, refusal=chosen.is_refusal, reason=decision.reason)
    walk.finish(step, actor, outcome=chosen.key, minutes=walk.desk_step(step).minutes)
    walk.leave(step, chosen.to)
    if not walk.service_request.is_in_progress:
        notify(walk, ENDED)


def _outcome(walk: Walk, step: Step, key: str) -> Outcome:
    outcomes = {outcome.key: outcome for outcome in walk.desk_step(step).outcomes}
    require(key in outcomes, _("Choose one of the outcomes of this step."))
    return outcomes[key]


def ask_applicant(
    step: Step, text: str, by: User, now: datetime, *, evidence_key: str = "", field_key: str = ""
) -> Message:
    """Ask the applicant for an answer, a paper, or about one answer; until it comes the legal clock stands still."""
    with walking_at(step, now) as (walk, fresh):
        require_held(fresh, by)
        require(walk.desk_step(fresh).may_ask_applicant, _("At this step the applicant can't be asked."))
        require(text.strip(), _("Write what you need from the applicant."))
        known = not field_key or field_key in walk.definition.fields
        require(known, _("This form has no such question."))
        message = Message(
            service_request=walk.service_request,
            author=by,
            is_from_office=True,
            is_question=True,
            text=text.strip(),
            evidence_key=evidence_key,
            field_key=field_key,
            at=now,
        )
        walk.new_rows.append(message)
        question = Step(
            service_request=walk.service_request,
            key=fresh.key,
            kind=Step.Kind.APPLICANT,
            state=Step.State.OPEN,
            parent=fresh,
            opened_at=now,
            lane=Step.Lane.RULES,
            run_at=due_at(now, DAYS_TO_ANSWER, "calendar", walk.calendar),
        )
        walk.new_steps.append(question)
        remind(walk, question)
        fresh.state = Step.State.WAITING
        walk.change(fresh)
        walk.tell("applicant_asked", clerk(by), step=fresh.key, evidence=evidence_key, field=field_key)
        walk.stop_clock(question)
        notify(walk, ASKED)
    return message


def require_held(step: Step, by: User) -> None:
    """Raise `Refused` unless an official holds a step that is open and not decided."""
    require(step.assignee_id == by.pk, _("Take this step first: you don't hold it."))
    require(step.state == Step.State.OPEN, _("This step is not open now."))
    decided = PreparedDecision.objects.filter(step=step, takes_effect_at__isnull=False)
    require(not decided.exists(), _("Your decision is about to take effect. Undo it first."))
