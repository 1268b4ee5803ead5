"""Speak with registers of other agencies through their connectors: look up a record, or make an entry exactly once."""

from typing import Annotated, Any

from services.catalogue.action_settings import Calls, Settings, TextExpression
from services.catalogue.definition import Key
from services.connectors import calling
from services.connectors.calling import CallFailed
from services.connectors.form import Code, Form
from services.connectors.models import Connector
from services.workflow.actions.kinds import Failed, Finding, Job
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.troubles import trouble


class Record(Settings):
    """Which register, the record's key there, and the name under which the answer is found."""

    registry: Annotated[Code, Calls("look_up")]
    key: TextExpression
    save_as: Key


class EntryIn(Record):
    """The same, where an entry is made."""

    registry: Annotated[Code, Calls("enter")]


def prepare(walk: Changes, step: Step) -> Job:
    """Tell which record of which register the step is about; raise `Unknown` when that can't be told."""
    known = walk.settings(step, Record)
    key = walk.expressions.text(known.key, walk.variables())
    entry = {"reference": walk.service_request.reference, "service": walk.definition.service, "step": step.key}
    form = connector(known.registry)
    data = {"key": key, "entry": entry, "connector": form}
    return Job(target=known.registry, data=data, titles=form.texts if form else None)


def connector(code: str) -> Form | None:
    """Give a connector as it is set up now."""
    known = Connector.objects.filter(code=code).first()
    return known.form if known else None


def look_up(job: Job, key: str) -> Finding:
    """Give the record with `found: true`, or `found: false`. An empty key stands for no record."""
    if not job.data["key"]:
        return {"found": False}
    form = set_up(job)
    try:
        record = calling.look_up(form, job.data["key"], calling.deadline_of(form))
    except CallFailed as failure:
        raise failed(failure, form) from None
    return {"found": False} if record is None else {**record, "found": True}


def enter(job: Job, key: str) -> Finding:
    """Make the entry and give its receipt; the key tells the register, or us, that it was made before."""
    form = set_up(job)
    entry = calling.Entry(job.data["key"], key, job.data["entry"], job.was_sent)
    try:
        record = calling.enter(form, entry, calling.deadline_of(form))
    except CallFailed as failure:
        raise failed(failure, form) from None
    return {"receipt": str(record.get("receipt") or ""), "found": True}


def set_up(job: Job) -> Form:
    """Give the connector of a job; without one the step goes to a clerk."""
    form: Form | None = job.data["connector"]
    if form is None:
        raise Failed(trouble("not_set_up", what=job.target), is_final=True)
    return form


def failed(failure: CallFailed, form: Form) -> Failed:
    """Tell a failed call in the engine's words. What may be done and can't be found out again goes to a clerk."""
    can_tell = form.is_repeated_safely or form.can_be_asked
    more: dict[str, Any] = {"may_be_done": failure.may_be_done, "rest_s": failure.rest_s}
    is_final = failure.is_final or (failure.may_be_done and not can_tell)
    return Failed(trouble(failure.code, what=form.texts), is_final=is_final, **more)
