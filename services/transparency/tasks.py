"""Celery shells: ids in, one call, done."""

from celery import shared_task
from django.utils import timezone

from services.transparency import automation, equity, exports, forecasts, standings, weekly


@shared_task
def refresh_measures() -> None:
    automation.refresh()
    forecasts.renew_forecasts(timezone.now())
    standings.renew_standings(timezone.now())
    equity.count_equity(timezone.now())


@shared_task
def send_weekly_letters() -> None:
    weekly.send_weekly(timezone.now())


@shared_task
def make_figures() -> None:
    exports.make_figures(timezone.now())
