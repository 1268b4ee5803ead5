import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready
from django.core.exceptions import ImproperlyConfigured

from portal.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def check_before_work(**_: Any) -> None:
    # Celery logs a handler's exception and goes on; only SystemExit ends it.
    try:
        refuse_unsafe_start()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error


@worker_ready.connect
def sweep_at_once(**_: Any) -> None:
    """Let a fresh worker show at once that it works, and take up what lies there, instead of at beat's next tick."""
    app.send_task("services.workflow.tasks.sweep", queue="rules", expires=5)
