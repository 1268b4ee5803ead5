"""References: short, unguessable, readable aloud. Pure functions without Django."""

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
LENGTH = 10
LOOK_ALIKES = str.maketrans("ILO", "110")


def new_reference() -> str:
    """Give a fresh reference such as K7M29QXD4T: nine random characters and a check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Give the check character: weighted sum with odd weights, so that a wrong or swapped character shows."""
    total = sum((2 * place + 1) * ALPHABET.index(character) for place, character in enumerate(body))
    return ALPHABET[total % len(ALPHABET)]


def read_reference(text: str) -> str | None:
    """Read a reference as people write it, in any case, with dashes and look-alikes; None when it can't be one."""
    plain = "".join(text.upper().split()).replace("-", "").translate(LOOK_ALIKES)
    if len(plain) != LENGTH or any(character not in ALPHABET for character in plain):
        return None
    return plain if check_character(plain[:-1]) == plain[-1] else None


def write_reference(reference: str) -> str:
    """Write a reference in groups: K7M2-9QXD-4T."""
    return "-".join((reference[:4], reference[4:8], reference[8:]))


def new_secret() -> str:
    """Give a fresh secret for a link: 256 random bits."""
    return secrets.token_urlsafe(32)


def digest_of_secret(secret: str) -> str:
    """Give the hex SHA-256 by which a secret is found; enough for secrets that nobody can guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
