"""Walk one request inside an operation: locked first, written last."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.ledger.standing import standing
from services.requests.models import ServiceRequest
from services.requests.queries import acts_by_code
from services.workflow.engine import Walk
from services.workflow.models import Step
from services.workflow.refusals import Refused
from services.workflow.writing import write

Rows = TypeVar("Rows", bound=QuerySet[Any])


@contextmanager
def walking(service_request: UUID, now: datetime) -> Iterator[Walk]:
    """Lock a request, give a walk on it, and write what the walk changed."""
    with transaction.atomic():
        related = ("version", "office__agency__calendar", "applicant")
        known = ServiceRequest.objects.select_related(*related).defer("version__source")
        request = locked(known).get(pk=service_request)
        walk = Walk(request, now)
        yield walk
        write([walk])


@contextmanager
def walking_at(step: Step, now: datetime) -> Iterator[tuple[Walk, Step]]:
    """Lock a step's request and the step as it is now."""
    with walking(step.service_request_id, now) as walk:
        related = ("parent", "desk__office__agency", "assignee")
        fresh = locked(Step.objects.select_related(*related)).get(pk=step.pk)
        fresh.service_request = walk.service_request
        yield walk, walk.known(fresh)


def locked(rows: Rows, of: Sequence[str] = ("self",), *, skips_locked: bool = False) -> Rows:
    """Lock the rows that a query finds, until the transaction ends."""
    return rows.select_for_update(of=of, skip_locked=skips_locked) if settings.GUARDS["locks"] else rows


def clerk(user: User) -> str:
    return f"{'program' if user.is_program else 'clerk'}:{user.pk}"


def citizen(user: User | None) -> str:
    return f"citizen:{user.pk}" if user else "anonymous"


def is_applicant(service_request: ServiceRequest, by: User | None) -> bool:
    """Tell whether somebody is a request's applicant: by the account, or, as None, by its reference and code."""
    return acts_by_code(service_request) if by is None else service_request.applicant_id == by.pk


def applicants_side(service_request: ServiceRequest, by: User | None) -> str:
    """Give the actor of what is done for the applicant: the person, or an assistant who may; else raise `Refused`."""
    if is_applicant(service_request, by):
        return citizen(by)
    may_follow = service_request.assistance.get("may_follow", False)
    helps = by is not None and service_request.assistant_id == by.pk and may_follow
    require(helps, _("This is somebody else's request."))
    assert by is not None
    return f"assistant:{by.pk}"


def require(condition: object, message: str) -> None:
    """Raise `Refused` with the message unless the condition is true."""
    if not condition:
        raise Refused(message)


def require_in_progress(walk: Walk) -> None:
    require(walk.service_request.is_in_progress, _("This request has already come to an end."))


def require_provable(now: datetime) -> None:
    """Raise `Refused` while the ledger can't be sealed: what can't be proved isn't decided."""
    require(
        not standing(now).is_stopped,
        _(
            "Nothing can be decided now: for four hours the ledger could not be sealed, and a decision could not be "
            "proved. Decisions go on by themselves once it is sealed again."
        ),
    )
