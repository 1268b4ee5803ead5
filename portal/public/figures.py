"""The public figures: how well each service is delivered, for everyone to read and to compute with."""

import csv
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.figures_in_words import REASONS, told
from services.catalogue.models import Service
from services.transparency import queries
from services.transparency.standstills import standstills_of


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
    return render(request, "public/figures.html", {"rows": rows, "as_of": queries.counted_until()})


@require_safe
def figures_of(request: HttpRequest, code: str) -> HttpResponse:
    """Show the figures of one service, with what they mean."""
    service = get_object_or_404(Service.objects.published().with_current(), code=code)
    versions = service.versions.defer("source").order_by("-number")
    still = [(REASONS[one.reason], one) for one in standstills_of(code)]
    context = {"service": service, "versions": versions, "standstills": still, **told(queries.figures_of(code))}
    return render(request, "public/figures_of.html", context)


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
