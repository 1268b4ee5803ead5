"""A published definition as one signed file (docs/packages.md): written here, checked anywhere, nothing of it believed.

The file is JSON: `format`, `content`, the public `key` and a signed `note` (C2SP signed-note) with the SHA-256 of the
content's canonical form, by the key that signs the ledger's heads.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.catalogue.definition.terms import Code, Key
from services.catalogue.definition_text import DEEPEST
from services.connectors.addresses import NotAllowed, read_base
from services.ledger.keys import LogKey
from services.ledger.notes import BadNote, Verifier, read_verifier, text_of, verifier_of
from services.ledger.rules import canonical

FORMAT, LARGEST, LONGEST_KEY = "portal service package 1", 1_000_000, 300
LONGEST_GUIDANCE = 20_000
Reason = Literal["too_large", "no_json", "other_format", "incomplete", "changed", "not_signed"]


class BadPackage(Exception):
    """A file that is no package, or not as it was signed; tells which of the reasons."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Guidance(BaseModel):
    """How the officials of the origin do a step, in their words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: Key
    text: str = Field(min_length=1, max_length=LONGEST_GUIDANCE)


class Content(BaseModel):
    """What is signed: where it comes from, the definition as data, and guidance where its agency gives it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    origin: str = Field(max_length=200)
    service: Code
    version: int = Field(ge=1, le=1_000_000)
    published_at: str = Field(max_length=40, pattern=r"^[0-9T:.+Z-]+$")
    definition: dict[str, Any]
    guidance: list[Guidance] = Field(default=[], max_length=100)


@dataclass(frozen=True)
class Package:
    """A package that is as it was signed, the digest of its content, and whose key signed it."""

    content: Content
    digest: str
    verifier: Verifier

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.verifier)


def fingerprint_of(verifier: Verifier) -> str:
    """Give what people compare of a key: the first 16 bytes of its SHA-256 in groups of four."""
    digits = hashlib.sha256(verifier.public).hexdigest()[:32]
    return " ".join(digits[start : start + 4] for start in range(0, 32, 4))


def packed(content: Content, key: LogKey) -> bytes:
    """Give the file of a content, signed."""
    plain = content.model_dump(exclude_unset=True)
    note = key.sign(_signed_text(plain))
    whole = {"format": FORMAT, "content": plain, "key": str(verifier_of(key.name, key.private)), "note": note}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _signed_text(plain: Mapping[str, Any]) -> str:
    return f"{FORMAT}\n{hashlib.sha256(canonical(plain)).hexdigest()}\n"


def read_package(file: bytes) -> Package:
    """Give what a file holds when it is as its key signed it; raise `BadPackage`."""
    whole = _json_of(file)
    if whole.get("format") != FORMAT:
        raise BadPackage("other_format")
    plain, key, note = (whole.get(name) for name in ("content", "key", "note"))
    if not (isinstance(plain, dict) and isinstance(key, str) and isinstance(note, str)):
        raise BadPackage("incomplete")
    if _depth(plain) > DEEPEST or len(key) > LONGEST_KEY or not key.isprintable():
        raise BadPackage("incomplete")
    verifier = _signer(key, note, plain)
    try:
        content = Content.model_validate(plain)
        read_base(content.origin)
    except (ValidationError, NotAllowed):
        raise BadPackage("incomplete") from None
    return Package(content, hashlib.sha256(canonical(plain)).hexdigest(), verifier)


def _json_of(file: bytes) -> dict[str, Any]:
    if len(file) > LARGEST:
        raise BadPackage("too_large")
    try:
        whole = json.loads(file.decode("utf-8"), object_pairs_hook=_once_each)
        canonical(whole)
    except (ValueError, TypeError, RecursionError):
        raise BadPackage("no_json") from None
    if not isinstance(whole, dict) or any("\0" in text for text in _texts_in(whole)):  # no database keeps NUL
        raise BadPackage("no_json")
    return whole


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(once := dict(pairs)) < len(pairs):
        raise ValueError("a key is repeated")
    return once


def _texts_in(whole: Any) -> Iterator[str]:
    front = [whole]
    while front:
        part = front.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            front += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            front += part


def _signer(key: str, note: str, plain: Mapping[str, Any]) -> Verifier:
    try:
        verifier = read_verifier(key)
        signed = text_of(note, [verifier])
    except BadNote:
        raise BadPackage("not_signed") from None
    if signed != _signed_text(plain):
        raise BadPackage("changed")
    return verifier


def _depth(value: Any) -> int:
    deepest, front = 0, [(value, 1)]
    while front:
        part, depth = front.pop()
        children = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        deepest = max(deepest, depth)
        front += [(child, depth + 1) for child in children]
    return deepest
