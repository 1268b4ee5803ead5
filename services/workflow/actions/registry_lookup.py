"""Look up a record in a register of another agency."""

from services.workflow.actions.kinds import Outside, finding_as_is
from services.workflow.actions.registries import Record, look_up, prepare
from services.workflow.models import Step

ACTION = Outside(Record, Step.Lane.REGISTRIES, prepare, look_up, finding_as_is)
