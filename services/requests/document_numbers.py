"""Numbers of documents: unguessable, with a check character, typed from paper. Pure functions without Django."""

import secrets

from services.requests.rules import ALPHABET, LOOK_ALIKES, check_character

LENGTH = 20
GROUP = 5


def new_document_number() -> str:
    """Give a fresh number: 19 random characters (95 bits) and a check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check_character(body)


def read_document_number(text: str) -> str | None:
    """Read a number as people write it, in any case, with dashes and look-alikes; None when it can't be one."""
    plain = "".join(text.upper().split()).replace("-", "").translate(LOOK_ALIKES)
    if len(plain) != LENGTH or any(character not in ALPHABET for character in plain):
        return None
    return plain if check_character(plain[:-1]) == plain[-1] else None


def write_document_number(number: str) -> str:
    """Write a number in groups of five."""
    return "-".join(number[start : start + GROUP] for start in range(0, LENGTH, GROUP))
