"""How often and how long the clocks of a service's requests stood still, by reason, read from the roll-ups."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from services.transparency import rules
from services.transparency.models import Bucket, Count, Length
from services.transparency.standing_still import REASONS, STILL, STOPS

SECOND_US = 1_000_000


@dataclass(frozen=True)
class Standstill:
    """One reason: how many stops; of how many requests the clock went on again; for how long it had stood, in seconds.

    The times are those of one request, all its stops for the reason together; None for fewer than five requests.
    """

    reason: str
    stops: int
    requests: int
    mean: float | None
    median: float | None
    p90: float | None


def standstills_of(service_code: str) -> list[Standstill]:
    """Give the reasons for which clocks of a service stood still, the most frequent first; three queries."""
    counts = dict(_of(Count, service_code, STOPS).values_list("measure").annotate(Sum("number")))
    sums = {
        row[0]: row[1:]
        for row in _of(Length, service_code, STILL).values_list("measure").annotate(Sum("number"), Sum("total"))
    }
    buckets: dict[str, dict[int, int]] = defaultdict(dict)
    rows = _of(Bucket, service_code, STILL).values_list("measure", "bucket").annotate(cases=Sum("number"))
    for measure, bucket, cases in rows.filter(cases__gt=0):
        buckets[measure][bucket] = cases
    told = [
        _told(reason, counts.get(STOPS + reason, 0), sums.get(STILL + reason, (0, 0)), buckets[STILL + reason])
        for reason in REASONS
    ]
    return sorted((one for one in told if one.stops), key=lambda one: -one.stops)


def _of(model: Any, service_code: str, beginning: str) -> QuerySet[Any]:
    chosen: QuerySet[Any] = model.objects.filter(service=service_code, measure__startswith=beginning)
    return chosen


def _told(reason: str, count: int, still: tuple[int, Decimal | int], buckets: dict[int, int]) -> Standstill:
    requests, total = still[0], int(still[1])
    if requests < rules.FEWEST_CASES:
        return Standstill(reason, count, requests, None, None, None)
    median, p90 = (rules.quantile(buckets, part) for part in (0.5, 0.9))
    assert median is not None
    assert p90 is not None
    return Standstill(reason, count, requests, total / requests / SECOND_US, median / SECOND_US, p90 / SECOND_US)
