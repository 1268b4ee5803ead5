"""What chance alone does to shares: intervals, the limits of a funnel and of a control chart; pure functions."""

import math
from typing import NamedTuple

NINETY_FIVE, ALL_BUT_TWO_IN_A_THOUSAND = 1.959964, 3.090232


class Interval(NamedTuple):
    low: float
    high: float


def wilson(part: int, whole: int, deviations: float = NINETY_FIVE) -> Interval:
    """Give Wilson's interval of a share: where the true share lies, 95 times of a hundred.

    Source: E. B. Wilson, Probable Inference, JASA 22 (1927).
    """
    share, square = part / whole, deviations**2
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    spread = deviations / (1 + square / whole) * math.sqrt(share * (1 - share) / whole + square / (4 * whole**2))
    return Interval(max(0.0, middle - spread), min(1.0, middle + spread))


def difference(part: int, whole: int, other_part: int, other_whole: int, deviations: float = NINETY_FIVE) -> Interval:
    """Give Newcombe's interval of the difference of two shares, the first less the other; 95 times of a hundred.

    Source: R. G. Newcombe, Interval estimation for the difference between independent proportions, method 10,
    Statistics in Medicine 17 (1998).
    """
    share, other = part / whole, other_part / other_whole
    one, two = wilson(part, whole, deviations), wilson(other_part, other_whole, deviations)
    below = math.hypot(share - one.low, two.high - other)
    above = math.hypot(one.high - share, other - two.low)
    return Interval(share - other - below, share - other + above)


def funnel(share: float, whole: float, deviations: float = ALL_BUT_TWO_IN_A_THOUSAND) -> Interval:
    """Give between which shares chance alone keeps a place of so many cases when the true share is the same as all's.

    Source: D. J. Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24 (2005).
    """
    spread = deviations * math.sqrt(share * (1 - share) / whole)
    return Interval(max(0.0, share - spread), min(1.0, share + spread))


def is_out(part: int, whole: int, share: float) -> int:
    """Tell whether a place's share is beyond what chance explains: -1 below, 1 above, 0 within."""
    low, high = funnel(share, whole)
    return (part / whole > high) - (part / whole < low)
