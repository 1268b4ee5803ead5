"""When a request will probably be decided, from the forecasts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.transparency import survival
from services.transparency.models import Forecast

FEWEST_DECISIONS = 30
ANYWHERE = ""


@dataclass(frozen=True)
class Expected:
    """By when half and nine of ten of the requests like one are decided, and on how many decisions that rests."""

    half_by: datetime
    most_by: datetime
    decisions: int


def expected(service: str, office: str, submitted_at: datetime, now: datetime) -> Expected | None:
    """Tell when a request that is still undecided will probably be decided; None when the recent past doesn't say."""
    rows = Forecast.objects.filter(service=service, office__in=[office, ANYWHERE])
    return foretold({row.office: (row.curve, row.decided) for row in rows}, office, submitted_at, now)


def foretold(
    pasts: Mapping[str, tuple[survival.Curve, int]], office: str, submitted_at: datetime, now: datetime
) -> Expected | None:
    """Tell it from the pasts of places, each a curve and the number of decisions behind it.

    The office's own past counts, where it has decided enough of them and says it; else that of all offices.
    """
    for place in (office, ANYWHERE):
        curve, decisions = pasts.get(place, (None, 0))
        if curve is None or decisions < FEWEST_DECISIONS:
            continue
        half, most = (survival.age_when_decided(curve, share, now - submitted_at) for share in (0.5, 0.9))
        if half is not None and most is not None:
            return Expected(submitted_at + half, submitted_at + most, decisions)
    return None
