"""Celery shells: one call, done."""

from celery import shared_task
from django.utils import timezone

from services.webhooks import automation, letters


@shared_task
def follow_ledger() -> None:
    automation.follow_ledger(timezone.now())


@shared_task
def deliver_due() -> None:
    automation.deliver_due(timezone.now())


@shared_task
def send_letters() -> None:
    letters.send_letters(timezone.now())


@shared_task
def forget_old() -> None:
    automation.forget_old(timezone.now())
