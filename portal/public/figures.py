"""The public figures: how well each service is delivered, for everyone to read and to compute with."""

import csv
from collections.abc import Iterator
from datetime import date

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from services.agencies.models import Office
from services.catalogue.models import Service
from services.requests.models import Channel
from services.transparency import queries


class Line:
    """A file that gives back each line written to it."""

    def write(self, line: str) -> str:
        return line


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show the main figures of every service in one table."""
    services = Service.objects.published().with_current().order_by("code")
    summaries = queries.summaries([service.code for service in services])
    rows = [(service, summaries[service.code]) for service in services]
    return render(request, "public/figures.html", {"rows": rows})


@require_safe
def figures_of(request: HttpRequest, code: str) -> HttpResponse:
    """Show the figures of one service, with what they mean."""
    service = get_object_or_404(Service.objects.published().with_current(), code=code)
    return render(request, "public/figures_of.html", {"service": service, **told(queries.figures_of(code))})


def told(figures: queries.Figures) -> dict[str, object]:
    """Give figures with the names of offices and channels, and months as rows of a chart."""
    offices = {
        office.code: str(office) for office in Office.objects.filter(code__in=[t.key for t in figures.by_office])
    }
    channels = dict(Channel.choices)
    months = {tally.key: date.fromisoformat(f"{tally.key}-01") for tally in figures.by_month}
    return {
        "figures": figures,
        "offices": [(offices.get(tally.key, tally.key), tally) for tally in figures.by_office],
        "channels": [(channels.get(tally.key, tally.key), tally) for tally in figures.by_channel],
        "months": [(months[tally.key], tally) for tally in figures.by_month],
        "chart": [
            {"label": date_format(months[tally.key], "YEAR_MONTH_FORMAT"), "value": tally.received}
            for tally in figures.by_month
            if tally.received
        ],
    }


@require_safe
def figures_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """Give the figures of one service as CSV."""
    get_object_or_404(Service.objects.published(), code=code)
    answer = StreamingHttpResponse(_lines(code), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{code}.csv"'
    return answer


def _lines(code: str) -> Iterator[str]:
    writer = csv.writer(Line())
    for row in queries.csv_rows(code):
        yield writer.writerow(row)
