"""Ask the scanner later about files that came while it was away, and let everybody know what it said."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from services.ledger.operations import Entry, record
from services.ledger.rules import commitment
from services.requests.evidence import Evidence, Scan
from services.requests.models import Draft
from services.requests.operations import remove_file
from services.requests.scanner import TooLargeToScan, Unscanned, scan
from services.requests.supplying import finding
from services.workflow.engine import Walk
from services.workflow.notices import FILE_REFUSED
from services.workflow.notifying import notify
from services.workflow.operations.walking import walking

MOST_AT_ONCE, LONGEST_S = 100, 30
SHORTEST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(minutes=15)
TOO_LARGE = "larger than the scanner takes"

log = structlog.get_logger()


def scan_what_waits(now: datetime) -> None:
    """Scan files that wait, those first that have waited longest; stop when the scanner is still away."""
    with suppress(Unscanned):
        for file in _claimed(now):
            try:
                found = _found_in(file)
            except FileNotFoundError:
                log.exception("stored_file_missing", evidence=str(file.pk))
            else:
                _settle(file, found, now)


def _claimed(now: datetime) -> Iterator[Evidence]:
    """Give files whose time has come; each rests before it comes again, and goes to one sweep of several only."""
    if not settings.CLAMD_URL:
        return
    waiting = Evidence.objects.waiting()
    for file in waiting.filter(scan_at__lte=now).order_by("scan_at")[:MOST_AT_ONCE]:
        if waiting.filter(pk=file.pk, scan_at=file.scan_at).update(scan_at=now + _rest(file, now)):
            yield file


def _rest(file: Evidence, now: datetime) -> timedelta:
    """Give how long a file rests before it is tried again: ever longer, so that no odd one holds up the others."""
    return min(max(SHORTEST_REST, (now - file.supplied_at) / 2), LONGEST_REST)


def _found_in(file: Evidence) -> str:
    try:
        with file.file.open() as opened:
            return scan(opened.chunks(), settings.CLAMD_URL, LONGEST_S)
    except TooLargeToScan:
        return TOO_LARGE
    except Unscanned as error:
        log.warning("file_not_scanned", evidence=str(file.pk), why=str(error))
        raise


def _settle(file: Evidence, found: str, now: datetime) -> None:
    """Put down what was found, under the lock of the draft or request to which the file belongs by now."""
    request = Evidence.objects.filter(pk=file.pk).values_list("service_request", flat=True).first()
    if request is None:
        with transaction.atomic():
            draft = Draft.objects.select_for_update().filter(evidence=file).first()
            if draft and (fresh := _still_waiting(file, draft=draft)) and _is_refused(fresh, found):
                record([Entry(draft.pk, "file_refused", "system", now, _facts(fresh, found))])
        return
    with walking(request, now) as walk:
        if fresh := _still_waiting(file, service_request=walk.service_request):
            _tell(walk, fresh, found)


def _still_waiting(file: Evidence, **owner: object) -> Evidence | None:
    """Give a file as it is now; nothing when it is settled, removed, or was sent in the meantime."""
    return Evidence.objects.waiting().select_related("message").filter(pk=file.pk, **owner).first()


def _is_refused(file: Evidence, found: str) -> bool:
    """Let a clean file be read, and take away the bytes of another; tell which it was."""
    if not found:
        file.settle(Scan.CLEAN)
        return False
    remove_file(file.file)
    file.file = ""
    file.settle(Scan.REFUSED)
    return True


def _tell(walk: Walk, file: Evidence, found: str) -> None:
    """Put on record what was found; who brought a harmful file for a request is told that it doesn't count."""
    its = {"file": commitment(file.sha256, bytes(walk.service_request.salt))}
    if not _is_refused(file, found):
        walk.tell("file_cleared", "system", evidence=file.key, **its)
        return
    walk.tell("file_refused", "system", **_facts(file, found), **its)
    if file.message is None or not file.message.is_from_office:
        notify(walk, FILE_REFUSED)


def _facts(file: Evidence, found: str) -> dict[str, str]:
    return {"evidence": file.key, "found": finding(found)}
