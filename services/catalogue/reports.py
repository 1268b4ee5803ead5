"""Services that are reports of a place (Open311 GeoReport v2): what programs may send, and what everybody may see.

Pure functions over definitions, without the database.
"""

from collections.abc import Iterator

from services.catalogue.answers import always_asked
from services.catalogue.definition import AnyField, Definition, FileField, RobotStep
from services.catalogue.routes import RawFault

FINDS_OFFICE, PLACE = "route_to_office", "location"
UNSENDABLE = {"address", "group", "file"}
TOLD_APART = {"description": "long_text", "email": "email", "phone": "phone"}


def place_of(definition: Definition) -> str:
    """Give the key of the one field that says where."""
    return _first(definition, PLACE)


def told_apart(definition: Definition) -> dict[str, str]:
    """Give the fields that GeoReport's own arguments fill: for `description`, `email`, `phone` the first of a kind."""
    found = {name: _first(definition, kind) for name, kind in TOLD_APART.items()}
    return {name: key for name, key in found.items() if key}


def attributes_of(definition: Definition) -> list[AnyField]:
    """Give the fields that programs send as attributes: all but the place, files, and what has its own argument."""
    apart = {place_of(definition), *told_apart(definition).values()}
    return [field for field in definition.fields.values() if field.key not in apart and field.kind not in UNSENDABLE]


def photo_of(definition: Definition) -> FileField | None:
    """Give the field that takes a picture, if there is one."""
    files = (field for field in definition.fields.values() if isinstance(field, FileField))
    return next((field for field in files if {"jpeg", "png"} & set(field.accept)), None)


def finds_its_office(definition: Definition) -> bool:
    """Tell whether a report finds the office that delivers it by itself: there is one, or a robot looks."""
    steps = definition.workflow.steps
    has_robot = any(isinstance(step, RobotStep) and step.action == FINDS_OFFICE for step in steps)
    return has_robot or len(definition.delivered_by) == 1


def report_faults(definition: Definition) -> Iterator[RawFault]:
    """Give why reports can't be open, as (path, message, remedy)."""
    if not definition.open_reports:
        return
    if definition.identity != "none":
        yield "identity", "open reports are sent without an account", "Write identity: none, or leave out open_reports."
    always = {field.key for field in always_asked(definition)}
    places = [field for field in definition.fields.values() if field.kind == PLACE]
    if len(places) != 1 or places[0].key not in always:
        yield "open_reports", "an open report has one place", "Ask for one location, always shown and required."
    for at, page in enumerate(definition.pages):
        for number, field in enumerate(page.fields):
            if field.kind in UNSENDABLE and field.key in always:
                path = f"pages.{at}.fields.{number}.required"
                yield path, "open reports come without addresses, groups and files", "Write required: false."


def _first(definition: Definition, kind: str) -> str:
    return next((field.key for field in definition.fields.values() if field.kind == kind), "")
