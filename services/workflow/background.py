"""Work that takes longer than a page may: a row tells how far it is, and whoever takes it over from a dead worker."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 5


class BackgroundWork(models.Model):
    """Something to be made for a person in the background; a worker holds it while its lease lasts."""

    asked_at = models.DateTimeField()
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.done}/{self.total}"


Work = TypeVar("Work", bound=BackgroundWork)


def work_off(model: type[Work], make: Callable[[Work], bool], now: datetime) -> int:
    """Make everything of a kind that waits; give how many were made."""
    made = 0
    while work := claim(model._default_manager.order_by("asked_at"), now):
        made += try_to_make(work, make)
    return made


def try_to_make(work: Work, make: Callable[[Work], bool], most: int | None = MOST_ATTEMPTS) -> bool:
    """Make what was claimed; tell whether it was made.

    One that fails doesn't hinder the others; it is tried again when its lease is over, and given up after `most` times;
    never here when `most` is None, because its maker counts by itself.
    """
    try:
        return make(work)
    except Exception:
        log.exception("background_work_failed", kind=type(work).__name__, pk=str(work.pk), attempts=work.attempts)
        if most is not None and work.attempts >= most:
            own(work).update(finished_at=timezone.now(), lease_until=None)
        return False


def claim(rows: QuerySet[Work], now: datetime) -> Work | None:
    """Take the first of some rows that waits or that a worker let fall."""
    with transaction.atomic():
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        work = rows.filter(free, finished_at=None).select_for_update(skip_locked=True).first()
        if work is not None:
            work.lease_until, work.attempts = now + LEASE, work.attempts + 1
            work.save(update_fields=["lease_until", "attempts"])
    return work


def own(work: Work) -> QuerySet[Work]:
    """Give the work while it is this worker's: whoever takes it over counts one attempt more."""
    return type(work)._default_manager.filter(pk=work.pk, attempts=work.attempts, finished_at=None)
