"""Tell another system that something happened, by Standard Webhooks: signed, with the same id in every attempt."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from django.conf import settings
from standardwebhooks import Webhook

from services.connectors.addresses import Allowed, check_base, read_base
from services.connectors.calling import CallFailed, deliver, rest_asked_for, secret_of
from services.connectors.form import Form
from services.connectors.wire import Answer, Call, Deadline, send

FEWEST_BYTES = 24  # what the standard asks for


def tell(form: Form, message_id: str, message: Mapping[str, Any], deadline: Deadline, now: datetime) -> None:
    """Deliver a message; only 2xx is success. 410 means never again; everything else may be tried again."""
    operation = form.operations.webhook
    if operation is None or form.signing is None:
        raise CallFailed("not_set_up", is_final=True)
    body = json.dumps(message, ensure_ascii=False)
    headers = {"Content-Type": "application/json", **signed(secret_of(form.signing), message_id, body, now)}
    path = operation.path.format(key="", idempotency_key="")
    answer = deliver(form, operation.method, path, deadline, headers, body.encode(), reads_body=False)
    if answer.status == HTTPStatus.GONE:
        raise CallFailed("gone", is_final=True)
    if not answer.is_success:
        raise CallFailed("no_answer", rest_s=rest_asked_for(answer, datetime.now(UTC)))


def post(url: str, allow: Sequence[Allowed], headers: Mapping[str, str], content: bytes, deadline: Deadline) -> Answer:
    """Send a signed message to an address that a manager gave; its answer's body isn't read.

    Raise `NotAllowed`, `NotSent` or `NoAnswer`.
    """
    base = read_base(url)
    check_base(base, allow, read_base(settings.BASE_URL))
    headers = {"Content-Type": "application/json", **headers}
    target = "/" if url.endswith("/") or not base.path else ""
    return send(Call(base, tuple(allow), "POST", target, deadline, 0, headers, content, reads_body=False))


def signed(secrets: str, message_id: str, body: str, now: datetime) -> dict[str, str]:
    """Give the three headers; with several secrets, during a change of keys, a signature by each."""
    moment = now.astimezone(UTC)
    signatures = [Webhook(_key(secret)).sign(message_id, moment, body) for secret in secrets.split()]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _key(secret: str) -> bytes:
    """Give the bytes of a secret such as `whsec_...`; the library itself would take broken and short ones."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if len(key) < FEWEST_BYTES:
        raise CallFailed("not_set_up", is_final=True)
    return key
