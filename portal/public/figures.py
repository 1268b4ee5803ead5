"""The public figures: how well each service is delivered, for everyone to read and to compute with."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.chart_files import CHARTS, TYPES, as_file, chart_of
from portal.equity_in_words import equity_in_words
from portal.figures_in_words import change_of, told
from portal.parameters import BadParameter, one_of, period_in, unit_in, with_good_parameters
from portal.process_picture import drawn
from portal.public.keeping import kept, kept_page
from portal.templatetags.words import in_language
from services.agencies.models import Agency
from services.catalogue.models import Service, ServiceQuerySet
from services.catalogue.queries import Spelling, found_or_respelled, searched
from services.transparency import queries
from services.transparency.equity import rows_beside
from services.transparency.equity import told_of as told_of_groups
from services.transparency.measures import BY_CODE
from services.transparency.models import Cursor
from services.transparency.promises import promises_beside, told_promises
from services.transparency.queries import Summary
from services.transparency.steering import Remark

Listed = tuple[Service, Summary, dict[str, Any] | None]
SORTS: dict[str, Callable[[Listed], Any]] = {
    "name": lambda row: str(row[0]),
    "received": lambda row: _most(row[1].usual.received),
    "median": lambda row: (not row[1].usual.median, row[1].usual.median),
    "on_time": lambda row: _most(row[1].usual.share_on_time),
    "trend": lambda row: _most(row[2]["by"] if row[2] else None),
    "satisfied": lambda row: _most(row[1].usual.share_satisfied),
    "open": lambda row: _most(row[1].ever.open),
}
MOST_REMARKS = 20


def _most(value: float | None) -> tuple[bool, float]:
    """Sort what isn't told last, and the most first."""
    return (value is None, -(value or 0))


@require_safe
@with_good_parameters
def figures(request: HttpRequest) -> HttpResponse:
    """Show the state of every service in one table: found, narrowed and sorted by the address."""
    return kept_page(request, "public/figures.html", lambda: _state_told(request))


def _state_told(request: HttpRequest) -> dict[str, Any]:
    rows, spelling = state_of(request)
    agencies = Agency.objects.filter(services__current__isnull=False).distinct().order_by("code")
    wish = {name: request.GET.get(name, "")[:200] for name in ("q", "agency", "sort")}
    return {
        "rows": rows,
        "words": wish["q"],
        "spelling": spelling,
        "instead_at": urlencode({**wish, "q": spelling.words}) if spelling else "",
        "agencies": agencies,
        "wish": wish,
        "sorts": SORTS,
        "as_of": queries.reading.counted_until(),
    }


def state_of(request: HttpRequest) -> tuple[list[Listed], Spelling | None]:
    """Give the services that are asked for with their main figures, sorted, and what they were found by if not by that.

    It takes four or five queries, and two more for mistyped words.
    """
    sort = one_of(request, "sort", SORTS, "name")
    words, agency = request.GET.get("q", "").strip()[:200], request.GET.get("agency", "")[:60]
    if agency and not Agency.objects.filter(code=agency).exists():
        raise BadParameter(_("There is no such agency."))

    def services_of(words: str) -> ServiceQuerySet:
        services = searched(words) if words else Service.objects.listed()
        return services.filter(responsible__code=agency) if agency else services

    known, spelling = found_or_respelled(words, get_language() or "en", services_of)
    summaries = queries.summaries([service.code for service in known], timezone.localdate())
    rows: list[Listed] = []
    for service in known:
        summary = summaries[service.code]
        rows.append((service, summary, change_of(summary.before, summary.lately)))
    return sorted(rows, key=SORTS[sort]), spelling


def published() -> QuerySet[Service]:
    """Give the services with their current version, up to when the figures are counted, groups of people, promises."""
    known = Service.objects.published().with_current()
    as_of = Subquery(Cursor.objects.values("as_of")[:1])
    return known.annotate(as_of=as_of, equity_rows=rows_beside("code"), promise_rows=promises_beside())


@require_safe
@with_good_parameters
def figures_of(request: HttpRequest, code: str) -> HttpResponse:
    """Show the figures of one service: in a sentence, over time, by step, by office and by version."""
    return kept_page(request, "public/figures_of.html", lambda: _service_told(request, code))


def _service_told(request: HttpRequest, code: str) -> dict[str, Any]:
    service, found, words = told_of(request, code)
    assert service.current is not None
    definition = service.current.definition
    return {
        "service": service,
        "definition": definition,
        "unit": unit_in(request),
        "process": drawn(definition.workflow, words["times"]),
        "versions": service.versions.defer("source").order_by("-number"),
        "measures": BY_CODE,
        "promises": told_promises(service.promise_rows, timezone.localdate()),
        "equity": equity_in_words(told_of_groups(service.equity_rows)) if found.is_usual else None,
        **words,
    }


def told_of(request: HttpRequest, code: str) -> tuple[Service, queries.Service, dict[str, Any]]:
    """Give a service with its figures in the period and the units that are asked for, and their words and charts."""
    service = get_object_or_404(published(), code=code)
    assert service.current is not None
    unit, today = unit_in(request), timezone.localdate()
    found = queries.service_figures(code, today, period_in(request, today), unit)
    remarks = Remark.objects.for_everybody().filter(service=service).order_by("first_day", "written_at")[:MOST_REMARKS]
    return service, found, told(found, unit, service.current.definition, list(remarks))


@require_safe
@with_good_parameters
def figures_chart(request: HttpRequest, code: str, chart: str, kind: str) -> HttpResponse:
    """Give one chart of a service's figures as a file."""
    if chart not in CHARTS or kind not in TYPES:
        raise Http404
    content = kept(request, lambda: _drawn(request, code, chart, kind))
    named = {"Content-Disposition": f'attachment; filename="{code}-{chart}.{kind}"'}
    return HttpResponse(content, content_type=TYPES[kind], headers=named)


def _drawn(request: HttpRequest, code: str, chart: str, kind: str) -> bytes:
    service, _found, words = told_of(request, code)
    chosen = chart_of(words, chart)
    if chosen is None:
        raise Http404
    remarks = words["trends"]["remarks"] if chosen.marks else []
    lines = [f"{number}. {in_language(remark.words)}" for number, remark in enumerate(remarks, start=1)]
    return as_file(chosen, CHARTS[chart], kind, str(service), lines)
