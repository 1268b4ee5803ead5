import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready
from django.core.exceptions import ImproperlyConfigured

from portal.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def every(seconds: float, task: str, queue: str, *, expires: float | None = None) -> dict[str, Any]:
    """Give a line of beat's schedule; a bell that nobody hears until the next one is dropped."""
    return {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": expires or seconds}}


app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_proc_alive_timeout=60,  # after the default of 4 s a busy machine's worker gives up for good
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="rules",
    task_publish_retry=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 600,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
    },
    beat_schedule={
        "sweep": every(5, "services.workflow.tasks.sweep", "rules"),
        "decisions": every(5, "services.workflow.tasks.take_effect", "rules"),
        "silence": every(5, "services.workflow.tasks.let_silence_decide", "rules"),
        "opinions": every(30, "services.workflow.tasks.end_silent_opinions", "rules"),
        "deadlines": every(30, "services.workflow.tasks.tell_of_deadlines", "rules"),
        "officials": every(300, "services.workflow.tasks.mail_officials", "mail"),
        "bulk": every(5, "services.workflow.tasks.run_bulk", "documents"),
        "absences": every(60, "services.workflow.tasks.hand_over_absent", "documents"),
        "calendars": every(6 * 3600, "services.agencies.tasks.extend_calendars", "documents", expires=3600),
        "exports": every(5, "services.workflow.tasks.make_exports", "documents"),
        "scans": every(10, "services.workflow.tasks.scan_what_waits", "documents"),
        "trials": every(5, "services.workflow.tasks.run_trials", "documents"),
        "seal": every(20, "services.ledger.tasks.seal", "rules"),
        "witnesses": every(20, "services.ledger.tasks.ask_witnesses", "registries"),
        "measures": every(10, "services.transparency.tasks.refresh_measures", "rules"),
        "weekly": every(300, "services.transparency.tasks.send_weekly_letters", "mail"),
        "webhooks": every(5, "services.webhooks.tasks.follow_ledger", "rules"),
        "webhook_calls": every(5, "services.webhooks.tasks.deliver_due", "registries"),
        "webhook_letters": every(60, "services.webhooks.tasks.send_letters", "mail"),
        "webhook_log": every(24 * 3600, "services.webhooks.tasks.forget_old", "documents", expires=3600),
        "counters": every(600, "portal.tasks.forget_expired_counters", "documents"),
        "figures": every(5, "services.transparency.tasks.make_figures", "documents"),
        "retention": every(24 * 3600, "services.workflow.tasks.erase_what_is_over", "documents", expires=3600),
    },
)
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
