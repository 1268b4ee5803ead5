"""Histograms of how long calls took, what stands where in an answer, and names: pure functions without Django."""

import math
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

STEPS = 4  # classes for each doubling of the time: a class is 19 % wide
MOST = 80


def class_of(seconds: float) -> int:
    """Give the number of the class of a duration, from 0."""
    return min(max(math.ceil(STEPS * math.log2(max(seconds * 1000, 1))), 0), MOST)


def upper_bound_s(number: int) -> float:
    """Give the longest duration in a class."""
    return float(2 ** (number / STEPS) / 1000)


def quantile_s(counts: Sequence[int], share: float) -> float | None:
    """Give the duration within which a share of all calls ended, as the upper bound of its class."""
    wanted, seen = share * sum(counts), 0
    for number, count in enumerate(counts):
        seen += count
        if count and seen >= wanted:
            return upper_bound_s(number)
    return None


def at(record: Any, path: str) -> Any:
    """Give what stands at a path as in `person.names.0`; None when nothing does."""
    for part in path.split("."):
        if isinstance(record, list) and part.isdigit() and int(part) < len(record):
            record = record[int(part)]
        elif isinstance(record, Mapping):
            record = record.get(part)
        else:
            return None
    return record


def subject_of(connector: str) -> UUID:
    """Give the subject under which the ledger tells of a connector."""
    return uuid5(NAMESPACE_URL, f"urn:portal:connector:{connector}")
