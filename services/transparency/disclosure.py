"""Which counts may be told, so that no count of one to four people follows from any of them: pure functions.

Time is parted into stretches in each of which every number is 0 or at least five; a period is told when both of its
ends are ends of stretches. Offices, channels, versions and reasons with small numbers are told together. Whatever is
told is then a sum of numbers that are each 0 or at least five, and so is every difference of two of them, one within
the other (docs/decisions/0013).
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

from services.transparency.rules import FEWEST_CASES

Numbers = Sequence[int]
Key = TypeVar("Key", bound=Hashable)


def is_told(number: int) -> bool:
    """Tell whether a count may be told."""
    return number == 0 or number >= FEWEST_CASES


def are_told(numbers: Numbers) -> bool:
    return all(number == 0 or number >= FEWEST_CASES for number in numbers)


def ends_of_stretches(units: Sequence[Numbers], allowed: Collection[int], wanted: Collection[int]) -> list[int]:
    """Part units of time, each with its numbers, into stretches that may be told; give where they begin and end.

    Only ends in `allowed` come into question: 0 is before the first unit, 1 after it. Those in `wanted` are given up
    last. Nothing is told of what lies after the last end.
    """
    ends, sums, prefix = [0], [0] * len(units[0]) if units else [], {}
    prefix[0] = list(sums)
    for end, numbers in enumerate(units, start=1):
        sums = [sum_ + number for sum_, number in zip(sums, numbers, strict=True)]
        if end not in allowed:
            continue
        prefix[end] = sums
        fits = _told_between(prefix, ends[-1], end)
        if not fits and end in wanted:
            fits = _give_up(ends, prefix, end, wanted)
        if fits:
            ends.append(end)
    last = max(prefix)
    if ends[-1] != last and (_told_between(prefix, ends[-1], last) or _give_up(ends, prefix, last, wanted)):
        ends.append(last)
    return ends


def _give_up(ends: list[int], prefix: Mapping[int, Numbers], end: int, wanted: Collection[int]) -> bool:
    """Give up ends that nobody wanted until the stretch up to a wanted one may be told; tell whether that works."""
    keep = len(ends)
    while keep > 1 and ends[keep - 1] not in wanted:
        keep -= 1
        if _told_between(prefix, ends[keep - 1], end):
            del ends[keep:]
            return True
    return False


def _told_between(prefix: Mapping[int, Numbers], begin: int, end: int) -> bool:
    return all(is_told(after - before) for before, after in zip(prefix[begin], prefix[end], strict=True))


def told_together(rows: Mapping[Key, Numbers], already: Collection[Key] = ()) -> set[Key]:
    """Give the rows of a table, whose sums are told, that are told as one: all with small numbers, and enough others.

    Which others: those with the smallest numbers, until the rows that are told as one are at least two, and their
    sums may be told. Those in `already` are among them.
    """
    together = {key for key, numbers in rows.items() if key in already or not are_told(numbers)}
    others = sorted((key for key in rows if key not in together), key=lambda key: (sum(rows[key]), str(key)))
    for key in others:
        if not together or (len(together) > 1 and are_told(sums_of(rows, together))):
            break
        if any(rows[key]):
            together.add(key)
    return together


def sums_of(rows: Mapping[Key, Numbers], keys: Collection[Key]) -> list[int]:
    """Sum up rows of a table."""
    return [sum(column) for column in zip(*(rows[key] for key in keys), strict=True)]
