"""How old the newest proof is: a ledger that can't be sealed, or that its witnesses won't sign, stops decisions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Subquery
from django.utils import timezone

from services.ledger.composed import Composed
from services.ledger.models import Cosignature, Event, Seal

WARN_AFTER = timedelta(minutes=15)
STOP_AFTER = timedelta(hours=4)


@dataclass(frozen=True)
class Standing:
    """Up to when the ledger is proved (None: there is nothing to prove), and how old that is."""

    proved_at: datetime | None
    age: timedelta

    @property
    def is_late(self) -> bool:
        """Tell whether the proof is so old that staff must know."""
        return self.age > WARN_AFTER

    @property
    def is_stopped(self) -> bool:
        """Tell whether the proof is so old that nothing may be decided."""
        return self.age > STOP_AFTER


def _moments() -> QuerySet[Event, Any]:
    """Ask when the first event was recorded, and when the first, the newest and the newest signed head were made."""
    seals = Seal.objects.order_by("pk").values("at")
    signed = Cosignature.objects.order_by("-pk").values("seal__at")
    first_event = Event.objects.order_by("pk").annotate(
        first=Subquery(seals[:1]), newest=Subquery(seals.reverse()[:1]), signed=Subquery(signed[:1])
    )
    return first_event.values_list("recorded_at", "first", "newest", "signed")[:1]


MOMENTS = Composed(_moments)


def standing(now: datetime) -> Standing:
    """Tell how the ledger stands: by its newest head, which a witness must have signed where one is named; one query.

    Before there is any head, by the moment at which there began to be something to prove.
    """
    rows = MOMENTS.rows()
    if not rows:
        return _without_events(now)
    began, first, newest, witnessed = rows[0]
    if newest is None:
        # That moment is the database's: whoever plays a history again at another time must not be stopped by it.
        return Standing(began, timezone.now() - began)
    # A witness that was just named is given the time that any other has: it could have signed since the first head.
    proved_at: datetime = (witnessed or first) if settings.WITNESSES else newest
    return Standing(proved_at, now - proved_at)


def _without_events(now: datetime) -> Standing:
    """Tell it of a ledger whose events never were, or are gone: then what is left of it must not be taken for good."""
    newest = Seal.objects.order_by("-pk").values_list("at", flat=True).first()
    return Standing(newest, now - newest if newest else timedelta(0))
