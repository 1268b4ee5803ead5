"""The encoding and the chain of events: pure functions without Django."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

START = bytes(32)
DOMAIN = b"portal event 1\x00"
SALT_BYTES = 32
PLAIN = {type(None), bool, int, str}


class NotCanonical(TypeError):
    """Only null, booleans, whole numbers, texts, lists and maps with text keys have one encoding."""


def canonical(value: Any) -> bytes:
    """Encode a value in its only form: JSON with sorted keys, no blanks, no floats (after RFC 8785)."""
    _refuse_ambiguous(value)
    return _encode(value)


def _encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _refuse_ambiguous(value: Any) -> None:
    if isinstance(value, list | tuple):
        items: Iterable[Any] = value
    elif isinstance(value, dict) and all(isinstance(key, str) for key in value):
        items = value.values()
    elif value is None or isinstance(value, int | str):
        return
    else:
        raise NotCanonical(f"{value!r} has no canonical form")
    for item in items:
        if type(item) not in PLAIN:
            _refuse_ambiguous(item)


def digest(
    *, subject: UUID, seq: int, kind: str, actor: str, at: datetime, facts: Mapping[str, Any], previous: bytes
) -> bytes:
    """Give the SHA-256 of an event, its place in the chain of its subject included. 32 bytes."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [str(subject), seq, kind, actor, moment, dict(facts), previous.hex()]
    return hashlib.sha256(DOMAIN + canonical(content)).digest()


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def commitment(content: Any, salt: bytes) -> str:
    """Commit to content without telling it: hex SHA-256 over a salt of 32 bytes and the canonical content."""
    return hashlib.sha256(b"portal content 1\x00" + salt + canonical(content)).hexdigest()
