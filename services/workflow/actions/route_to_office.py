"""Give a request to the office that has to work it."""

from services.catalogue.action_settings import Settings, TextExpression
from services.catalogue.expressions import Unknown
from services.workflow.actions.kinds import Pure
from services.workflow.changes import Changes
from services.workflow.models import Step


class Route(Settings):
    """An expression that gives the code of an office."""

    office: TextExpression


def route(walk: Changes, step: Step) -> None:
    """Give the request to the delivering office that the settings name; raise `Unknown` when there is none such."""
    code = walk.expressions.text(walk.settings(step, Route).office, walk.variables())
    if code not in {place.office for place in walk.definition.delivered_by}:
        raise Unknown(code)
    office = walk.places.offices[code]
    walk.service_request.office = office
    walk.tell("routed", "robot:route_to_office", office=code, agency=office.agency.code)


ACTION = Pure(Route, route)
