"""Signed notes, tree heads and cosignatures in the formats of C2SP (signed-note, tlog-checkpoint, tlog-cosignature)."""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE, COSIGNATURE = 1, 4
DASH = "— "
ID_BYTES, TIME_BYTES = 4, 8
MOST_SIGNATURES = 64


class BadNote(ValueError):
    """A text isn't a note, or nobody whom we trust signed it."""


@dataclass(frozen=True)
class Verifier:
    """A public key with its name; `kind` tells what its signatures are over: notes, or notes with a time."""

    name: str
    public: bytes
    kind: int = SIGNATURE

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"


@dataclass(frozen=True)
class Head:
    """A signed tree head: the log's name, how many leaves, their root, and when it was signed."""

    origin: str
    size: int
    root: bytes
    at: datetime

    def __str__(self) -> str:
        lines = [self.origin, str(self.size), b64encode(self.root).decode(), f"time {int(self.at.timestamp())}"]
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Cosigned:
    """A witness's word that it saw a head at a time, and nothing that contradicts it."""

    name: str
    at: datetime
    line: str


def read_verifier(text: str) -> Verifier:
    """Read a key as it is written for others (vkey); raise `BadNote` when it isn't one."""
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        kind, *public = b64decode(encoded, validate=True)
        verifier = Verifier(name, bytes(public), kind)
        is_whole = len(public) == 32 and kind in (SIGNATURE, COSIGNATURE) and verifier.key_id.hex() == key_id
    except (ValueError, Error) as error:
        raise BadNote(f"not a key: {text}") from error
    if not is_whole:
        raise BadNote(f"not a key: {text}")
    return verifier


def verifier_of(name: str, key: Ed25519PrivateKey, kind: int = SIGNATURE) -> Verifier:
    return Verifier(name, key.public_key().public_bytes_raw(), kind)


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Give a note: the text and the signature of one key."""
    return f"{text}\n{_line(verifier_of(name, key), key.sign(text.encode()))}"


def cosign(text: str, name: str, key: Ed25519PrivateKey, at: datetime) -> str:
    """Give a witness's line under a head's text."""
    seconds = int(at.timestamp())
    signature = key.sign(_timed(text, seconds))
    return _line(verifier_of(name, key, COSIGNATURE), seconds.to_bytes(TIME_BYTES, "big") + signature)


def text_of(note: str, verifiers: Iterable[Verifier]) -> str:
    """Give the text of a note that one of the verifiers signed; raise `BadNote` otherwise."""
    text, lines = _parts(note)
    if not any(_is_signed(text, signature, one) for one in verifiers for signature in _signatures(lines, one)):
        raise BadNote("no key that we trust signed this")
    return text


def cosigned(note: str, witness: Verifier) -> Cosigned | None:
    """Give the newest valid line of a witness under a note; None when there is none."""
    text, lines = _parts(note)
    valid = []
    for signature in _signatures(lines, witness):
        seconds = int.from_bytes(signature[:TIME_BYTES], "big")
        if _is_valid(_timed(text, seconds), signature[TIME_BYTES:], witness):
            at = datetime.fromtimestamp(seconds, UTC)
            valid.append(Cosigned(witness.name, at, _line(witness, signature)))
    return max(valid, key=lambda one: one.at, default=None)


def read_head(text: str) -> Head:
    """Read the text of a tree head; raise `BadNote` when it isn't one."""
    try:
        origin, size, root, *more = text.splitlines()
        seconds = next(line[5:] for line in more if line.startswith("time "))
        head = Head(origin, int(size), b64decode(root, validate=True), datetime.fromtimestamp(int(seconds), UTC))
    except (ValueError, Error, StopIteration, OverflowError) as error:
        raise BadNote("not a tree head") from error
    if str(head.size) != size or len(head.root) != 32:
        raise BadNote("not a tree head")
    return head


def _parts(note: str) -> tuple[str, list[str]]:
    text, found, signatures = note.rpartition("\n\n")
    lines = signatures.splitlines()
    if not found or not note.endswith("\n") or not 0 < len(lines) <= MOST_SIGNATURES:
        raise BadNote("not a note")
    return f"{text}\n", lines


def _signatures(lines: Iterable[str], verifier: Verifier) -> Iterator[bytes]:
    """Give what stands in the lines of one key, without its number."""
    for line in lines:
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        try:
            raw = b64decode(encoded, validate=True)
        except Error as error:
            raise BadNote("not a note") from error
        if line.startswith(DASH) and name == verifier.name and raw[:ID_BYTES] == verifier.key_id:
            yield raw[ID_BYTES:]


def _is_signed(text: str, signature: bytes, verifier: Verifier) -> bool:
    return verifier.kind == SIGNATURE and _is_valid(text.encode(), signature, verifier)


def _is_valid(message: bytes, signature: bytes, verifier: Verifier) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(verifier.public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _timed(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _line(verifier: Verifier, signature: bytes) -> str:
    return f"{DASH}{verifier.name} {b64encode(verifier.key_id + signature).decode()}\n"
