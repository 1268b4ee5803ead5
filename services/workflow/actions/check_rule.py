"""Tell whether a rule of the definition holds."""

from services.catalogue.action_settings import Condition, Settings
from services.catalogue.definition import Key
from services.workflow.actions.kinds import Finding, Pure
from services.workflow.changes import Changes
from services.workflow.models import Step


class Rule(Settings):
    """The condition, and the name under which the answer is found."""

    rule: Condition
    save_as: Key


def check(walk: Changes, step: Step) -> Finding:
    """Tell whether the rule in the settings holds; raise `Unknown` when that can't be told."""
    return {"found": True, "holds": walk.holds(walk.settings(step, Rule).rule)}


ACTION = Pure(Rule, check)
