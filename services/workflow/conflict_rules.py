"""When an official is too near to an applicant to judge: pure functions without Django."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from services.catalogue.search import fold

OWN, NAMED, HOUSEHOLD, FAMILY_NAME = "own", "named", "household", "family_name"
WOMENS_ENDINGS = ("ova", "eva", "ina")  # Aliyeva and Aliyev are one family name
PATRONYMIC = ("qizi", "oglu", "kizi", "oghlu")


@dataclass(frozen=True)
class Side:
    """What is known of a person for the comparison; empty where nothing is."""

    key: str = ""
    name: str = ""
    personal_identifier: str = ""
    email: str = ""
    addresses: frozenset[str] = frozenset()


def conflict_between(official: Side, applicant: Side, named: Collection[str], rules: Collection[str]) -> str:
    """Give the rule that keeps an official from a request, or ''.

    `named` are the identifiers of everybody whom the answers name. One's own request and one that names oneself are
    always a conflict; `rules` may add `household` (the same address) and `family_name`.
    """
    if _same(official.key, applicant.key) or _same(fold(official.email), fold(applicant.email)):
        return OWN
    if _same(official.personal_identifier, applicant.personal_identifier):
        return OWN
    if official.personal_identifier and official.personal_identifier in named:
        return NAMED
    if HOUSEHOLD in rules and official.addresses & applicant.addresses:
        return HOUSEHOLD
    if FAMILY_NAME in rules and _same(family_name(official.name), family_name(applicant.name)):
        return FAMILY_NAME
    return ""


def _same(one: str, other: str) -> bool:
    return bool(one) and one == other


def family_name(name: str) -> str:
    """Give the family name of a full name, folded, without the ending that tells women; '' for a name of one word."""
    words = fold(name).split()
    while len(words) > 2 and words[-1] in PATRONYMIC:  # "… Rauf qizi": the father's name stands before it
        words = words[:-2]
    if len(words) < 2:
        return ""
    last = words[-1]
    return last[:-1] if last.endswith(WOMENS_ENDINGS) else last


def written_address(address: Mapping[str, Any]) -> str:
    """Give an address in one way of writing; '' when house or street is missing."""
    if not address.get("street") or not address.get("house"):
        return ""
    parts = ("street", "house", "apartment", "city")
    return fold(" ".join(str(address.get(part, "")) for part in parts))
