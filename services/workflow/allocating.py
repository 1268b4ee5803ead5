"""Give places by points and lot, all applicants at once: pure functions without Django, the same for everybody.

The rules are those of docs/decisions/0026: whoever has the public list of a round gets the same result from it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """Who takes part in a round, by a code that tells nobody who it is: points, and wishes, the dearest first."""

    code: str
    points: int
    wishes: tuple[str, ...]


def seed_of(name: str, codes: Collection[str]) -> str:
    """Give the seed of a round: it depends on everybody who takes part, so nobody knows it before the round closes."""
    return _digest(name, *sorted(codes))


def lot_of(seed: str, code: str) -> str:
    """Give a candidate's lot; among equal points the smaller one comes first. Hex SHA-256."""
    return _digest(seed, code)


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def ranked(candidates: Iterable[Candidate], seed: str) -> list[Candidate]:
    """Give the candidates by points, the most first, and then by lot."""
    return sorted(candidates, key=lambda one: (-one.points, lot_of(seed, one.code)))


def allocate(order: Sequence[Candidate], places: Mapping[str, int]) -> dict[str, str]:
    """Give who gets which place, by code: deferred acceptance over the wishes of candidates in their order.

    Everybody asks for the first wish. A place that is asked by too many keeps the first of the order for now, and the
    last asks for the next wish. So nobody loses a place to somebody behind, whatever either wished first.
    """
    rank = {one.code: number for number, one in enumerate(order)}
    left = {one.code: iter(one.wishes) for one in order}
    held: dict[str, list[Candidate]] = defaultdict(list)
    asking = list(reversed(order))
    while asking:
        one = asking.pop()
        wish = next((wish for wish in left[one.code] if places.get(wish, 0) > 0), None)
        if wish is None:
            continue
        held[wish].append(one)
        if len(held[wish]) > places[wish]:
            last = max(held[wish], key=lambda other: rank[other.code])
            held[wish].remove(last)
            asking.append(last)
    return {one.code: place for place, known in held.items() for one in known}


def last_admitted(order: Iterable[Candidate], given: Mapping[str, str]) -> dict[str, int]:
    """Give the points of the last candidate who got a place, by place."""
    return {given[one.code]: one.points for one in order if one.code in given}


def read_places(text: str) -> dict[str, int]:
    """Read how many places there are, written as `north=20, south=15`; raise `ValueError` for anything else."""
    pairs = [part.split("=") for part in text.split(",")]
    if not all(len(pair) == 2 and pair[1].strip().isascii() and pair[1].strip().isdecimal() for pair in pairs):
        raise ValueError(text)
    return {name.strip(): int(number) for name, number in pairs}
