"""Compare two services, offices or periods; and one number for each service whose weights the reader chooses."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.figures_in_words import change_of, period_words
from portal.parameters import BadParameter, number_in, one_of, period_in, with_good_parameters
from portal.public.compared_charts import index_pictures, side_pictures
from portal.public.keeping import kept_page
from portal.public.pictures import Picture, as_picture_file, of_a_page
from portal.public.place_charts import as_figures
from portal.templatetags.words import in_language, own_text
from services.agencies.models import Office
from services.catalogue.models import Service
from services.transparency.models import OfficeFigures
from services.transparency.periods import LAST_YEAR, YEAR_BEFORE, period_of
from services.transparency.queries import Summary, period_figures, summaries
from services.transparency.tables import Figures


class Side(NamedTuple):
    """One of the two that are compared: its name in its languages, its figures, and what they are told of in files."""

    name: Mapping[str, str]
    figures: Figures
    service: str
    period: str
    office: str = ""


Weighed = tuple[Service, list[float | None], float | None]  # its parts, and its number out of 100
MOST_WEIGHT = 100
PARTS: Mapping[str, tuple[str | Promise, Callable[[Figures], float | None], int]] = {
    "on_time": (gettext_lazy("In time"), lambda figures: figures.share_on_time, 40),
    "first_time_right": (gettext_lazy("Right the first time"), lambda figures: figures.share_right, 20),
    "satisfied": (gettext_lazy("Satisfied"), lambda figures: figures.share_satisfied, 30),
    "robot_share": (gettext_lazy("Done by robots"), lambda figures: figures.share_robots, 10),
}


@require_safe
@with_good_parameters
def compare(request: HttpRequest) -> HttpResponse:
    """Put two services, two offices of a service, or two periods of a service beside each other."""
    return kept_page(request, "public/compare.html", lambda: _compared(request))


def _compared(request: HttpRequest) -> dict[str, Any]:
    what, services, sides = chosen_sides(request)
    query = urlencode({name: request.GET[name] for name in ("what", "service", "a", "b") if name in request.GET})
    return {
        "what": what,
        "services": services,
        "offices": Office.objects.order_by("code") if what == "offices" else [],
        "wish": {name: request.GET.get(name, "")[:60] for name in ("service", "a", "b")},
        "sides": sides,
        "change": change_of(sides[0].figures, sides[1].figures) if sides else None,
        "query": query,
        "pictures": of_a_page(_sides_drawn(sides), "compare_chart", query=query),
    }


@require_safe
@with_good_parameters
def compare_chart(request: HttpRequest, chart: str, kind: str) -> HttpResponse:
    """Give one chart of two that are compared as a file."""

    def make() -> tuple[str, list[Picture]]:
        sides = chosen_sides(request)[2]
        return " – ".join(in_language(side.name) for side in sides), _sides_drawn(sides)

    return as_picture_file(request, chart, kind, "compared", make)


def _sides_drawn(sides: list[Side]) -> list[Picture]:
    return side_pictures([(side.name, side.figures) for side in sides])


def chosen_sides(request: HttpRequest) -> tuple[str, list[Service], list[Side]]:
    """Give what kind is compared, all services, and the two sides; none until two are chosen."""
    what = one_of(request, "what", ("services", "offices", "periods"), "services")
    services = list(Service.objects.published().order_by("code"))
    return what, services, COMPARED[what](request, services)


def _two(request: HttpRequest) -> tuple[str, str] | None:
    one, other = (request.GET.get(name, "")[:60] for name in ("a", "b"))
    if one and one == other:
        raise BadParameter(_("Choose two different ones to compare."))
    return (one, other) if one and other else None


def _services(request: HttpRequest, services: list[Service]) -> list[Side]:
    two, known = _two(request), {service.code: service for service in services}
    if two is None:
        return []
    if not set(two) <= set(known):
        raise BadParameter(_("There is no such service."))
    found = summaries(two, timezone.localdate())
    return [Side(known[code].title, found[code].usual, code, found[code].usual_period) for code in two]


def _chosen(request: HttpRequest, services: list[Service]) -> str:
    code = request.GET.get("service", "")[:60]
    if code and code not in {service.code for service in services}:
        raise BadParameter(_("There is no such service."))
    return code


def _offices(request: HttpRequest, services: list[Service]) -> list[Side]:
    two, service = _two(request), _chosen(request, services)
    if two is None or not service:
        return []
    names = {office.code: office.name for office in Office.objects.filter(code__in=two)}
    if not set(two) <= set(names):
        raise BadParameter(_("There is no such office."))
    told = {row.office: row for row in OfficeFigures.objects.filter(service=service, office__in=two)}
    return [_office(names[code], told.get(code), service, code) for code in two]


def _office(name: Mapping[str, str], row: OfficeFigures | None, service: str, code: str) -> Side:
    return (
        Side(name, as_figures(row), service, row.period, code) if row else Side(name, Figures(code), service, "", code)
    )


def _periods(request: HttpRequest, services: list[Service]) -> list[Side]:
    service, today = _chosen(request, services), timezone.localdate()
    names = [period_in(request, today, name) or usual for name, usual in (("a", YEAR_BEFORE), ("b", LAST_YEAR))]
    if names[0] == names[1]:
        raise BadParameter(_("Choose two different ones to compare."))
    if not service:
        return []
    periods = [period_of(name, today) for name in names]
    found = period_figures(service, today, periods)
    both = zip(periods, found, strict=True)
    return [Side(own_text(period_words(period)), figures, service, period.name) for period, figures in both]


COMPARED = {"services": _services, "offices": _offices, "periods": _periods}


@require_safe
@with_good_parameters
def index(request: HttpRequest) -> HttpResponse:
    """Give each service one number out of 100, by weights that the reader chooses."""
    return kept_page(request, "public/figures_index.html", lambda: _index_told(request))


def _index_told(request: HttpRequest) -> dict[str, Any]:
    weights, rows = weighed(request)
    parts = [(code, name, weights[code]) for code, (name, *_) in PARTS.items()]
    query = urlencode(weights)
    pictures = of_a_page(_index_drawn(weights, rows), "index_chart", query=query)
    return {"rows": rows, "parts": parts, "most": MOST_WEIGHT, "query": query, "pictures": pictures}


@require_safe
@with_good_parameters
def index_chart(request: HttpRequest, chart: str, kind: str) -> HttpResponse:
    """Give the services by their numbers, with the weights that are asked for, as a file."""
    return as_picture_file(
        request, chart, kind, "index", lambda: (_("One number for each service"), _index_drawn(*weighed(request)))
    )


def _index_drawn(weights: Mapping[str, int], rows: list[Weighed]) -> list[Picture]:
    parts = [f"{PARTS[code][0]} {weight}" for code, weight in weights.items()]
    return index_pictures([(service.title, number) for service, _shares, number in rows if number is not None], parts)


def weighed(request: HttpRequest) -> tuple[dict[str, int], list[Weighed]]:
    """Give the weights that are asked for, and each service with its parts and its number, the best first."""
    weights = {code: number_in(request, code, usual, MOST_WEIGHT) for code, (_name, _read, usual) in PARTS.items()}
    if not any(weights.values()):
        raise BadParameter(_("At least one weight must be more than 0."))
    services = list(Service.objects.published().order_by("code"))
    found = summaries([service.code for service in services], timezone.localdate())
    rows = [(service, *scored(found[service.code], weights)) for service in services]
    rows.sort(key=lambda row: (row[2] is None, -(row[2] or 0), str(row[0])))
    return weights, rows


def scored(summary: Summary, weights: Mapping[str, int]) -> tuple[list[float | None], float | None]:
    """Give the parts of a service's number, and the number: None unless every part with a weight is told."""
    shares = [read(summary.usual) for _name, read, _usual in PARTS.values()]
    wanted = [(share, weight) for share, weight in zip(shares, weights.values(), strict=True) if weight]
    if any(share is None for share, _ in wanted):
        return shares, None
    total = sum(weight for _, weight in wanted)
    return shares, 100 * sum((share or 0) * weight for share, weight in wanted) / total
