"""The public figures of agencies and offices, and what each measure means."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.figures_in_words import change_of
from portal.public.keeping import kept_page
from portal.public.pictures import Picture, as_picture_file, of_a_page
from portal.public.place_charts import agency_pictures, as_figures, office_pictures
from services.agencies.models import Agency, Office
from services.catalogue.models import Service
from services.transparency.measures import BY_CODE, MEASURES
from services.transparency.models import OfficeFigures
from services.transparency.queries import Summary, summaries
from services.transparency.tables import Figures
from services.transparency.travel import FACTORS


class AgencyTold(NamedTuple):
    """An agency, its services with their figures and their change, its offices, and how these do in each service."""

    agency: Agency
    rows: list[tuple[Service, Summary, dict[str, Any] | None]]
    offices: list[Office]
    standings: list[OfficeFigures]


@require_safe
def figures_of_agency(request: HttpRequest, code: str) -> HttpResponse:
    """Show how the services do that an agency answers for, and how its offices do."""
    return kept_page(request, "public/figures_agency.html", lambda: _agency_told(code))


def _agency_told(code: str) -> dict[str, Any]:
    told = told_of_agency(code)
    offices = [(office, office_sums(told.standings, office.code)) for office in told.offices]
    pictures = of_a_page(_agency_drawn(told), "agency_chart", code)
    return {**told._asdict(), "offices": offices, "pictures": pictures}


def _agency_drawn(told: AgencyTold) -> list[Picture]:
    offices = [(office, office_sums(told.standings, office.code)["figures"]) for office in told.offices]
    return agency_pictures([service.code for service, *_ in told.rows], offices, timezone.localdate())


@require_safe
def agency_chart(request: HttpRequest, code: str, chart: str, kind: str) -> HttpResponse:
    """Give one chart of an agency's figures as a file."""

    def make() -> tuple[str, list[Picture]]:
        told = told_of_agency(code)
        return str(told.agency), _agency_drawn(told)

    return as_picture_file(request, chart, kind, code, make)


def told_of_agency(code: str) -> AgencyTold:
    """Give the figures of an agency as they may be told; 404 where there is none."""
    agency = get_object_or_404(Agency, code=code)
    services = list(Service.objects.published().filter(responsible=agency).order_by("code"))
    found = summaries([service.code for service in services], timezone.localdate())
    rows = [(one, found[one.code], change_of(found[one.code].before, found[one.code].lately)) for one in services]
    offices = list(agency.offices.order_by("code"))
    standings = OfficeFigures.objects.filter(office__in=[office.code for office in offices])
    return AgencyTold(agency, rows, offices, list(standings.order_by("office", "service")))


def office_sums(told: Iterable[OfficeFigures], office: str) -> dict[str, Any]:
    """Sum up what is told of an office's services; what isn't told isn't in it."""
    rows = [row for row in told if row.office == office]
    sums = {name: sum(row.numbers.get(name, 0) for row in rows) for name in ("received", "decided", "on_time", "late")}
    return {"figures": Figures(office, sums), "services": len(rows), "below": sum(row.beyond < 0 for row in rows)}


@require_safe
def figures_of_office(request: HttpRequest, code: str) -> HttpResponse:
    """Show how an office does in each service, and whether chance explains the difference from the others."""
    return kept_page(request, "public/figures_office.html", lambda: _office_told(code))


def _office_told(code: str) -> dict[str, Any]:
    office, known = told_of_office(code)
    rows = [(service, row, as_figures(row)) for service, row in known]
    pictures = of_a_page(office_pictures(office, rows, timezone.localdate()), "office_chart", code) if rows else []
    sums = office_sums([row for _service, row in known], code)
    return {"office": office, "rows": rows, "sum": sums, "pictures": pictures}


@require_safe
def office_chart(request: HttpRequest, code: str, chart: str, kind: str) -> HttpResponse:
    """Give one chart of an office's figures as a file."""

    def make() -> tuple[str, list[Picture]]:
        office, known = told_of_office(code)
        rows = [(service, row, as_figures(row)) for service, row in known]
        return str(office), office_pictures(office, rows, timezone.localdate())

    return as_picture_file(request, chart, kind, code, make)


def told_of_office(code: str) -> tuple[Office, list[tuple[Service, OfficeFigures]]]:
    """Give an office and how it does in each published service; 404 where there is none."""
    office = get_object_or_404(Office.objects.select_related("agency"), code=code)
    told = list(OfficeFigures.objects.filter(office=code).order_by("service"))
    names = {one.code: one for one in Service.objects.published().filter(code__in=[row.service for row in told])}
    return office, [(names[row.service], row) for row in told if row.service in names]


@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """List every measure."""
    return render(request, "public/measures.html", {"measures": MEASURES})


@require_safe
def measure(request: HttpRequest, code: str) -> HttpResponse:
    """Tell how one measure is counted, what it leaves out and why."""
    if code not in BY_CODE:
        raise Http404
    is_estimate = code in ("visits_avoided", "co2_saved")
    factors = FACTORS.values() if is_estimate else []
    return render(request, "public/measure.html", {"measure": BY_CODE[code], "factors": factors})
