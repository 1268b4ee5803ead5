"""The public figures as files, for everyone to compute with: every number of a page, in the same period and order."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain, islice
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.parameters import period_in, rows_in, unit_in, with_good_parameters
from portal.public.comparing import Side, Weighed, chosen_sides, weighed
from portal.public.figures import state_of
from portal.public.keeping import kept
from portal.public.place_charts import as_figures
from portal.public.places import office_sums, told_of_agency, told_of_office
from services.catalogue.models import Service
from services.transparency import queries
from services.transparency.equity import equity_of
from services.transparency.lines import COLUMNS, equity_lines, figure_lines, harmless, lines_of
from services.transparency.measures import MEASURES
from services.transparency.models import OfficeFigures
from services.transparency.queries import Summary

FileLine = tuple[str, str, str, str, str, Any]


@require_safe
@with_good_parameters
def state_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Give the main figures of every service as CSV or JSON."""
    return written(request, kind, "services", lambda: _state_lines(request))


def _state_lines(request: HttpRequest) -> Iterator[FileLine]:
    return chain.from_iterable(_summary_lines(service.code, told) for service, told, _change in state_of(request)[0])


def _summary_lines(service: str, summary: Summary) -> Iterator[FileLine]:
    for period, figures in (("12m", summary.lately), ("12m-before", summary.before), ("all", summary.ever)):
        yield from ((service, period, *line) for line in figure_lines("whole", "", figures))


@require_safe
@with_good_parameters
def figures_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Give the figures of one service as CSV or JSON: every number of its page, in the same period."""
    return written(request, kind, code, lambda: _service_lines(request, code))


def _service_lines(request: HttpRequest, code: str) -> Iterator[FileLine]:
    get_object_or_404(Service.objects.published(), code=code)
    unit, today = unit_in(request), timezone.localdate()
    found = queries.service_figures(code, today, period_in(request, today), unit)
    equity = equity_of(code) if found.is_usual else None
    return ((code, found.period.name, *line) for line in chain(lines_of(found, unit), equity_lines(equity)))


@require_safe
@with_good_parameters
def agency_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Give the figures of an agency's services, and of its offices in each service that they deliver."""
    return written(request, kind, code, lambda: _agency_lines(code))


def _agency_lines(code: str) -> Iterator[FileLine]:
    told = told_of_agency(code)
    services = (_summary_lines(service.code, summary) for service, summary, _change in told.rows)
    offices = (_standing_lines(told.standings, office.code) for office in told.offices)
    return chain.from_iterable(chain(services, offices))


@require_safe
@with_good_parameters
def office_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Give the figures of an office in each service that it delivers, and their sums."""
    return written(request, kind, code, lambda: _standing_lines([row for _of, row in told_of_office(code)[1]], code))


def _standing_lines(standings: Iterable[OfficeFigures], office: str) -> Iterator[FileLine]:
    own = [row for row in standings if row.office == office]
    for row in own:
        yield from ((row.service, row.period, *line) for line in figure_lines("office", office, as_figures(row)))
        yield row.service, row.period, "office", office, "beyond_chance", row.beyond
    yield from (("", "", *line) for line in figure_lines("office sum", office, office_sums(own, office)["figures"]))


@require_safe
@with_good_parameters
def compare_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Give the figures of the two that are compared."""
    return written(request, kind, "compared", lambda: chain.from_iterable(map(_side_lines, chosen_sides(request)[2])))


def _side_lines(side: Side) -> Iterator[FileLine]:
    table = "office" if side.office else "whole"
    yield from ((side.service, side.period, *line) for line in figure_lines(table, side.office, side.figures))


@require_safe
@with_good_parameters
def index_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Give each service's number by the weights that are asked for, its parts, and the weights."""
    return written(request, kind, "index", lambda: _index_lines(*weighed(request)))


def _index_lines(weights: dict[str, int], rows: Iterable[Weighed]) -> Iterator[FileLine]:
    yield from (("", "", "weight", part, "weight", weight) for part, weight in weights.items())
    for service, shares, number in rows:
        known = {**dict(zip(weights, shares, strict=True)), "index": number}
        yield from ((service.code, "", "index", "", part, told) for part, told in known.items() if told is not None)


def written(request: HttpRequest, kind: str, name: str, lines: Callable[[], Iterable[Sequence[Any]]]) -> HttpResponse:
    """Give as many lines as are asked for as CSV, or as JSON with what each measure means beside them."""
    if kind not in TYPES:
        raise Http404
    media, write = TYPES[kind]
    content = kept(request, lambda: write(islice(lines(), rows_in(request))))
    return HttpResponse(
        content, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    )


def _as_csv(lines: Iterable[Sequence[Any]]) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in line] for line in lines)
    return text.getvalue()


def _as_json(lines: Iterable[Sequence[Any]]) -> str:
    rows = [dict(zip(COLUMNS, line, strict=True)) for line in lines]
    meanings = {measure.code: str(measure.formula) for measure in MEASURES}
    return json.dumps({"figures": rows, "measures": meanings}, cls=DjangoJSONEncoder)


TYPES = {"csv": ("text/csv; charset=utf-8", _as_csv), "json": ("application/json", _as_json)}
