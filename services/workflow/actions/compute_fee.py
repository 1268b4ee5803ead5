"""Work out what a request costs."""

from services.catalogue.action_settings import Settings
from services.catalogue.fees import fee_of
from services.workflow.actions.kinds import Pure
from services.workflow.changes import Changes
from services.workflow.models import Step


def compute(walk: Changes, step: Step) -> None:
    """Set the request's fee by the definition's fee rule; raise `Unknown` when it can't be told."""
    request = walk.service_request
    parameters = {place.office: place.parameters for place in walk.definition.delivered_by}
    known = parameters.get(request.office.code, {})
    request.fee = fee_of(walk.definition, walk.expressions, walk.variables(), request.answers, known)
    walk.tell("fee_computed", "robot:compute_fee", fee=str(request.fee))


ACTION = Pure(Settings, compute)
