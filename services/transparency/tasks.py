"""Celery shells: ids in, one call, done."""

from celery import shared_task
from django.utils import timezone

from services.transparency import automation, forecasts, standings


@shared_task
def refresh_measures() -> None:
    automation.refresh()
    forecasts.renew_forecasts(timezone.now())
    standings.renew_standings(timezone.now())
