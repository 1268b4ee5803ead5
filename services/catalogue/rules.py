"""Identifiers, and how they are checked: pure functions without Django."""

import re
from uuid import NAMESPACE_URL, UUID, uuid5

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I and no O: they are read as 1 and 0
PIN_LENGTH = 7
IBAN_LENGTHS = {"AZ": 28, "FR": 27, "DE": 22, "NL": 18}


def check_character(text: str) -> str:
    """Give the check character of a text in ALPHABET: the weighted sum of its places, modulo 34."""
    total = sum(place * ALPHABET.index(character) for place, character in enumerate(text, start=1))
    return ALPHABET[total % len(ALPHABET)]


def is_pin(text: str) -> bool:
    """Tell whether a text is a personal identifier: six characters and their check character, as in 5ZK3Q1U."""
    return (
        len(text) == PIN_LENGTH
        and all(character in ALPHABET for character in text)
        and check_character(text[:-1]) == text[-1]
    )


def is_tax_id(text: str) -> bool:
    """Tell whether a text is a tax number: ten digits, the last one the weighted sum of the others modulo 11 and 10."""
    if not re.fullmatch(r"[0-9]{10}", text):
        return False
    total = sum(place * int(digit) for place, digit in enumerate(text[:-1], start=1))
    return total % 11 % 10 == int(text[-1])


def is_iban(text: str) -> bool:
    """Tell whether a text is a bank account number by ISO 13616: known length and remainder 1 modulo 97."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", text):
        return False
    if len(text) != IBAN_LENGTHS.get(text[:2], len(text)):
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


IDENTIFIER_RULES = {"pin": is_pin, "tax_id": is_tax_id, "iban": is_iban}


def subject_of(service: str) -> UUID:
    """Give the subject under which the ledger tells of a service: anyone can compute it from the service's code."""
    return uuid5(NAMESPACE_URL, f"urn:portal:service:{service}")
