"""When a number of one official is unlike those of the others: pure functions without Django."""

from collections.abc import Sequence
from math import sqrt
from statistics import median

Z_99 = 2.576
FEWEST_CASES, FEWEST_TIMES = 30, 20
MUCH = 3.0


def interval(hits: int, cases: int, z: float = Z_99) -> tuple[float, float]:
    """Give the Wilson interval of a share: where it lies with 99 % confidence. (0, 1) without cases."""
    if not cases:
        return 0.0, 1.0
    share, square = hits / cases, z * z
    middle = (share + square / (2 * cases)) / (1 + square / cases)
    reach = z * sqrt(share * (1 - share) / cases + square / (4 * cases * cases)) / (1 + square / cases)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def is_unlike(hits: int, cases: int, others_hits: int, others_cases: int) -> bool:
    """Tell whether chance hardly explains how a share differs from that of all others; needs 30 cases on each side."""
    if cases < FEWEST_CASES or others_cases < FEWEST_CASES:
        return False
    low, high = interval(hits, cases)
    others_low, others_high = interval(others_hits, others_cases)
    return low > others_high or high < others_low


def times_as_long(own: Sequence[float], others: Sequence[float]) -> float | None:
    """Give how many times as long one takes as the others, by the medians; None for fewer than 20 times each."""
    if len(own) < FEWEST_TIMES or len(others) < FEWEST_TIMES or not median(others):
        return None
    return median(own) / median(others)


def is_far(ratio: float | None) -> bool:
    """Tell whether somebody takes three times as long as the others, or a third."""
    return ratio is not None and (ratio >= MUCH or ratio <= 1 / MUCH)


def late_soon(days_left: Sequence[float], per_day: float) -> int:
    """Count the steps that will be late when so many a day are done, the most urgent first.

    `days_left` tells in working days how long each has until its due date, in order; negative is late already.
    """
    if per_day <= 0:
        return len(days_left)
    return sum(left < (place + 1) / per_day for place, left in enumerate(days_left))
