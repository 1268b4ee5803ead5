"""Services and reports as GeoReport v2 tells them: keys are always there, and nothing that people wrote is told."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.templatetags.words import in_language
from services.catalogue.answers import is_always_required
from services.catalogue.definition import AnyField, Definition, OneOfField, SeveralOfField
from services.catalogue.models import Service
from services.catalogue.reports import attributes_of, place_of
from services.requests.models import ServiceRequest

DATATYPES = {
    "long_text": "text",
    "number": "number",
    "money": "number",
    "date": "datetime",
    "yes_no": "singlevaluelist",
    "one_of": "singlevaluelist",
    "several_of": "multivaluelist",
}
OPEN, CLOSED = "open", "closed"
NOT_TOLD = {"description": "", "service_notice": "", "address": "", "address_id": "", "zipcode": "", "media_url": ""}


def service(one: Service) -> dict[str, Any]:
    """Tell of a service in the catalogue."""
    definition = _definition(one)
    return {
        "service_code": one.code,
        "service_name": in_language(one.title),
        "description": in_language(one.summary),
        "metadata": bool(attributes_of(definition)),
        "type": "realtime",
        "keywords": ",".join(in_language(definition.keywords) or []),
        "group": in_language(one.responsible.name),
    }


def attributes(one: Service) -> dict[str, Any]:
    """Tell what a report for a service says beside its place: the form's fields, in their order."""
    fields = attributes_of(_definition(one))
    return {"service_code": one.code, "attributes": [_attribute(field, at) for at, field in enumerate(fields, 1)]}


def report(one: ServiceRequest) -> dict[str, Any]:
    """Tell how far a report is. `ended_as` is the key of the step that ended it, `changed_at` its last change."""
    definition = one.version.definition
    where, ended = one.answers.get(place_of(definition)), definition.workflow.by_key.get(one.ended_as or "")  # type: ignore[attr-defined]
    return {
        "service_request_id": str(one.pk),
        "status": OPEN if one.is_in_progress else CLOSED,
        "status_notes": in_language(ended.title) if ended else one.get_status_display(),
        "service_name": in_language(one.service.title),
        "service_code": one.service.code,
        "agency_responsible": in_language(one.office.agency.name),
        "requested_datetime": _moment(one.submitted_at),
        "updated_datetime": _moment(max(one.submitted_at, one.changed_at or one.submitted_at)),  # type: ignore[attr-defined]
        "expected_datetime": _moment(one.due_at),
        "lat": float(where["lat"]) if where else None,
        "long": float(where["lon"]) if where else None,
        **NOT_TOLD,
    }


def _definition(one: Service) -> Definition:
    assert one.current is not None
    return one.current.definition


def _attribute(field: AnyField, order: int) -> dict[str, Any]:
    return {
        "variable": True,
        "code": field.key,
        "datatype": DATATYPES.get(field.kind, "string"),
        "required": is_always_required(field),
        "datatype_description": in_language(field.hint) if field.hint else "",
        "order": order,
        "description": in_language(field.label),
        "values": _values(field),
    }


def _values(field: AnyField) -> list[dict[str, str]]:
    if field.kind == "yes_no":
        return [{"key": "true", "name": str(_("Yes"))}, {"key": "false", "name": str(_("No"))}]
    options = field.options if isinstance(field, OneOfField | SeveralOfField) else []
    return [{"key": option.value, "name": in_language(option.label)} for option in options]


def _moment(at: Any) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")
