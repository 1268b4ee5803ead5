"""Find conflicts of interest between an official and a request."""

from collections.abc import Iterator
from typing import Any

from services.accounts.models import User
from services.catalogue.definition import AnyField, GroupField
from services.requests.models import ServiceRequest
from services.workflow.conflict_rules import Side, conflict_between, written_address


def conflict_of(service_request: ServiceRequest, user: User) -> str:
    """Give the rule that keeps an official from working a request, or ''."""
    definition = service_request.version.definition
    answered = list(_answered(definition.fields.values(), service_request.answers))
    named = [value for field, value in answered if field.kind == "personal_identifier"]
    addresses = {written_address(value) for field, value in answered if field.kind == "address"}
    return conflict_between(_of_user(user), _of_applicant(service_request, addresses), named, definition.conflicts)


def _of_user(user: User) -> Side:
    own = frozenset({written_address(user.address)} - {""})
    return Side(str(user.pk), user.name, user.personal_identifier or "", user.email, own)


def _of_applicant(service_request: ServiceRequest, addresses: set[str]) -> Side:
    contact, applicant = service_request.contact, service_request.applicant
    if applicant is not None:
        addresses = {*addresses, written_address(applicant.address)}
    return Side(
        key=str(service_request.applicant_id or ""),
        name=contact.get("name", "") or (applicant.name if applicant else ""),
        personal_identifier=contact.get("personal_identifier", ""),
        email=contact.get("email", ""),
        addresses=frozenset(addresses - {""}),
    )


def _answered(fields: Any, answers: dict[str, Any]) -> Iterator[tuple[AnyField, Any]]:
    """Give every answered field with its answer, those of repeated groups, too."""
    for field in fields:
        if field.key not in answers:
            continue
        if isinstance(field, GroupField):
            for item in answers[field.key]:
                yield from _answered(field.fields, item)
        else:
            yield field, answers[field.key]
