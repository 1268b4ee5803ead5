"""What managers do with steps that robots handed to clerks: let the robot try again, or have it done by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from services.accounts.models import User
from services.workflow.engine import Walk
from services.workflow.models import Step
from services.workflow.operations.walking import clerk, require, require_in_progress, walking_at
from services.workflow.queries import parked_of
from services.workflow.refusals import Refused
from services.workflow.troubles import OUTCOME_UNKNOWN, SURELY_NOT_DONE


@dataclass(frozen=True)
class Tried:
    """How many steps robots try again, and why they can't for each of the others."""

    again: int
    refused: list[str]


def try_again(step: Step, by: User, now: datetime) -> None:
    """Take a step back that nobody holds from its desk, and open the robot's step afresh; raise `Refused` else."""
    with walking_at(step, now) as (walk, fresh):
        robot = _require_parked(walk, fresh, by)
        require(fresh.assignee_id is None, _("%(name)s has already taken this step.") % {"name": fresh.assignee})
        is_known = fresh.trouble.get("code") != OUTCOME_UNKNOWN
        require(is_known, _("Nobody knows yet whether it was done. An official finds out first, and then says which."))
        open_again(walk, fresh, robot)
        walk.tell("robot_tried_again", clerk(by), step=robot.key)


def open_again(walk: Walk, step: Step, robot: Step) -> Step:
    """Open a robot's step afresh instead of the clerk's that stands for it. What may be done keeps its key."""
    walk.cancel(step)
    parent = walk.known(step.parent) if step.parent else None
    known = None if step.trouble.get("code") in SURELY_NOT_DONE else robot.again_of or robot
    return walk.enter(robot.key, parent, step.branch, again_of=known)


def try_all_again(steps: Iterable[Step], by: User, now: datetime) -> Tried:
    """Let robots try many steps again, each by itself: one that can't be tried doesn't stop the others."""
    again, refused = 0, []
    for step in steps:
        try:
            try_again(step, by, now)
            again += 1
        except Refused as why:
            refused.append(f"{step.service_request.written_reference}: {why.message}")
    return Tried(again, refused)


def leave_to_hands(step: Step, by: User, now: datetime) -> None:
    """Put on record that a clerk shall do what the robot could not; doing so again changes nothing."""
    with walking_at(step, now) as (walk, fresh):
        robot = _require_parked(walk, fresh, by)
        if fresh.by_hand_at is None:
            fresh.by_hand_at = now
            walk.change(fresh)
            walk.tell("robot_by_hand", clerk(by), step=robot.key)


def _require_parked(walk: Walk, step: Step, by: User) -> Step:
    """Give the robot's step that a clerk's step stands for, if this manager may deal with it now."""
    require_in_progress(walk)
    is_parked = parked_of(by).filter(pk=step.pk).exists()
    require(is_parked, _("This step no longer waits at a desk of your agency. Look at the list again."))
    assert step.instead_of is not None
    return step.instead_of
