"""All figures of a manager's services in one file, made in the background; what may be told, as the public pages."""

import csv
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from io import StringIO
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from services.accounts.models import User
from services.transparency.background import FiguresExport
from services.transparency.equity import equity_of
from services.transparency.lines import COLUMNS, equity_lines, harmless, lines_of
from services.transparency.managed import agencies_of, services_of
from services.transparency.measures import MEASURES
from services.transparency.queries import service_figures
from services.workflow.background import LEASE, own, work_off

KEPT = timedelta(days=7)
Row = Sequence[Any]
Told = Iterator[tuple[str, list[Row]]]


def ask_for_figures(user: User, kind: str, now: datetime) -> FiguresExport:
    """Let a copy be made; who asks again while one is being made gets that one."""
    try:
        with transaction.atomic():
            return FiguresExport.objects.create(user=user, format=kind, asked_at=now)
    except IntegrityError:
        return FiguresExport.objects.get(user=user, finished_at=None)


def make_figures(now: datetime) -> int:
    """Make every copy that waits, and remove those that were kept long enough; give how many were made."""
    for old in FiguresExport.objects.filter(finished_at__lt=now - KEPT):
        old.file.delete(save=False)
        old.delete()
    return work_off(FiguresExport, _make, now)


def _make(export: FiguresExport) -> bool:
    """Make a copy; tell whether it was still this worker's to finish."""
    with TemporaryFile() as file:
        WRITERS[export.format](file, _told(export))
        file.seek(0)
        export.file.save(f"{export.pk}-{export.attempts}.{export.format}", File(file), save=False)
    kept = own(export).update(finished_at=timezone.now(), lease_until=None, file=export.file.name)
    if not kept:
        export.file.delete(save=False)
    return bool(kept)


def _told(export: FiguresExport) -> Told:
    """Give each service with its rows; note the progress."""
    services = list(services_of(agencies_of(export.user))) if export.user else []
    export.total, today = len(services), timezone.localdate()
    for export.done, service in enumerate(services):
        own(export).update(done=export.done, total=export.total, lease_until=timezone.now() + LEASE)
        found = service_figures(service.code, today)
        told = chain(lines_of(found, "month"), equity_lines(equity_of(service.code) if found.is_usual else None))
        yield service.code, [(service.code, found.period.name, *line) for line in told]
    export.done = export.total
    own(export).update(done=export.done, total=export.total)


def _csv(rows: Sequence[Row]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _write_csv(file: IO[bytes], told: Told) -> None:
    file.write(_csv([COLUMNS]))
    for _code, rows in told:
        file.write(_csv(rows))


def _write_json(file: IO[bytes], told: Told) -> None:
    figures = [dict(zip(COLUMNS, row, strict=True)) for _code, rows in told for row in rows]
    content = {"figures": figures, "measures": _meanings()}
    file.write(json.dumps(content, ensure_ascii=False, indent=1).encode())


def _write_zip(file: IO[bytes], told: Told) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for code, rows in told:
            archive.writestr(f"{code}.csv", _csv([COLUMNS, *rows]))
        archive.writestr("measures.json", json.dumps(_meanings(), ensure_ascii=False, indent=1))


def _meanings() -> dict[str, str]:
    return {measure.code: str(measure.formula) for measure in MEASURES}


WRITERS: dict[str, Callable[[IO[bytes], Told], None]] = {"csv": _write_csv, "json": _write_json, "zip": _write_zip}
