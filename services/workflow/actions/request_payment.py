"""Ask the applicant to pay what the request costs: how much, until when, and under which reference.

There is no provider of payments yet: people pay at the counter, where a clerk records it.
"""

from collections.abc import Iterator
from decimal import Decimal

from services.catalogue.action_settings import SettingFault, Settings, Use
from services.catalogue.definition import ApplicantStep, Definition, Key, RobotStep
from services.catalogue.expressions import Unknown
from services.requests.models import ServiceRequest
from services.workflow.actions.kinds import Finding, Pure
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.notices import TO_PAY
from services.workflow.notifying import notify


class Payment(Settings):
    """Under which name it is found what is to be paid. Until when is told by the step that waits for the payment."""

    save_as: Key

    def faults(self, use: Use) -> Iterator[SettingFault]:
        if _waiting_step(use.definition, use.step) is None:
            yield "", "no step waits for the payment", "Lead a move to an applicant step that waits for payment."


def _waiting_step(definition: Definition, step: RobotStep) -> ApplicantStep | None:
    following = (definition.workflow.by_key.get(move.to) for move in step.next)
    return next((one for one in following if isinstance(one, ApplicantStep) and one.waits_for == "payment"), None)


def ask(walk: Changes, step: Step) -> Finding:
    """Set what is to be paid and until when, and tell the applicant; raise `Unknown` while there is no fee."""
    request, key = walk.service_request, walk.robot(step)
    if request.fee is None:
        raise Unknown("fee")
    if request.fee == Decimal(0):
        return {"found": False, "amount": "0.00"}
    waiting = _waiting_step(walk.definition, key)
    until = walk.time_of_applicant(waiting.within) if waiting and waiting.within else None
    day = walk.calendar.day_of(until).isoformat() if until else ""
    reference = payment_reference(request.reference)
    walk.tell("payment_asked", "robot:request_payment", step=step.key, amount=f"{request.fee:.2f}", until=day)
    notify(walk, TO_PAY)
    return {"found": True, "amount": f"{request.fee:.2f}", "until": day, "reference": reference}


def payment_reference(reference: str) -> str:
    """Give the creditor reference (ISO 11649) for a request: RF, two check digits, and the request's reference."""
    digits = "".join(str(int(character, 36)) for character in reference + "RF00")
    return f"RF{98 - int(digits) % 97:02}{reference}"


def asked_before(service_request: ServiceRequest, waiting: str) -> Finding:
    """Give what was asked for by the robot before the step that waits for the payment; empty when none did."""
    found = service_request.facts.get("found", {})
    for step in service_request.version.definition.workflow.steps:
        if (
            isinstance(step, RobotStep)
            and step.action == "request_payment"
            and waiting in {one.to for one in step.next}
        ):
            return dict(found.get(Payment.model_validate(step.settings).save_as, {}))
    return {}


ACTION = Pure(Payment, ask)
