"""Like cases, like decisions: what was decided lately on requests whose answers are alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.catalogue.definition import Definition
from services.requests.models import Decision, ServiceRequest

LATEST, SHOWN = 300, 5
NEAR = Decimal("0.1")
CLOSED = {"one_of", "yes_no", "several_of", "number", "money"}


@dataclass(frozen=True)
class Precedent:
    """An earlier decision on the same step, without whom it was about; `alike` of `compared` answers are alike."""

    decision: Decision
    alike: int
    compared: int


def precedents_of(service_request: ServiceRequest, step_key: str) -> list[Precedent]:
    """Give the latest decisions on like requests, the likest first; those with half of the answers alike at least."""
    decided = Decision.objects.filter(step_key=step_key, service_request__service=service_request.service_id)
    others = decided.exclude(service_request=service_request).select_related("service_request", "agency")
    lately = others.order_by("-pk")[:LATEST]
    found = [_compared(service_request, decision) for decision in lately]
    near = [one for one in found if one.compared and one.alike * 2 >= one.compared]
    return sorted(near, key=lambda one: (-one.alike / one.compared, -one.decision.pk))[:SHOWN]


def _compared(service_request: ServiceRequest, decision: Decision) -> Precedent:
    own, other = service_request.answers, decision.service_request.answers
    keys = [key for key in closed_fields(service_request.version.definition) if key in own and key in other]
    return Precedent(decision, sum(is_alike(own[key], other[key]) for key in keys), len(keys))


def closed_fields(definition: Definition) -> list[str]:
    """Give the fields whose answers can be compared: choices and numbers."""
    return [key for key, field in definition.fields.items() if field.kind in CLOSED]


def is_alike(one: Any, other: Any) -> bool:
    """Tell whether two answers are alike: the same choice, or numbers at most a tenth apart."""
    if isinstance(one, list):
        return set(map(str, one)) == set(map(str, other)) if isinstance(other, list) else False
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    first, second = _number(one), _number(other)
    if first is None or second is None:
        return bool(one == other)
    return abs(first - second) <= NEAR * max(abs(first), abs(second))


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None


def earlier_requests_of(service_request: ServiceRequest) -> list[ServiceRequest]:
    """Give the applicant's other requests, as far as the definition says that the law lets officials see them."""
    allowed: Mapping[str, dict[str, Any]] = {
        "service": {"service": service_request.service_id},
        "agency": {"service__responsible": service_request.service.responsible_id},
    }
    known = allowed.get(service_request.version.definition.earlier_requests)
    if known is None or service_request.applicant_id is None:
        return []
    others = ServiceRequest.objects.filter(applicant=service_request.applicant_id, **known)
    related = others.exclude(pk=service_request.pk).select_related("service", "office")
    return list(related.order_by("-submitted_at")[:SHOWN])
