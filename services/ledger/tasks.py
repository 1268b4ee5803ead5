"""Celery shells: ids in, one call, done."""

from celery import shared_task

from services.ledger import automation, witnesses


@shared_task
def seal() -> None:
    automation.seal()


@shared_task
def ask_witnesses() -> None:
    witnesses.ask_all()
