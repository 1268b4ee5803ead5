"""What most often goes wrong with requests for a service, so that others can avoid it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Q, Sum

from services.transparency.models import Count
from services.transparency.rules import ASKED, FEWEST_CASES, REFUSED

FEWEST_REQUESTS = 30
MOST_TOLD = 3
OFTEN = 0.3


@dataclass(frozen=True)
class Obstacle:
    """Refused for a reason, or sent back for a paper ('' for anything else), and how often.

    What befalls more than three of ten is told as so many `in_ten`, the rest as one in `requests_to_one`.
    """

    kind: Literal["refused", "asked"]
    what: str
    number: int
    requests_to_one: int
    in_ten: int | None = None


def obstacles_of(service: str, since: date) -> list[Obstacle]:
    """Give what went wrong most often since a day’s month, not of few requests, never what befell fewer than five."""
    lately = Count.objects.filter(service=service, cut="", month__gte=since.replace(day=1))
    received = lately.filter(measure="received").aggregate(all=Sum("number"))["all"] or 0
    if received < FEWEST_REQUESTS:
        return []
    wrong = lately.filter(Q(measure__startswith=REFUSED) | Q(measure__startswith=ASKED))
    counted = wrong.values_list("measure").annotate(times=Sum("number")).filter(times__gte=FEWEST_CASES)
    most = counted.order_by("-times", "measure")[:MOST_TOLD]
    return [_obstacle(measure, times, received) for measure, times in most]


def _obstacle(measure: str, number: int, received: int) -> Obstacle:
    kind, _colon, what = measure.partition(":")
    in_ten = min(10, round(10 * number / received)) if number / received > OFTEN else None
    to_one = max(1, round(received / number))
    return Obstacle("refused" if kind == "refused" else "asked", what, number, to_one, in_ten)
