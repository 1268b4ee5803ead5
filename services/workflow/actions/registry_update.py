"""Make an entry in a register of another agency, exactly once."""

from services.workflow.actions.kinds import Outside, finding_as_is
from services.workflow.actions.registries import EntryIn, enter, prepare
from services.workflow.models import Step

ACTION = Outside(EntryIn, Step.Lane.REGISTRIES, prepare, enter, finding_as_is, has_effect=True)
