"""What everyone may see: find a service, read what it asks, costs and takes."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.negotiation import also_linked
from portal.place import place_of
from portal.process_picture import drawn
from portal.public.mailbox import letters, read_letter
from portal.public.schema_org import government_service
from portal.standstill import standstills_of
from services.agencies.models import Agency
from services.agencies.queries import known_until, special_days
from services.catalogue.definition import Definition
from services.catalogue.fees import fee_range
from services.catalogue.guides import guide_of
from services.catalogue.models import LifeEvent, Service
from services.catalogue.queries import found_or_respelled, offered_by, offering_agencies, searched, written_nearly
from services.requests.models import Channel
from services.transparency.obstacles import Obstacle, obstacles_of
from services.transparency.queries import decided_in_all, summaries

A_PAGE = 20
A_YEAR = timedelta(days=365)
PUBLISHED = Count("services", filter=Q(services__current__isnull=False))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to services: by search, by what happens in a life, by agency."""
    codes = list(Service.objects.published().values_list("code", flat=True))
    context = {
        "life_events": LifeEvent.objects.annotate(count=PUBLISHED).filter(count__gt=0).order_by("position"),
        "agencies": offering_agencies(),
        "count": len(codes),
        "decided": decided_in_all(codes, timezone.localdate()),
        "place": place_of(request),
    }
    return _by_place(render(request, "public/home.html", context))


@require_safe
@also_linked("linked_services")
def services(request: HttpRequest) -> HttpResponse:
    """List all services, or those found by words in any language."""
    words = request.GET.get("q", "").strip()[:200]
    here, only_here = place_of(request), bool(request.GET.get("here"))

    def page_of(words: str) -> Page[Service]:
        found = searched(words) if words else Service.objects.listed()
        found = found.delivered_at(here) if here and only_here else found
        return Paginator(found, A_PAGE).get_page(request.GET.get("page"))

    page, spelling = found_or_respelled(words, get_language() or "en", page_of)
    is_part = "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
    template = "public/services_list.html" if is_part else "public/services.html"
    context = {
        "page": page,
        "words": words,
        "spelling": spelling,
        "instead_at": _query(spelling.words, only_here=only_here) if spelling else "",
        "nearly": written_nearly(words) if words and not page else [],
        "is_part": is_part,
        "place": here,
        "only_here": only_here,
        "query": _query(words, only_here=only_here),
    }
    answer = render(request, template, context)
    patch_vary_headers(answer, ["HX-Request"])
    return _by_place(answer)


def _query(words: str, *, only_here: bool) -> str:
    """Give what leads to the other pages of a list."""
    return urlencode({name: value for name, value in (("q", words), ("here", "1" if only_here else "")) if value})


def _by_place(answer: HttpResponse) -> HttpResponse:
    patch_vary_headers(answer, ["Cookie"])
    return answer


@require_safe
def life_event(request: HttpRequest, code: str) -> HttpResponse:
    """Guide through the services for what happens in a life."""
    known = get_object_or_404(LifeEvent, code=code)
    guide = guide_of(known)
    groups = [(_("Do this first"), guide["first"]), (_("Also"), guide["also"]), (_("Perhaps"), guide["maybe"])]
    context = {"life_event": known, "groups": [group for group in groups if group[1]], "place": place_of(request)}
    return _by_place(render(request, "public/life_event.html", context))


@require_safe
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """Show an agency: its offices, when it works, and the services that it answers for or delivers."""
    known = get_object_or_404(Agency.objects.select_related("parent", "calendar"), code=code)
    today = known.calendar.day_of(timezone.now())
    context = {
        "agency": known,
        "offices": known.offices.order_by("code"),
        "weekdays": [WEEKDAYS[day] for day in known.calendar.weekdays],
        "days": special_days(known, today),
        "known_until": known_until(known.calendar, today),
        "services": offered_by(known).with_current().order_by("code"),
    }
    return render(request, "public/agency.html", context)


@require_safe
@also_linked("linked_service")
def service(request: HttpRequest, code: str) -> HttpResponse:
    """Show one service: who it is for, what to bring, what it costs, how long it may take and really takes."""
    known = get_object_or_404(Service.objects.published().with_current(), code=code)
    assert known.current is not None
    definition = known.current.definition
    places = {place.office: place.parameters for place in definition.delivered_by}
    deliveries = known.deliveries.select_related("office__agency").order_by("office__code")
    a_year_ago = timezone.localdate() - A_YEAR
    fees = [fee_range(definition, places[delivery.office.code]) for delivery in deliveries]
    told, here = list(zip(deliveries, fees, strict=True)), place_of(request)
    context = {
        "service": known,
        "definition": definition,
        "deliveries": told,
        "place": here,
        "here": [one for one in told if here and one[0].office.agency_id == here.pk],
        "is_local": all(delivery.office.agency.kind == Agency.Kind.MUNICIPAL for delivery in deliveries),
        "fee": fees[0] if len(set(fees)) == 1 else None,
        "process": drawn(definition.workflow),
        "channels": [Channel(channel).label for channel in definition.channels],
        "lately": summaries([code], timezone.localdate())[code].lately,
        "obstacles": told_obstacles(definition, obstacles_of(code, a_year_ago)),
        "standstills": standstills_of(definition),
        "is_translated": get_language() in definition.languages,
        "schema_org": government_service(known, definition, [delivery.office.agency for delivery in deliveries]),
    }
    return _by_place(render(request, "public/service.html", context))


def told_obstacles(definition: Definition, obstacles: Iterable[Obstacle]) -> list[dict[str, Any]]:
    """Give what goes wrong with the words of the definition; what it no longer knows is left out."""
    reasons = {reason.code: reason.text for reason in definition.rejection_reasons}
    papers = {paper.key: paper.title for paper in definition.evidence}
    questions = {field.key: field.label for field in definition.fields.values()}
    known = {"refused": reasons, "asked": {**questions, **papers, "": {}}}
    return [{"obstacle": one, "words": known[one.kind][one.what]} for one in obstacles if one.what in known[one.kind]]


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show every letter that the demonstration would have sent, the latest first."""
    page = Paginator(letters(), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "public/mailbox.html", {"page": page})


@require_safe
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """Show one letter of the demonstration's mailbox."""
    found = read_letter(name)
    if found is None:
        raise Http404
    return render(request, "public/letter.html", {"letter": found})


@csp_replace({"default-src": [NONE], "style-src": [UNSAFE_INLINE]})
@require_safe
def letter_as_mailed(request: HttpRequest, name: str) -> HttpResponse:
    """Show a letter as a mail program does."""
    found = read_letter(name)
    if found is None or not found.html:
        raise Http404
    return HttpResponse(found.html)


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """Show every component of the pages."""
    context: dict[str, Any] = {}
    return render(request, "style_guide.html", context)
