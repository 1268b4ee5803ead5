"""When a request will probably be decided."""

from datetime import datetime

from services.requests.models import ServiceRequest
from services.transparency.expectations import Expected, expected


def expectation_of(service_request: ServiceRequest, now: datetime) -> Expected | None:
    """Tell by when requests like this one are decided; None while its clock stands still, and once it has ended."""
    if service_request.is_clock_stopped or not service_request.is_in_progress:
        return None
    service, office = service_request.service.code, service_request.office.code
    return expected(service, office, service_request.submitted_at, now)
