"""Housekeeping of what the portal itself keeps."""

from celery import shared_task
from django.db import connection


@shared_task
def forget_expired_counters() -> None:
    """Delete what the cache holds no longer: each new entry counts the rows that are there."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portal_cache WHERE expires < now()")
