"""Actions that need no outside world: they run many at a time in one transaction."""

from services.catalogue.definition import RobotStep
from services.catalogue.expressions import Unknown
from services.catalogue.fees import fee_of
from services.workflow.actions.kinds import Finding
from services.workflow.engine import Walk


def check_rule(walk: Walk, definition: RobotStep) -> Finding:
    """Tell whether the rule in the settings holds; raise `Unknown` when that can't be told."""
    return {"found": True, "holds": walk.holds(str(definition.settings["rule"]))}


def compute_fee(walk: Walk, definition: RobotStep) -> None:
    """Set the request's fee by the definition's fee rule; raise `Unknown` when it can't be told."""
    request = walk.service_request
    parameters = {place.office: place.parameters for place in walk.definition.delivered_by}
    known = parameters.get(request.office.code, {})
    request.fee = fee_of(walk.definition, walk.expressions, walk.variables(), request.answers, known)
    walk.tell("fee_computed", f"robot:{definition.action}", fee=str(request.fee))


def route_to_office(walk: Walk, definition: RobotStep) -> None:
    """Give the request to the delivering office that the settings name; raise `Unknown` when there is none such."""
    code = walk.expressions.text(str(definition.settings["office"]), walk.variables())
    if code not in {place.office for place in walk.definition.delivered_by}:
        raise Unknown(code)
    office = walk.places.offices[code]
    walk.service_request.office = office
    walk.tell("routed", f"robot:{definition.action}", office=code, agency=office.agency.code)
