"""The keys that sign tree heads: made at set-up, replaced on demand, the private one in a file of its own.

`ledger.keys` lists every public key since the beginning, one a line, oldest first: the key, and from the second on the
signature of the one before, so that whoever trusts one key can follow to the next.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.ledger.notes import Verifier, read_verifier, sign, verifier_of

KEY, KEYS = "ledger-key.pem", "ledger.keys"
PASSED_ON = "portal ledger key 1\n{verifier}\n"


@dataclass(frozen=True)
class LogKey:
    """The private key in use, and the name under which it signs: the log's origin."""

    name: str
    private: Ed25519PrivateKey

    def sign(self, text: str) -> str:
        return sign(text, self.name, self.private)


def make_log_key(folder: Path, name: str) -> bool:
    """Make the key of a log; False when it is there."""
    if (folder / KEY).exists():
        return False
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    _list(folder, [str(verifier_of(name, key))])
    _keep(folder, key)
    return True


def rotate_log_key(folder: Path) -> None:
    """Put a new key in place of the one in use, which signs the new one and is gone."""
    former = log_key(folder)
    key = Ed25519PrivateKey.generate()
    verifier = str(verifier_of(former.name, key))
    signed = former.sign(PASSED_ON.format(verifier=verifier)).splitlines()[-1]
    # First the trust, then the change: at no moment is a head that we signed a stranger's.
    _list(folder, [*listed(folder), f"{verifier} {signed}"])
    _keep(folder, key)


def log_key(folder: Path) -> LogKey:
    """Give the key in use; raise FileNotFoundError when none was made."""
    private = serialization.load_pem_private_key((folder / KEY).read_bytes(), None)
    assert isinstance(private, Ed25519PrivateKey)
    return LogKey(verifiers(folder)[-1].name, private)


def verifiers(folder: Path) -> list[Verifier]:
    """Give every public key since the beginning, oldest first."""
    return [read_verifier(line.partition(" ")[0]) for line in listed(folder)]


def listed(folder: Path) -> list[str]:
    """Give the lines of the list of public keys; none when no key was made."""
    file = folder / KEYS
    return file.read_text().splitlines() if file.exists() else []


def _list(folder: Path, lines: Sequence[str]) -> None:
    fresh = folder / f"{KEYS}.new"
    fresh.write_text("".join(f"{line}\n" for line in lines))
    fresh.replace(folder / KEYS)


def _keep(folder: Path, key: Ed25519PrivateKey) -> None:
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    fresh = folder / f"{KEY}.new"
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123
        file.write(key.private_bytes(pem, form, serialization.NoEncryption()))
    fresh.replace(folder / KEY)
