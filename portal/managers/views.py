"""What managers see: how their agencies' services do, where requests wait, and how the robots fare."""

from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.figures_in_words import named, office_names
from portal.managers.own import agencies_of
from portal.managers.robots import health, waiting
from portal.people import person
from services.agencies.models import Agency, Desk, Office
from services.catalogue.models import Service
from services.transparency.alerts import Alert, alerts_of
from services.transparency.managed import services_of
from services.transparency.queries import plain_numbers, service_figures, summaries
from services.transparency.steering_words import alert_words
from services.workflow.models import Rating
from services.workflow.queries import parked_of

A_PAGE = 50
OPEN = Q(steps__kind="desk", steps__state__in=["open", "waiting"])


def desks_with_load(agencies: QuerySet[Agency]) -> QuerySet[Desk]:
    """Give the agencies' desks with what is open, late and not yet taken at each."""
    desks = Desk.objects.filter(office__agency__in=agencies).select_related("office__agency")
    return desks.annotate(
        open=Count("steps", filter=OPEN),
        late=Count("steps", filter=OPEN & Q(steps__due_at__lt=timezone.now())),
        free=Count("steps", filter=OPEN & Q(steps__assignee=None)),
        oldest=Min("steps__opened_at", filter=OPEN),
    ).order_by("-late", "-open", "office__code", "code")


@require_safe
def managers(request: HttpRequest) -> HttpResponse:
    """Show the manager's agencies: services, desks and robots on one page."""
    agencies = agencies_of(request)
    services = list(services_of(agencies))
    codes, today = [service.code for service in services], timezone.localdate()
    figures, plain = summaries(codes, today), plain_numbers(codes, today)
    alerts = alerts_of(codes, today)
    context = {
        "alerts": [(service, words) for service in services if (words := _alerts(service, alerts))],
        "now": timezone.now(),
        "agencies": agencies,
        "rows": [(service, figures[service.code].usual, plain[service.code]) for service in services],
        "begun": Service.objects.begun_by(agencies),
        "desks": desks_with_load(agencies),
        "complaints": _complaints(agencies),
        "robots": waiting(agencies),
        "parked": parked_of(person(request)).count(),
        **health(),
    }
    return render(request, "managers/managers.html", context)


def _alerts(service: Service, alerts: list[Alert]) -> list[str]:
    return [alert_words(alert) for alert in alerts if alert.service == service.code]


def _complaints(agencies: QuerySet[Agency]) -> QuerySet[Office]:
    """Give the offices with complaints that no supervisor has answered, with their number and the oldest."""
    unanswered = Q(complaints__answered_at=None, complaints__isnull=False)
    offices = Office.objects.filter(agency__in=agencies).annotate(
        unanswered=Count("complaints", filter=unanswered), oldest=Min("complaints__made_at", filter=unanswered)
    )
    return offices.filter(unanswered__gt=0).order_by("oldest")


@require_safe
def service(request: HttpRequest, code: str) -> HttpResponse:
    """Show one of the manager's services: its figures by office, and its published versions."""
    known = get_object_or_404(services_of(agencies_of(request)), code=code)
    versions = known.versions.defer("source").order_by("-number")
    is_own = agencies_of(request).filter(pk=known.responsible_id).exists()
    words = Rating.objects.filter(service_request__service=known).exclude(words="").order_by("-changed_at")
    if not is_own:
        words = words.filter(service_request__office__agency__in=agencies_of(request))
    ratings = words.select_related("service_request__office")[:A_PAGE]
    figures = service_figures(code, timezone.localdate())
    offices = figures.tables["office"]
    context = {
        "service": known,
        "is_own": is_own,
        "versions": versions,
        "ratings": ratings,
        "figures": figures,
        "offices": named(offices, office_names([offices])),
    }
    return render(request, "managers/service.html", context)
