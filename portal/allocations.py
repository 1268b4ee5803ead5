"""How places were given in a round, told to an applicant: points, rank, and what the last one had who got a place."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.catalogue.definition import GroupField, OneOfField, RobotStep
from services.catalogue.definition.terms import Text
from services.requests.models import ServiceRequest
from services.workflow.rounds import RoundEntry

ACTION = "allocate_places"


@dataclass(frozen=True)
class Wish:
    """One wish: its name, the points of the last one who got a place there (None: nobody did), whether it was given."""

    name: Text
    last: int | None
    is_given: bool


def allocation_of(service_request: ServiceRequest) -> dict[str, Any] | None:
    """Give what a round gave to a request and why; None when there was none."""
    known = service_request.facts.get("allocation")
    if not known:
        return None
    names, last = _names(service_request), known["last"]
    wishes = [Wish(names[wish], last[wish], wish == known["place"]) for wish in _wished(known)]
    return {**known, "day": date.fromisoformat(known["round"]), "wishes": wishes}


def _wished(known: dict[str, Any]) -> list[str]:
    """Give the wishes, the dearest first: the facts don't keep an order, the round does."""
    wishes: list[str] = RoundEntry.objects.get(round=known["list"], code=known["code"]).wishes
    return wishes


def _names(service_request: ServiceRequest) -> dict[str, Text]:
    """Give the names of what could be wished, by their codes."""
    definition = service_request.version.definition
    steps = [step for step in definition.workflow.steps if isinstance(step, RobotStep) and step.action == ACTION]
    names: dict[str, Text] = {}
    for step in steps:
        group = definition.fields[str(step.settings["wishes"])]
        assert isinstance(group, GroupField)
        wish = next(field for field in group.fields if field.key == step.settings["wish"])
        assert isinstance(wish, OneOfField)
        names |= {option.value: option.label for option in wish.options}
    return names
