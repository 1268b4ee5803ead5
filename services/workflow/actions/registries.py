"""Speak with registers of other agencies over HTTP: look up a record, or make an entry exactly once."""

import logging
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings
from pydantic import Field

from services.catalogue.action_settings import Settings, TextExpression
from services.catalogue.definition import Key
from services.workflow.actions.kinds import Failed, Finding, Job
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.troubles import trouble

LARGEST_ANSWER = 65_536
logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines would tell whom we asked about


class Record(Settings):
    """Which register, the record's key there, and the name under which the answer is found."""

    registry: str = Field(min_length=1, max_length=60)
    key: TextExpression
    save_as: Key


@cache
def client() -> httpx.Client:
    timeout = httpx.Timeout(settings.REGISTRY_TIMEOUT_S, connect=2)
    return httpx.Client(base_url=settings.REGISTRY_URL, timeout=timeout, follow_redirects=False)


def prepare(walk: Changes, step: Step) -> Job:
    """Tell which record of which register the step is about; raise `Unknown` when that can't be told."""
    known = walk.settings(step, Record)
    key = walk.expressions.text(known.key, walk.variables())
    entry = {"reference": walk.service_request.reference, "service": walk.definition.service, "step": step.key}
    return Job(target=known.registry, data={"key": key, "entry": entry})


def look_up(job: Job, key: str) -> Finding:
    """Give the record with `found: true`, or `found: false`. An empty key stands for no record."""
    if not job.data["key"]:
        return {"found": False}
    answer = _call("GET", job)
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return {"found": False}
    return {**_read(answer, job), "found": True}


def enter(job: Job, key: str) -> Finding:
    """Make the entry and give its receipt; the key makes a repeated call harmless."""
    answer = _call("POST", job, json=job.data["entry"], headers={"Idempotency-Key": key})
    return {"receipt": str(_read(answer, job).get("receipt", "")), "found": True}


def _call(method: str, job: Job, **content: Any) -> httpx.Response:
    path = f"/{quote(job.target, safe='')}/{quote(job.data['key'], safe='')}"
    try:
        return client().request(method, path, **content)
    except httpx.HTTPError:
        raise Failed(trouble("no_answer", what=job.target)) from None


def _read(answer: httpx.Response, job: Job) -> dict[str, Any]:
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise Failed(trouble("no_answer", what=job.target))
    if not answer.is_success:
        raise Failed(trouble("refused", what=job.target), is_final=True)
    try:
        record = answer.json() if len(answer.content) <= LARGEST_ANSWER else None
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise Failed(trouble("bad_answer", what=job.target))
    return record
