"""What stands beside a request at the desk: guidance, words to use, like cases, earlier requests, the draft."""

from datetime import datetime
from typing import Any

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.knowledge import TextBlock
from services.workflow.letters import filled_in
from services.workflow.models import Step
from services.workflow.operations.knowledge import guidance_of
from services.workflow.precedents import earlier_requests_of, precedents_of
from services.workflow.preparing import PreparedDecision


def beside(seen: ServiceRequest, held: Step | None, user: User, now: datetime) -> dict[str, Any]:
    """Give what helps whoever holds a step of a request; nothing for who only looks."""
    if held is None or held.desk is None:
        return {}
    agency = held.desk.office.agency
    blocks = TextBlock.objects.filter(agency=agency).order_by("title")
    return {
        "agency": agency,
        "guidance": guidance_of(seen.service, held.key, agency),
        "blocks": [(block, filled_in(block, seen, str(user), now)) for block in blocks],
        "precedents": precedents_of(seen, held.key),
        "earlier": earlier_requests_of(seen),
        "prepared": PreparedDecision.objects.filter(step=held).first(),
    }
