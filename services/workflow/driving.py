"""Drive a request through its steps that need no outside world, and hand over what a robot can't do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from services.catalogue.expressions import Unknown
from services.workflow import rules
from services.workflow.actions import ACTIONS
from services.workflow.actions.kinds import NotYet, Pure
from services.workflow.engine import Walk
from services.workflow.models import ACTIVE, Step
from services.workflow.troubles import OUTCOME_UNKNOWN, SURELY_NOT_DONE, Trouble, trouble

Kind, State, Lane = Step.Kind, Step.State, Step.Lane
UNKNOWN = "unknown"  # the outcome of a robot's step that was sent, without a clear answer


def drive(walk: Walk, steps: Iterable[Step]) -> None:
    """Run the given due steps and every robot step after them that needs no outside world."""
    walk.to_drive.extend(walk.known(step) for step in steps)
    while walk.to_drive:
        step = walk.to_drive.popleft()
        if step.state not in ACTIVE or not walk.service_request.is_in_progress:
            continue
        if step.kind == Kind.ROBOT:
            run_pure(walk, step)
        elif step.kind == Kind.APPLICANT and step.parent and step.parent.kind == Kind.DESK:
            back_to_desk(walk, step, "system", trouble("silence"))
        else:
            walk.time_out(step)


def run_pure(walk: Walk, step: Step) -> None:
    """Run a robot that needs no outside world, and go on."""
    action = ACTIONS[walk.robot(step).action]
    assert isinstance(action, Pure)
    try:
        finding = action.run(walk, step)
    except Unknown:
        walk.give_up(step, trouble("cannot_tell"))
    except NotYet as wait:
        step.run_at, step.attempts = wait.until, 0
        walk.change(step)
    else:
        walk.settle(step, finding)


def back_to_desk(walk: Walk, question: Step, actor: str, why: Trouble | None = None) -> None:
    """Close a clerk's question to the applicant and put the desk step back into the clerk's hands."""
    assert question.parent is not None
    desk_step = walk.known(question.parent)
    walk.resume_clock(question.key)
    walk.finish(question, actor, outcome="late" if why else "done")
    desk_step.state, desk_step.trouble = State.OPEN, why or {}
    if desk_step.due_at is not None:
        desk_step.due_at = max(desk_step.due_at + (walk.now - question.opened_at), walk.now)
    walk.change(desk_step)


@dataclass(frozen=True)
class How:
    """How an attempt failed: for good, perhaps done all the same, how long the other side wants to be left alone."""

    is_final: bool = False
    may_be_done: bool = False
    rest_s: float | None = None


PLAINLY = How()


def put_off(walk: Walk, step: Step, why: Trouble, now: datetime, how: How = PLAINLY) -> None:
    """Let a robot's step rest after a failure; after its last attempt a clerk takes over."""
    if how.may_be_done and settings.GUARDS["unknown"]:
        step.outcome = UNKNOWN
    elif why["code"] in SURELY_NOT_DONE:
        step.outcome = ""
    rest = None if how.is_final else rules.pause(step.attempts, settings.ROBOT_PAUSES_S)
    if rest is not None:
        rest = max(rest, timedelta(seconds=how.rest_s or 0))
        step.state, step.lease_until, step.run_at = State.DUE, None, now + rest
        walk.change(step)
    elif step.kind == Kind.NOTICE:
        step.trouble = {**why, "times": step.attempts}
        walk.finish(step, "robot:notify", outcome="not_sent")
    elif step.outcome == UNKNOWN:
        walk.give_up(
            step, {**why, "code": OUTCOME_UNKNOWN, "what": why.get("what", step.target), "times": step.attempts}
        )
    else:
        walk.give_up(step, {**why, "times": step.attempts})
