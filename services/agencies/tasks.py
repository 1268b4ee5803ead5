"""Celery shells: one call, done."""

from celery import shared_task
from django.utils import timezone

from services.agencies import automation


@shared_task
def extend_calendars() -> None:
    automation.extend_calendars(timezone.now())
