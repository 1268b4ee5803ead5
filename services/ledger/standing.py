"""How old the newest proof is: a ledger that can't be sealed, or that its witnesses won't sign, stops decisions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

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


def standing(now: datetime) -> Standing:
    """Tell how the ledger stands: by its newest head, which a witness must have signed where one is named.

    Before there is any head, by the moment at which there began to be something to prove.
    """
    newest = Seal.objects.order_by("-pk").values_list("at", flat=True).first()
    if newest is None:
        began = Event.objects.order_by("pk").values_list("recorded_at", flat=True).first()
        # That moment is the database's: whoever plays a history again at another time must not be stopped by it.
        return Standing(began, timezone.now() - began if began else timedelta(0))
    if settings.WITNESSES:
        newest = Cosignature.objects.order_by("-pk").values_list("seal__at", flat=True).first() or _first_seal()
    return Standing(newest, now - newest)


def _first_seal() -> datetime:
    """Give since when a witness could have signed: one that was just named is given the time that any other has."""
    first: datetime = Seal.objects.order_by("pk").values_list("at", flat=True)[0]
    return first
