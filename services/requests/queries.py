from collections.abc import Collection
from uuid import UUID

from django.db.models import Count

from services.ledger.models import Event
from services.requests.evidence import Evidence
from services.requests.models import ServiceRequest

ERASURES = ("applicant_erased", "content_erased")


def evidence_counts(requests: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Give how many files of each key each request has; one query."""
    counts: dict[UUID, dict[str, int]] = {request: {} for request in requests}
    rows = Evidence.objects.accepted().filter(service_request__in=requests).values_list("service_request", "key")
    for request, key, count in rows.annotate(count=Count("pk")):
        counts[request][key] = count
    return counts


def acts_by_code(service_request: ServiceRequest) -> bool:
    """Tell whether reference and code give the right to act on a request, as an account would.

    They do where nobody had to say who they are: sent without an account, for a service that asks for none; and for an
    objection to such a request. What was erased, or sent by an account that was, is nobody's any longer.
    """
    if service_request.applicant_id is not None:
        return False
    if service_request.appeal_of is not None:
        is_free = acts_by_code(service_request.appeal_of)
    else:
        is_free = service_request.version.definition.identity == "none"
    return is_free and not Event.objects.filter(subject=service_request.pk, kind__in=ERASURES).exists()
