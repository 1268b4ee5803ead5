"""Celery shells: ids in, one call, done."""

from celery import shared_task

from services.workflow import automation


@shared_task
def run_lane(lane: str) -> None:
    automation.run_lane(lane)


@shared_task
def sweep() -> None:
    automation.sweep()
