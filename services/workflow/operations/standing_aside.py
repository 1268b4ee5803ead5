"""Conflicts of interest: officials who are too near to an applicant stand aside, and another takes over."""

from datetime import datetime

from django.utils.translation import gettext as _

from services.accounts.models import User
from services.workflow.assignment import assign_at_random
from services.workflow.engine import Walk
from services.workflow.models import Step
from services.workflow.operations.walking import clerk, require, walking_at
from services.workflow.recusals import Recusal


def words_of(rule: str) -> str:
    """Tell an official why the request isn't theirs to work."""
    if rule == Recusal.Rule.OWN:
        return _("This is your own request: nobody decides their own. Follow it under “My requests”.")
    return _("You and the applicant are too near for you to judge this request. It goes to another official.")


def put_aside(walk: Walk, step: Step, user: User, rule: str, words: str = "") -> None:
    """Keep an official from a request from now on; a step of it that the official holds goes to another."""
    walk.newly_barred.add(user)
    walk.new_rows.append(Recusal(service_request=walk.service_request, user=user, rule=rule, words=words, at=walk.now))
    how = "declared" if rule == Recusal.Rule.DECLARED else "found"
    walk.tell("stood_aside", clerk(user), step=step.key, how=how)
    if step.assignee_id == user.pk:
        step.assignee = step.claimed_at = None
        walk.change(step)
        if walk.desk_step(step).assigned == "at_random":
            assign_at_random(walk, step)


def stand_aside(step: Step, by: User, now: datetime, *, words: str) -> None:
    """Declare a conflict of interest at a step that one holds. The words are for the supervisor alone."""
    with walking_at(step, now) as (walk, fresh):
        require(fresh.assignee_id == by.pk, _("Take this step first: you don't hold it."))
        require(fresh.state in (Step.State.OPEN, Step.State.WAITING), _("This step is no longer open."))
        require(words.strip(), _("Say in a few words what connects you with the request. Your supervisor reads it."))
        put_aside(walk, fresh, by, Recusal.Rule.DECLARED, words.strip())
