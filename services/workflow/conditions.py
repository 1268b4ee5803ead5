"""What conditions of a definition may speak of, for one request."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from services.catalogue.answers import variables
from services.catalogue.definition import Definition, Span
from services.requests.models import ServiceRequest


def variables_of(service_request: ServiceRequest, evidence: Mapping[str, int], today: date) -> dict[str, Any]:
    """Give the variables of a request's conditions; `evidence` counts its files by key."""
    definition: Definition = service_request.version.definition
    parameters = {place.office: place.parameters for place in definition.delivered_by}
    return variables(
        definition,
        answers=service_request.answers,
        evidence_counts=evidence,
        found=service_request.facts.get("found", {}),
        office_parameters=parameters.get(service_request.office.code, {}),
        applicant=applicant_of(service_request, today),
        decided=service_request.facts.get("decided", {}),
        fee=service_request.fee,
        today=today.isoformat(),
        channel=service_request.channel,
    )


def form_context(
    definition: Definition, office: str, contact: Mapping[str, str], channel: str, today: date
) -> dict[str, Any]:
    """Give what conditions of a form may speak of while it is filled in."""
    parameters = {place.office: place.parameters for place in definition.delivered_by}
    return {
        "office_parameters": parameters.get(office, {}),
        "applicant": {name: contact.get(name, "") for name in ("name", "personal_identifier")},
        "today": today.isoformat(),
        "channel": channel,
    }


def applicant_of(service_request: ServiceRequest, today: date) -> dict[str, Any]:
    """Give what is known of the applicant: name, personal identifier, and the age when the birth date is known."""
    names = ("name", "personal_identifier")
    known: dict[str, Any] = {name: service_request.contact.get(name, "") for name in names}
    age = service_request.applicant.age_on(today) if service_request.applicant else None
    return known if age is None else {**known, "age": age}


def time_limit_of(definition: Definition, holds_surely: Callable[[str], bool]) -> Span:
    """Give the legal limit that applies: the first variant whose condition is known to hold, else the general one."""
    limit = definition.time_limit
    return next((variant for variant in limit.variants if holds_surely(variant.when)), limit)
