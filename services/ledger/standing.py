"""How old the newest proof is: a ledger that can't be sealed, or that its witnesses won't sign, stops decisions."""

from datetime import datetime, timedelta

from django.conf import settings

from services.ledger.models import Cosignature, Event, Seal

WARN_AFTER = timedelta(minutes=15)
STOP_AFTER = timedelta(hours=4)


def proved_at() -> datetime | None:
    """Give up to when the ledger is proved: the time of the newest head, signed by a witness where one is named.

    Without any head, when there began to be something to prove; None when there is nothing yet.
    """
    if settings.WITNESSES:
        signed = Cosignature.objects.order_by("-pk").values_list("seal__at", flat=True).first()
        # A portal that just got its first witness is given the time that any other has.
        return signed or _first_of(Seal.objects.order_by("pk").values_list("at", flat=True).first())
    return _first_of(Seal.objects.order_by("-pk").values_list("at", flat=True).first())


def _first_of(sealed_at: datetime | None) -> datetime | None:
    return sealed_at or Event.objects.order_by("pk").values_list("recorded_at", flat=True).first()


def is_late(now: datetime) -> bool:
    """Tell whether the newest proof is so old that staff must know."""
    return _is_older(now, WARN_AFTER)


def is_stopped(now: datetime) -> bool:
    """Tell whether the newest proof is so old that nothing may be decided."""
    return _is_older(now, STOP_AFTER)


def _is_older(now: datetime, age: timedelta) -> bool:
    at = proved_at()
    return at is not None and now - at > age
