"""Tell another system by a signed webhook that a request came to this step."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import StringConstraints

from services.catalogue.action_settings import Calls, Settings
from services.connectors.calling import CallFailed, deadline_of
from services.connectors.form import Code
from services.connectors.webhooks import tell
from services.workflow.actions.kinds import Failed, Job, Outside, keep_nothing
from services.workflow.actions.registries import connector, set_up
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.troubles import trouble


class Message(Settings):
    """Which system is told, and the kind of message, as in `request.approved`."""

    connector: Annotated[Code, Calls("webhook")]
    type: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}(\.[a-z0-9_]{1,40}){0,4}$")]


def prepare(walk: Changes, step: Step) -> Job:
    """Gather the message: the same in every attempt, and without a word about the person."""
    known, request = walk.settings(step, Message), walk.service_request
    data = {"reference": request.reference, "service": walk.definition.service, "step": step.key}
    message = {"type": known.type, "timestamp": step.opened_at.isoformat(), "data": data}
    form = connector(known.connector)
    told: dict[str, Any] = {"message": message, "connector": form}
    return Job(target=known.connector, data=told, titles=form.texts if form else None)


def send(job: Job, key: str) -> None:
    """Deliver the message with the key as its id, by which the receiver knows a repeated one."""
    form = set_up(job)
    try:
        tell(form, key.replace("/", "-"), job.data["message"], deadline_of(form), datetime.now(UTC))
    except CallFailed as failure:
        more: dict[str, Any] = {"is_final": failure.is_final, "may_be_done": failure.may_be_done}
        more |= {"rest_s": failure.rest_s, "is_over": failure.code == "gone"}
        raise Failed(trouble(failure.code, what=form.texts), **more) from None


ACTION = Outside(Message, Step.Lane.REGISTRIES, prepare, send, keep_nothing, has_effect=True)
