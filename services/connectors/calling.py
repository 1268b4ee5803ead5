"""Call a connector: look a record up, make an entry once, or ask whether it was made. Needs no database."""

import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings

from services.connectors import rules
from services.connectors.addresses import NotAllowed, check_base, read_base
from services.connectors.form import Form, Operation, Secret
from services.connectors.wire import Answer, Call, Deadline, NoAnswer, NotSent, Unreadable, record_in, send

Record = dict[str, Any]
LONGEST_SECRET = 4096
LONGEST_REST_S = 24 * 3600.0
AMBIGUOUS = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}


class CallFailed(Exception):
    """A call that didn't succeed: by which code, whether it may have been done, and whether trying again may help."""

    def __init__(
        self, code: str, *, may_be_done: bool = False, is_final: bool = False, rest_s: float | None = None
    ) -> None:
        super().__init__(code)
        self.code, self.may_be_done, self.is_final, self.rest_s = code, may_be_done, is_final, rest_s


@dataclass(frozen=True)
class Entry:
    """What is to be entered: under which key of the record, with which key of ours, and whether it was sent before."""

    key: str
    idempotency_key: str
    body: Record
    was_sent: bool = False


def deadline_of(form: Form) -> Deadline:
    return Deadline(form.limits.deadline_s)


def look_up(form: Form, key: str, deadline: Deadline) -> Record | None:
    """Give the record with a key as the connector's mapping names it; None when there is none."""
    operation = _known(form.operations.look_up)
    if set(key) <= {"."}:
        return None
    return _asked(form, operation, {"key": key}, deadline)


def enter(form: Form, entry: Entry, deadline: Deadline) -> Record:
    """Make an entry and give its receipt. What may have been made before is never made again blindly."""
    if entry.was_sent and not form.is_repeated_safely:
        made = _made_before(form, entry, deadline)
        if made is not None:
            return made
    operation = _known(form.operations.enter)
    if set(entry.key) <= {"."}:
        raise CallFailed("refused", is_final=True)
    answer = _sent(form, operation, {"key": entry.key}, deadline, entry)
    if not answer.is_success:
        raise _refusal(answer, operation, entry)
    try:
        return _mapped(operation, record_in(answer))
    except Unreadable:
        raise CallFailed("bad_answer", may_be_done=True) from None


def _made_before(form: Form, entry: Entry, deadline: Deadline) -> Record | None:
    """Ask whether an entry was made; give its receipt, or None when it surely was not."""
    if form.operations.ask is None:
        raise CallFailed("outcome_unknown", may_be_done=True, is_final=True)
    values = {"key": entry.key, "idempotency_key": entry.idempotency_key}
    try:
        return _asked(form, form.operations.ask, values, deadline)
    except CallFailed as failure:
        raise CallFailed(failure.code, may_be_done=True, rest_s=failure.rest_s) from None


def _known(operation: Operation | None) -> Operation:
    if operation is None:
        raise CallFailed("not_set_up", is_final=True)
    return operation


def _asked(form: Form, operation: Operation, values: Mapping[str, str], deadline: Deadline) -> Record | None:
    answer = _sent(form, operation, values, deadline)
    if answer.status in operation.not_found.statuses:
        return None
    if not answer.is_success:
        raise _failure(answer, operation)
    try:
        record = record_in(answer)
    except Unreadable:
        raise CallFailed("bad_answer") from None
    if any(rules.at(record, path) == value for path, value in operation.not_found.when.items()):
        return None
    return _mapped(operation, record)


def _mapped(operation: Operation, record: Record) -> Record:
    """Give what the mapping names of an answer, by our names; all of it where there is no mapping."""
    if not operation.answer:
        return record
    return {name: rules.at(record, path) for name, path in operation.answer.items()}


def _refusal(answer: Answer, operation: Operation, entry: Entry) -> CallFailed:
    """Tell what an answer other than 2xx says of an entry: not done, refused, or nobody knows."""
    failure = _failure(answer, operation)
    clear = failure.is_final and answer.status not in AMBIGUOUS
    if (clear and not (entry.was_sent and answer.status == HTTPStatus.CONFLICT)) or answer.status in operation.not_done:
        return failure
    return CallFailed(failure.code, may_be_done=True, rest_s=failure.rest_s)


def _failure(answer: Answer, operation: Operation) -> CallFailed:
    rest_s = rest_asked_for(answer, datetime.now(UTC))
    passes = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in operation.not_done
    if passes or answer.status in AMBIGUOUS:
        return CallFailed("no_answer", rest_s=rest_s)
    if answer.status < HTTPStatus.BAD_REQUEST:
        return CallFailed("bad_answer")
    return CallFailed("refused", is_final=True)


def rest_asked_for(answer: Answer, now: datetime) -> float | None:
    """Give how many seconds an answer asks to wait (`Retry-After`: seconds or a date), a day at most."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said), LONGEST_REST_S)
    try:
        until = email.utils.parsedate_to_datetime(said)
    except (ValueError, OverflowError, TypeError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0), LONGEST_REST_S)


def _sent(
    form: Form, operation: Operation, values: Mapping[str, str], deadline: Deadline, entry: Entry | None = None
) -> Answer:
    headers, content = {}, b""
    if entry is not None:
        content, headers["Content-Type"] = json.dumps(entry.body).encode(), "application/json"
        if form.idempotency is not None:
            headers[form.idempotency.header] = entry.idempotency_key
    filled = {name: quote(value, safe="") for name, value in values.items()}
    return deliver(form, operation.method, operation.path.format_map(filled), deadline, headers, content)


def deliver(
    form: Form,
    method: str,
    target: str,
    deadline: Deadline,
    headers: Mapping[str, str],
    content: bytes,
    *,
    reads_body: bool = True,
) -> Answer:
    """Send one call to a connector as it is set up now; raise `CallFailed`."""
    try:
        base, allow = form.base(settings.CONNECTOR_VALUES), form.allowed(settings.CONNECTOR_VALUES)
        check_base(base, allow, read_base(settings.BASE_URL))
        headers = {**headers, **_shown(form)}
        largest = form.limits.body_kb * 1024
        return send(Call(base, allow, method, target, deadline, largest, headers, content, reads_body))
    except NotAllowed:
        raise CallFailed("not_set_up", is_final=True) from None
    except NotSent:
        raise CallFailed("no_answer") from None
    except NoAnswer:
        raise CallFailed("no_answer", may_be_done=method != "GET") from None


def _shown(form: Form) -> dict[str, str]:
    """Give the header by which the portal shows who it is."""
    if form.auth is None:
        return {}
    return {form.auth.header: form.auth.prefix + secret_of(form.auth.secret)}


def secret_of(secret: Secret) -> str:
    """Give a secret from where it is kept; raise `CallFailed` when it isn't there or can't be sent."""
    if secret.env is not None:
        value = settings.CONNECTOR_VALUES.get(secret.env, "")
    else:
        value = _content(Path(settings.VAR_DIR) / "connectors" / str(secret.file))
    value = value.strip()
    if not value or not value.isascii() or not value.isprintable() or len(value) > LONGEST_SECRET:
        raise CallFailed("not_set_up", is_final=True)
    return str(value)


def _content(file: Path) -> str:
    try:
        return file.read_text("ascii")
    except (OSError, UnicodeError):
        return ""
