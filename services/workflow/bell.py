"""The bell: tells workers that there is due work in a lane. Losing it loses nothing; the sweep finds the work."""

from collections.abc import Iterable
from time import monotonic

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from services.workflow.crash_points import crash_point

log = structlog.get_logger(__name__)
QUIET_S = 5.0  # after a failure nobody waits for the broker again
_quiet_until = [0.0]


def ring(lanes: Iterable[str]) -> None:
    """Ring for lanes once the transaction is committed; a broker that is away is told in the log and no more."""
    lanes = set(lanes)
    if lanes and settings.GUARDS["bell"]:
        transaction.on_commit(lambda: _send(lanes), robust=True)


def _send(lanes: Iterable[str]) -> None:
    crash_point("before_bell")
    if monotonic() < _quiet_until[0]:
        return
    for lane in sorted(lanes):
        try:
            current_app.send_task("services.workflow.tasks.run_lane", args=[lane], queue=lane)
        except OperationalError as error:
            _quiet_until[0] = monotonic() + QUIET_S
            log.warning("bell_not_heard", lane=lane, error=str(error))
            return
