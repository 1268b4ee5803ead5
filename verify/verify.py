"""Check the portal's sealed log without trusting the portal: `python verify.py --help`.

Needs Python 3.11 and the package `cryptography`, and nothing of the portal's own code, so that anybody can read, copy
and run it. `README.md` beside it tells what each command proves.
"""

import argparse
import hashlib
import json
import os
import sys
import time
import urllib.request
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

COSIGNATURE, DASH, MOST_BYTES = 4, "\u2014 ", 64_000
Event = dict[str, Any]


class Refuted(Exception):
    """What was to be proved isn't so; the message says what is wrong."""


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01", left, right)


def climb(first: int, at: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Give the hashes of the older tree (or leaf) and of the whole one that a proof leads to (RFC 9162, 2.1)."""
    small = whole = path[0]
    for one in path[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            small, whole = node(one, small) if first < at else small, node(one, whole)
            while not at & 1 and at:
                first, at, last = first >> 1, at >> 1, last >> 1
        else:
            whole = node(whole, one)
        first, at, last = first >> 1, at >> 1, last >> 1
    return (small, whole) if last == 0 else None


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    is_place = 0 <= index < size and len(root) == len(leaf) == hashlib.sha256().digest_size
    return is_place and climb(index, index, size - 1, [leaf, *proof]) == (leaf, root)


def is_consistent(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    first, at, last = 0, old - 1, new - 1
    while at > 0 and (at & 1 or at == last):
        first, at, last = first >> 1, at >> 1, last >> 1
    path = [old_root, *proof] if first == at else list(proof)
    return 0 < old <= new and bool(path) and climb(first, at, last, path) == (old_root, new_root)


def root_over(leaves: Iterable[bytes]) -> tuple[int, bytes]:
    """Give how many leaves there are, and the root over them."""
    size, parts = 0, []
    for size, hashed in enumerate(leaves, 1):  # noqa: B007  the last number is wanted
        height = 0
        while parts and parts[-1][0] == height:
            height, hashed = height + 1, node(parts.pop()[1], hashed)  # noqa: PLW2901
        parts.append((height, hashed))
    root = parts.pop()[1] if parts else sha256()
    while parts:
        root = node(parts.pop()[1], root)
    return size, root


class Key(NamedTuple):
    """Somebody's public key, which is written `name+number+key` (C2SP signed-note)."""

    name: str
    number: bytes
    public: bytes

    def has_signed(self, message: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message.encode())
        except InvalidSignature:
            return False
        return True


class Head(NamedTuple):
    """A signed tree head, with the whole note (C2SP tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes
    time: int
    note: str


def number_of(name: str, kind: int, public: bytes) -> bytes:
    return sha256(f"{name}\n".encode(), bytes([kind]), public)[:4]


def read_key(words: str) -> Key:
    try:
        name, number, encoded = words.strip().split("+", 2)
        raw = b64decode(encoded, validate=True)
        key = Key(name, bytes.fromhex(number), raw[1:])
    except ValueError:
        raise Refuted(f"this isn't a key: {words}") from None
    if key.number != number_of(name, raw[0] if raw else 0, key.public):
        raise Refuted(f"this key doesn't fit its number: {words}")
    return key


def text_of(note: str) -> str:
    return note.rpartition("\n\n")[0] + "\n"


def signatures(note: str, key: Key) -> list[bytes]:
    """Give what one key signed under a note, unchecked."""
    lines = (line.removeprefix(DASH).partition(" ") for line in note.rpartition("\n\n")[2].splitlines())
    found = [b64decode(encoded) for name, _, encoded in lines if name == key.name]
    return [raw[4:] for raw in found if raw[:4] == key.number]


def is_signed(note: str, keys: Iterable[Key]) -> bool:
    return any(key.has_signed(text_of(note), one) for key in keys for one in signatures(note, key))


def read_head(note: str, keys: Iterable[Key]) -> Head:
    """Read a tree head that one of the keys signed."""
    try:
        if not is_signed(note, keys):
            raise Refuted("the tree head isn't signed by a key that you trust")
        origin, size, root, *more = text_of(note).splitlines()
        seconds = next(int(line[5:]) for line in more if line.startswith("time "))
        return Head(origin, int(size), b64decode(root, validate=True), seconds, note)
    except (ValueError, StopIteration):
        raise Refuted("this isn't a tree head") from None


def timed(note: str, seconds: int) -> str:
    return f"cosignature/v1\ntime {seconds}\n{text_of(note)}"


def cosigned_at(note: str, witness: Key) -> int:
    """Give when a witness signed a head, in seconds (C2SP tlog-cosignature)."""
    for raw in signatures(note, witness):
        seconds = int.from_bytes(raw[:8], "big")
        if witness.has_signed(timed(note, seconds), raw[8:]):
            return seconds
    raise Refuted(f"{witness.name} didn't sign this head")


def follow(lines: Iterable[str], trusted: Sequence[Key]) -> list[Key]:
    """Give the keys that we trust, and those that they passed the log on to."""
    known = list(trusted)
    for words, _, signature in (line.partition(" ") for line in lines):
        if is_signed(f"portal ledger key 1\n{words}\n\n{signature}\n", known):
            known.append(read_key(words))
    return known


def fetch(where: str) -> bytes:
    """Read a file or an address."""
    if not where.startswith(("http://", "https://")):
        return Path(where).read_bytes()
    with urllib.request.urlopen(where, timeout=60) as answer:
        return bytes(answer.read())


def hashes(words: Iterable[str]) -> list[bytes]:
    return [b64decode(one, validate=True) for one in words]


def told(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(subject: str, event: Event, previous: str) -> str:
    content = [subject, event["seq"], event["kind"], event["actor"], event["at"], event["facts"], previous]
    return sha256(b"portal event 1\x00", canonical(content)).hex()


def public_hash(public: Event | None) -> bytes:
    return b"" if public is None else sha256(b"portal public event 1\x00", canonical(public))


def leaf_of_event(event: Event) -> bytes:
    since = datetime.fromisoformat(event["recorded_at"]) - datetime(1970, 1, 1, tzinfo=UTC)
    numbers = (event["transaction"], since // timedelta(microseconds=1))
    place = [number.to_bytes(8, "big", signed=True) for number in numbers]
    committed = sha256(b"portal sealed event 1\x00", bytes.fromhex(event["digest"]), *place)
    return sha256(b"\x00portal leaf 1\x00", committed, public_hash(event["public"]))


def check_receipt(receipt: Event, keys: Sequence[Key]) -> Head:
    """Check a receipt by itself: the chain of its events, and that each is in the log under the head."""
    head, previous = read_head(receipt["head"], keys), "00" * 32
    for number, event in enumerate(receipt["events"], 1):
        if event["seq"] != number:
            raise Refuted(f"event {number} is missing")
        if "kind" in event and digest_of(receipt["subject"], event, previous) != event["digest"]:
            raise Refuted(f"event {number} was changed")
        if not is_included(leaf_of_event(event), event["leaf"], head.size, hashes(event["proof"]), head.root):
            raise Refuted(f"event {number} isn't in the log that the head is over")
        previous = event["digest"]
    return head


def check_against_portal(receipt: Event, head: Head, keys: Sequence[Key], portal: str) -> Head:
    """Check that the portal's log of today still holds what the receipt proves."""
    now = read_head(fetch(f"{portal}/api/log/head").decode(), keys)
    for event in receipt["events"]:
        place = (event["leaf"], now.size)
        proof = proof_of(portal, "inclusion", *place) if event["leaf"] < now.size else []
        if not is_included(leaf_of_event(event), *place, proof, now.root):
            raise Refuted(f"event {event['seq']} is missing from the portal's log of today, but you hold its proof")
    if now.size < head.size:
        raise Refuted(f"the log lost events: it had {head.size}, and has {now.size} today")
    if not is_consistent(
        head.size, now.size, proof_of(portal, "consistency", head.size, now.size), head.root, now.root
    ):
        raise Refuted("the log was rewritten since the receipt was made")
    return now


def proof_of(portal: str, kind: str, one: int, other: int) -> list[bytes]:
    return hashes(json.loads(fetch(f"{portal}/api/log/{kind}/{one}/{other}"))["hashes"])


def receipt_command(options: argparse.Namespace) -> None:
    receipt = json.loads(fetch(options.file))
    trusted = [read_key(words) for words in options.key or [receipt["keys"][0].partition(" ")[0]]]
    keys = follow(receipt["keys"], trusted)
    head = check_receipt(receipt, keys)
    print(f"All {len(receipt['events'])} events of {receipt['reference']} are in the log of {head.origin}.")
    print(f"The log had {head.size} events when this was sealed, on {told(head.time)}.")
    if not options.key:
        print("Nobody told me which key to trust (--key): I took the first one that the receipt names.")
    for witness in map(read_key, options.witness):
        print(f"{witness.name} saw this head on {told(cosigned_at(receipt['head'], witness))}.")
    if options.portal:
        now = check_against_portal(receipt, head, keys, options.portal.rstrip("/"))
        print(f"The portal's log of {told(now.time)} still holds them, among {now.size} events.")


class Witness:
    """Keeps the newest head that it saw, signs what grew from it, else keeps both (C2SP tlog-witness)."""

    def __init__(self, folder: Path, name: str, keys: str) -> None:
        self.folder, self.name, self.where, self.lock = folder, name, keys, Lock()
        (folder / "evidence").mkdir(parents=True, exist_ok=True)
        secret = folder / "witness.secret"
        if not secret.exists():
            with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:  # noqa: PTH123
                made.write(Ed25519PrivateKey.generate().private_bytes_raw())
        self.private = Ed25519PrivateKey.from_private_bytes(secret.read_bytes())
        public = self.private.public_key().public_bytes_raw()
        self.key = Key(name, number_of(name, COSIGNATURE, public), public)
        encoded = b64encode(bytes([COSIGNATURE]) + public).decode()
        (folder / "witness.key").write_text(f"{name}+{self.key.number.hex()}+{encoded}\n")

    def keys(self) -> list[Key]:
        """Give the log's keys: the first one ever seen, and those that it passed the log on to."""
        lines, pinned = fetch(self.where).decode().splitlines(), self.folder / "log.key"
        if not pinned.exists():
            pinned.write_text(lines[0].partition(" ")[0])
        return follow(lines, [read_key(pinned.read_text())])

    def add(self, body: str) -> tuple[int, str]:
        """Answer a new head as the specification says it: a status and a text."""
        first, _, note = body.partition("\n\n")
        kept = self.folder / "head"
        try:
            old, *lines = first.splitlines()
            size, proof, keys = int(old.removeprefix("old ")), hashes(lines), self.keys()
            head = read_head(note, keys)
        except Refuted as why:
            return 403, f"{why}\n"
        except ValueError:
            return 400, "this isn't a request to add a checkpoint\n"
        with self.lock:
            return self._judge(head, size, proof, read_head(kept.read_text(), keys) if kept.exists() else None)

    def _judge(self, head: Head, old: int, proof: Sequence[bytes], known: Head | None) -> tuple[int, str]:
        size = known.size if known else 0
        if known and head.origin != known.origin:
            return 404, "I watch another log\n"
        if old > head.size:
            return 400, "a log can't have been larger than it is\n"
        has_shrunk = known is not None and head.size < size and head.time > known.time
        is_fork = known is not None and head.size == size and head.root != known.root
        if known and (has_shrunk or is_fork):
            self._keep(known, head)
        if old != size or is_fork:
            return 409, f"{size}\n"
        if known and (head.time < known.time or not is_consistent(size, head.size, proof, known.root, head.root)):
            self._keep(known, head)
            return 422, "this head contradicts one that I signed; I keep both\n"
        return 200, self._sign(head)

    def _keep(self, one: Head, other: Head) -> None:
        """Keep two heads that the log signed and that can't both be true."""
        name = sha256(one.note.encode(), other.note.encode()).hex()[:16]
        (self.folder / "evidence" / f"{name}.txt").write_text(f"{one.note}\n----\n\n{other.note}")

    def _sign(self, head: Head) -> str:
        seconds = int(time.time())
        signature = self.private.sign(timed(head.note, seconds).encode())
        line = f"{DASH}{self.name} {b64encode(self.key.number + seconds.to_bytes(8, 'big') + signature).decode()}\n"
        fresh = self.folder / "head.new"
        with fresh.open("w") as file:  # kept before it is answered, whole or not at all
            file.write(head.note)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.folder / "head")
        with (self.folder / "heads").open("a") as file:
            file.write(f"{head.note}{line}\n")
        return line


class Handler(BaseHTTPRequestHandler):
    witness: Witness

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode(errors="replace") if length <= MOST_BYTES else ""
        self.give(*(self.witness.add(body) if self.path == "/add-checkpoint" and body else (404, "")))

    def do_GET(self) -> None:
        file = self.witness.folder / {"/": "witness.key", "/head": "head"}.get(self.path, "none")
        self.give(*((200, file.read_text()) if file.exists() else (404, "")))

    def give(self, status: int, words: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/x.tlog.size" if status == 409 else "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(words.encode())))
        self.end_headers()
        self.wfile.write(words.encode())


def witness_command(options: argparse.Namespace) -> None:
    Handler.witness = Witness(Path(options.folder), options.name, options.keys)
    print((Path(options.folder) / "witness.key").read_text().strip(), flush=True)
    if options.listen is not None:
        ThreadingHTTPServer(("127.0.0.1", options.listen), Handler).serve_forever()


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = whole.add_subparsers(required=True)
    receipt = commands.add_parser("receipt", help="check a receipt, without a network")
    receipt.add_argument("file")
    receipt.add_argument("--key", action="append", default=[], help="the log's key that you trust; may be repeated")
    receipt.add_argument("--witness", action="append", default=[], help="the key of a witness who must have signed")
    receipt.add_argument("--portal", help="address of the portal, to ask whether its log still holds the events")
    receipt.set_defaults(run=receipt_command)
    witness = commands.add_parser("witness", help="sign the heads of a log as long as each grew from the one before")
    witness.add_argument("folder", help="where heads, evidence and the witness's own key are kept")
    witness.add_argument("--name", required=True, help="the witness's name, such as witness.example.org/w1")
    witness.add_argument("--keys", required=True, help="file or address of the log's keys, such as .../api/log/keys")
    witness.add_argument("--listen", type=int, help="port to listen on; without it only the key is made and told")
    witness.set_defaults(run=witness_command)
    return whole


def main(words: Sequence[str] | None = None) -> int:
    options = parser().parse_args(words)
    return run(lambda: options.run(options))


def run(job: Callable[[], None]) -> int:
    """Do a job: 0 when everything is proved, 1 with a sentence when it isn't."""
    try:
        job()
    except (Refuted, OSError, ValueError, LookupError, TypeError) as why:
        print(f"NOT PROVED: {why if isinstance(why, Refuted) else repr(why)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
