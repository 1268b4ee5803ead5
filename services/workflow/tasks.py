"""Celery shells: ids in, one call, done."""

from celery import shared_task
from django.utils import timezone

from services.workflow import automation, erasure, exports


@shared_task
def run_lane(lane: str) -> None:
    automation.run_lane(lane)


@shared_task
def sweep() -> None:
    automation.sweep()


@shared_task
def make_exports() -> None:
    exports.make_exports(timezone.now())


@shared_task
def erase_what_is_over() -> None:
    erasure.erase_what_is_over(timezone.now())
