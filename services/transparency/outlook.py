"""What the next weeks will bring, told from the last ones with the errors that the same method made before.

The method is the plainest: the next four weeks bring what four weeks brought on average in the last six. It is tried on
every past week, knowing only what was known then; the bounds are as wide as nine of ten of its errors there, in units
of the square root of what was expected, as counts spread. How often bounds made like that held in the past is told
beside them: where holidays or a campaign come every year the plain method misses, and the record says so.
Pure functions without Django.

Source: V. Vovk, A. Gammerman and G. Shafer, Algorithmic Learning in a Random World (2005), conformal prediction.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

PAST, AHEAD, FEWEST_TRIES, MOST_WEEKS = 6, 4, 13, 104
SHARE = 0.9


@dataclass(frozen=True)
class Outlook:
    """What is expected of the next four weeks, between which bounds, and how often such bounds held in the past."""

    expected: float
    low: float
    high: float
    held: int
    tries: int


def outlook(weeks: Sequence[int], sizes: Sequence[int] | None = None) -> Outlook | None:
    """Tell what the next four weeks bring in all, from the counts of past whole weeks; None when there are too few.

    `sizes` are the counts that tell how far the numbers spread, where these are differences of counts.
    """
    sizes = weeks if sizes is None else sizes
    errors: list[float] = []
    held = tries = 0
    for at in range(PAST, len(weeks) - AHEAD + 1):
        error = abs(sum(weeks[at : at + AHEAD]) - _mean(weeks, at)) / _unit(sizes, at)
        known = errors[: _known_at(at)]
        if len(known) >= FEWEST_TRIES:
            tries += 1
            held += error <= _bound(known)
        errors.append(error)
    if len(errors) < FEWEST_TRIES:
        return None
    expected, reach = _mean(weeks, len(weeks)), _bound(errors) * _unit(sizes, len(weeks))
    return Outlook(expected, expected - reach, expected + reach, held, tries)


def _known_at(at: int) -> int:
    """Give how many errors were known at a week: those of tries whose four weeks were over then."""
    return max(0, at - AHEAD - PAST + 1)


def _mean(weeks: Sequence[int], end: int) -> float:
    """Give what four weeks brought on average in the six before one."""
    return sum(weeks[end - PAST : end]) * AHEAD / PAST


def _unit(sizes: Sequence[int], end: int) -> float:
    return math.sqrt(_mean(sizes, end) + 1)


def _bound(errors: Sequence[float]) -> float:
    """Give the error that nine of ten don't exceed, counted so that the next one is as likely between any two."""
    ordered = sorted(errors)
    return ordered[min(math.ceil((len(errors) + 1) * SHARE), len(errors)) - 1]
