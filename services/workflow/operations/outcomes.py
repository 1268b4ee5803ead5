"""What an official found out about an entry elsewhere of which no robot knows whether it was made."""

from datetime import datetime

from django.utils.translation import gettext as _

from services.accounts.models import User
from services.workflow.engine import Walk
from services.workflow.models import Step
from services.workflow.operations.desk import require_held
from services.workflow.operations.robots import open_again
from services.workflow.operations.walking import clerk, require, require_in_progress, walking_at
from services.workflow.troubles import OUTCOME_UNKNOWN

LONGEST_RECEIPT = 60


def tell_done(step: Step, by: User, now: datetime, *, receipt: str = "") -> None:
    """Take the word of the step's holder that it was done: the request goes on as if the robot had its answer."""
    with walking_at(step, now) as (walk, fresh):
        robot = _require_unknown(walk, fresh, by)
        again = open_again(walk, fresh, robot)
        walk.tell("found_done", clerk(by), step=robot.key)
        walk.settle(again, {"receipt": receipt.strip()[:LONGEST_RECEIPT], "found": True}, by=clerk(by))


def tell_not_done(step: Step, by: User, now: datetime) -> None:
    """Take the word of the step's holder that it was not done: the robot does it, with the same key as before."""
    with walking_at(step, now) as (walk, fresh):
        robot = _require_unknown(walk, fresh, by)
        open_again(walk, fresh, robot)
        walk.tell("found_not_done", clerk(by), step=robot.key)


def _require_unknown(walk: Walk, step: Step, by: User) -> Step:
    """Give the robot's step whose outcome nobody knows, if this official holds the step that stands for it."""
    require_in_progress(walk)
    require_held(step, by)
    robot = step.instead_of
    is_unknown = robot is not None and step.trouble.get("code") == OUTCOME_UNKNOWN
    require(is_unknown, _("This is known already. Load the page again."))
    assert robot is not None
    return robot
