"""When a request will probably be decided, from the forecasts."""

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
    """Tell when a request that is still undecided will probably be decided; None when the recent past doesn't say.

    The office's own past counts, where it has decided enough of them; else that of all offices.
    """
    known = {row.office: row for row in Forecast.objects.filter(service=service, office__in=[office, ANYWHERE])}
    forecast = known.get(office) or known.get(ANYWHERE)
    if forecast is None or forecast.decided < FEWEST_DECISIONS:
        return None
    ages = [survival.age_when_decided(forecast.curve, share, now - submitted_at) for share in (0.5, 0.9)]
    if None in ages:
        return None
    half_by, most_by = (submitted_at + age for age in ages if age is not None)
    return Expected(half_by, most_by, forecast.decided)
