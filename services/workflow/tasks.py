"""Celery shells: ids in, one call, done."""

from celery import shared_task
from django.utils import timezone

from services.workflow import automation, erasure, exports, staff_mail
from services.workflow.operations import absences, bulk, opinions, preparing, scanning, silence, telling
from services.workflow.what_if import running


@shared_task
def run_lane(lane: str) -> None:
    automation.run_lane(lane)


@shared_task
def sweep() -> None:
    automation.sweep()


@shared_task
def make_exports() -> None:
    exports.make_exports(timezone.now())


@shared_task
def run_trials() -> None:
    running.run_trials(timezone.now())


@shared_task
def erase_what_is_over() -> None:
    erasure.erase_what_is_over(timezone.now())


@shared_task
def take_effect() -> None:
    preparing.take_effect(timezone.now())


@shared_task
def run_bulk() -> None:
    bulk.run_bulk(timezone.now())


@shared_task
def let_silence_decide() -> None:
    silence.let_silence_decide(timezone.now())


@shared_task
def end_silent_opinions() -> None:
    opinions.end_silent_opinions(timezone.now())


@shared_task
def tell_of_deadlines() -> None:
    telling.tell_of_deadlines(timezone.now())


@shared_task
def mail_officials() -> None:
    staff_mail.mail_officials(timezone.now())


@shared_task
def scan_what_waits() -> None:
    scanning.scan_what_waits(timezone.now())


@shared_task
def hand_over_absent() -> None:
    absences.hand_over_absent(timezone.now())
