"""What tests of walks look at and do."""

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.operations import desk
from tests.worlds import NOON, open_step


def fresh(request: ServiceRequest) -> ServiceRequest:
    return ServiceRequest.objects.get(pk=request.pk)


def kinds(request: ServiceRequest) -> list[str]:
    return list(Event.objects.filter(subject=request.pk).order_by("seq").values_list("kind", flat=True))


def decide(request: ServiceRequest, by: User, outcome: str = "yes", *, key: str | None = None, **more: object) -> None:
    step = desk.claim(open_step(request, key), by, NOON)
    desk.decide(step, outcome, by, NOON, **more)
