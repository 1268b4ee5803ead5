"""Celery shells: ids in, one call, done."""

from celery import shared_task

from services.transparency import automation


@shared_task
def refresh_measures() -> None:
    automation.refresh()
