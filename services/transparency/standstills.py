"""How often and how long the clocks of a service's requests stood still, by reason: pure functions without Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.transparency import rules
from services.transparency.sheets import Row
from services.transparency.standing_still import STILL
from services.transparency.tables import SECOND_US, Buckets, reasons_of

Sums = tuple[int, int, int, int]


@dataclass(frozen=True)
class Standstill:
    """One reason, or all with few stops (`*`): how many stops, and for how long a clock stood still, in seconds.

    The times are those of one request, all its stops for the reason together; None for fewer than five requests.
    """

    reason: str
    stops: int
    mean: float | None = None
    median: float | None = None
    p90: float | None = None


def standstills(
    stops: Sequence[Row], period: str, lengths: Mapping[str, Buckets], sums: Mapping[str, Sums]
) -> list[Standstill]:
    """Give the reasons for which clocks stood still, the most frequent first."""
    told = reasons_of(stops, period)
    return [_told(one.key, one.number, lengths.get(STILL + one.key, {}), sums.get(STILL + one.key)) for one in told]


def _told(reason: str, count: int, buckets: Buckets, sums: Sums | None) -> Standstill:
    if sums is None or sums[0] < rules.FEWEST_CASES:
        return Standstill(reason, count)
    median, p90 = (rules.quantile(buckets, part) for part in (0.5, 0.9))
    assert median is not None
    assert p90 is not None
    return Standstill(reason, count, sums[1] / sums[0] / SECOND_US, median / SECOND_US, p90 / SECOND_US)
