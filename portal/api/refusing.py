"""What the domain refuses, told as the API tells it; and the key by which the same is sent only once."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, status
from rest_framework.request import Request

from portal.limits import HOUR
from portal.upload_limit import TooManyUploads
from services.accounts.models import User
from services.requests.supplying import BadEvidence
from services.workflow.refusals import Invalid, KeyUsedTwice, Refused

LONGEST_KEY = 64
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="Any text that you use once a request."
)


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class KeyReused(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"


class Unconditional(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "if_match_required"
    default_detail = "Send the ETag of the draft that you read, as If-Match."


class ChangedMeanwhile(exceptions.APIException):
    """What somebody means to change isn't as they read it; its ETag now goes with the answer."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "changed_meanwhile"
    default_detail = "This was changed meanwhile. Read it again, and send your change with its ETag as If-Match."

    def __init__(self, etag: str) -> None:
        super().__init__()
        self.headers = {"ETag": etag}


class AlreadySent(Conflict):
    """A draft that a call means to begin was sent already; where its request is given goes with the answer."""

    default_code = "already_sent"
    default_detail = "This draft was sent already. Location gives its request when you send the same there again."

    def __init__(self, submission: str) -> None:
        super().__init__()
        self.headers = {"Location": submission}


@contextmanager
def refusals() -> Iterator[None]:
    """Answer 400 to answers that don't fit, 409 to what can't be done now, 422 to a key for something else."""
    try:
        yield
    except Invalid as invalid:
        problems = {one.path: [exceptions.ErrorDetail(str(one.message), one.code)] for one in invalid.problems}
        raise exceptions.ValidationError({"answers": problems}) from None
    except KeyUsedTwice as refused:
        raise KeyReused(str(refused.message)) from None
    except Refused as refused:
        raise Conflict(str(refused.message)) from None


@contextmanager
def file_refusals(field: str) -> Iterator[None]:
    """Answer 400 at its field to a file that can't be taken, 429 to too many within an hour."""
    try:
        yield
    except TooManyUploads as bad:
        raise exceptions.Throttled(HOUR, str(bad.message)) from None
    except BadEvidence as bad:
        raise exceptions.ValidationError({field: [exceptions.ErrorDetail(str(bad.message), "file")]}) from None


def key_of(request: Request, user: User) -> str:
    """Give the key of a call as the person's own; raise `ValidationError` where it lacks or is too long."""
    key = request.headers.get("Idempotency-Key", "")
    if not 0 < len(key) <= LONGEST_KEY:
        raise exceptions.ValidationError({"Idempotency-Key": [f"Send this header with 1 to {LONGEST_KEY} characters."]})
    return own_key(user, key)


def own_key(user: User, key: str) -> str:
    """Give a key that is the person's own: the same text of two people stands for two requests."""
    return hashlib.sha256(f"{user.pk} {key}".encode()).hexdigest()
