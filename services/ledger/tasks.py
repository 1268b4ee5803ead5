"""Celery shells: ids in, one call, done."""

from celery import shared_task

from services.ledger import automation


@shared_task
def seal() -> None:
    automation.seal()
