"""The public figures: how well each service is delivered, for everyone to read and to compute with."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from services.agencies.models import Office
from services.catalogue.models import Service
from services.requests.models import Channel
from services.transparency import queries
from services.transparency.queries import Figures, Tally


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
    context = {"service": service, "versions": versions, **told(queries.figures_of(code))}
    return render(request, "public/figures_of.html", context)


def told(figures: Figures) -> dict[str, object]:
    """Give figures with the names of offices and channels, and months as rows of a chart."""
    offices = Office.objects.filter(code__in=[tally.key for tally in figures.by_office])
    return {
        "figures": figures,
        "offices": _named(figures.by_office, {office.code: str(office) for office in offices}),
        "channels": _named(figures.by_channel, dict(Channel.choices)),
        "chart": [{"label": _month(tally.key), "value": tally.received} for tally in figures.by_month],
    }


def _named(tallies: Iterable[Tally], names: Mapping[str, object]) -> list[tuple[object, Tally]]:
    """Give counts with the name of the office or channel that they are of; its code where it has no name any more."""
    return [(names.get(tally.key, tally.key), tally) for tally in tallies]


def _month(key: str) -> str:
    return date_format(date.fromisoformat(f"{key}-01"), "YEAR_MONTH_FORMAT")


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
