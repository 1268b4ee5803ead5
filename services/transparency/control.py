"""When a measure leaves the limits within which it has always moved: control charts; pure functions without Django.

Shares: the p-chart with Laney's correction for what months differ by anyway (D. B. Laney, Improved control charts for
attributes, Quality Engineering 14, 2002), never narrower than chance makes them, and with the exact tail of the
binomial where few cases make the normal curve wrong. Numbers and days: the chart of individuals and moving ranges
(W. A. Shewhart; D. J. Wheeler, Understanding Variation, 1993). The month that is judged never makes its own limits.

Beyond three deviations, or eight months in a row on one side of what half of the months before kept: else no alarm.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import Literal, NamedTuple

FEWEST_CASES, FEWEST_MONTHS, RUN = 30, 8, 8
DEVIATIONS, RANGES_TO_DEVIATION, RARE = 3.0, 1.128, 0.00135
Kind = Literal["beyond", "run"]


class Limits(NamedTuple):
    low: float
    high: float


@dataclass(frozen=True)
class Alarm:
    """A measure that left its limits: in which way, where it is now, and where it used to be."""

    kind: Kind
    is_above: bool
    value: float
    limits: Limits


class Tally(NamedTuple):
    """Of how many cases of a month how many count."""

    part: int
    whole: int

    @property
    def share(self) -> float:
        return self.part / self.whole


def share_alarm(months: Sequence[Tally]) -> Alarm | None:
    """Judge the last month's share by those before it; months with fewer than thirty cases are left out."""
    if not months or months[-1].whole < FEWEST_CASES:
        return None
    known = [month for month in months if month.whole >= FEWEST_CASES]
    before, last = known[:-1], known[-1]
    if len(before) < FEWEST_MONTHS:
        return None
    limits = share_limits(before, last.whole)
    if not limits.low <= last.share <= limits.high and _is_rare(last, _pooled(before)):
        return Alarm("beyond", last.share > limits.high, last.share, limits)
    return _run([month.share for month in known], limits)


def share_limits(before: Sequence[Tally], whole: int) -> Limits:
    """Give between which shares a month of so many cases lies when nothing changed."""
    share = _pooled(before)
    units = [(month.share - share) / math.sqrt(share * (1 - share) / month.whole) for month in before]
    spread = max(1.0, _mean_range(units) / RANGES_TO_DEVIATION)
    reach = DEVIATIONS * spread * math.sqrt(share * (1 - share) / whole)
    return Limits(max(0.0, share - reach), min(1.0, share + reach))


def number_alarm(months: Sequence[float], *, finest: float, is_count: bool = False) -> Alarm | None:
    """Judge the last month's number by those before it; `finest` is the least step in which it is measured."""
    *before, last = months
    if len(before) < FEWEST_MONTHS:
        return None
    limits = number_limits(before, finest=finest, is_count=is_count)
    if not limits.low <= last <= limits.high:
        return Alarm("beyond", last > limits.high, last, limits)
    return _run(months, limits)


def number_limits(before: Sequence[float], *, finest: float, is_count: bool = False) -> Limits:
    """Give between which numbers a month lies when nothing changed; counts spread at least as chance spreads them."""
    middle = fmean(before)
    deviation = max(_mean_range(before), finest) / RANGES_TO_DEVIATION
    if is_count:
        deviation = max(deviation, math.sqrt(middle))
    return Limits(max(0.0, middle - DEVIATIONS * deviation), middle + DEVIATIONS * deviation)


def _run(values: Sequence[float], limits: Limits) -> Alarm | None:
    """Find eight months in a row on one side of the median of those before, which are at least as many."""
    if len(values) < RUN + FEWEST_MONTHS:
        return None
    middle, lately = median(values[:-RUN]), values[-RUN:]
    if all(value > middle for value in lately) or all(value < middle for value in lately):
        return Alarm("run", lately[-1] > middle, lately[-1], limits)
    return None


def _pooled(months: Sequence[Tally]) -> float:
    """Give the share of all months, never 0 or 1: that something never happened doesn't prove that it can't."""
    return (sum(month.part for month in months) + 0.5) / (sum(month.whole for month in months) + 1)


def _mean_range(values: Sequence[float]) -> float:
    return fmean(abs(after - before) for before, after in pairwise(values))


def _is_rare(month: Tally, share: float) -> bool:
    """Tell whether chance alone makes a share so far from the usual one less often than three deviations do."""
    part, rest = (month.part, month.whole - month.part)
    if month.share > share:
        part, rest, share = rest, part, 1 - share
    return tail(part, month.whole, share) < RARE


def tail(most: int, whole: int, share: float) -> float:
    """Give how likely at most so many of `whole` cases count when each does with the chance `share`."""
    if most < 0:
        return 0.0
    log_odds, log_term, total = math.log(share) - math.log1p(-share), whole * math.log1p(-share), 0.0
    for number in range(most + 1):
        if log_term > -745:
            total += math.exp(log_term)
        log_term += log_odds + math.log(whole - number) - math.log(number + 1) if number < whole else 0.0
    return min(1.0, total)
