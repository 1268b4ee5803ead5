"""The public event log as files: a line a leaf, a file a month. The file of a month that is over never changes."""

import csv
import json
from collections.abc import Iterator
from http import HTTPStatus
from io import StringIO
from itertools import chain

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.log import FOR_A_MOMENT, FOR_EVER, LogView
from portal.middleware import for_everybody
from services.catalogue.models import Service
from services.ledger import public_log
from services.ledger.public_log import Month, Names
from services.transparency.models import Cursor

TYPES = {"jsonl": "application/jsonl; charset=utf-8", "csv": "text/csv; charset=utf-8"}


class EventLog(LogView):
    """The months of the public event log; how many leaves the figures count, and of how many nothing is told."""

    @extend_schema(operation_id="log_events", responses=dict)
    def get(self, request: Request) -> Response:
        cursor = Cursor.objects.first()
        counted = public_log.counted_leaves(cursor.event_id) if cursor else None
        months = [_told(month) for month in public_log.months(timezone.now())]
        hidden = public_log.hidden_events(Service.objects.values_list("code", flat=True))
        told = {"months": months, "counted": counted, "hidden": hidden}
        answer = Response(told, headers={"Cache-Control": FOR_A_MOMENT})
        for_everybody(answer)
        return answer


def _told(month: Month) -> dict[str, object]:
    files = {kind: reverse("api_log_month", args=[month.name, kind]) for kind in TYPES}
    plain = {"month": month.name, "first": month.first, "end": month.end, "is_closed": month.is_closed}
    return {**plain, "files": files}


class EventLogMonth(LogView):
    """The leaves of a month as JSON lines or CSV."""

    @extend_schema(operation_id="log_month", responses={(200, "application/jsonl"): str, (200, "text/csv"): str})
    def get(self, request: Request, month: str, kind: str) -> HttpResponse | StreamingHttpResponse:
        found = public_log.month_of(month, timezone.now())
        if found is None or kind not in TYPES:
            raise exceptions.NotFound("Nothing was sealed in this month, or it isn't one.")
        names = public_log.names_in(found)
        tag = f'"{month}-{found.end}-{len(names.all)}-{kind}"'
        answer: HttpResponse | StreamingHttpResponse
        if tag in request.headers.get("If-None-Match", ""):
            answer = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        else:
            answer = StreamingHttpResponse(WRITTEN[kind](found, names), content_type=TYPES[kind])
            answer.headers["Content-Disposition"] = f'attachment; filename="events-{month}.{kind}"'
        answer.headers["ETag"] = tag
        answer.headers["Cache-Control"] = FOR_EVER if found.is_closed else "public, no-cache"
        for_everybody(answer)
        return answer


def json_lines(month: Month, names: Names) -> Iterator[str]:
    return (json.dumps(line, ensure_ascii=False) + "\n" for line in public_log.lines_of(month, names))


def csv_lines(month: Month, names: Names) -> Iterator[str]:
    for row in chain([public_log.COLUMNS], map(public_log.flat, public_log.lines_of(month, names))):
        line = StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()


WRITTEN = {"jsonl": json_lines, "csv": csv_lines}
