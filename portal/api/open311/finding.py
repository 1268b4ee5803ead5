"""Which reports GeoReport v2 tells: by their ids, or by service, time and state, the newest first."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_date, parse_datetime
from rest_framework import exceptions

from portal.api.open311.telling import CLOSED, OPEN
from services.catalogue.models import Service
from services.requests.models import ServiceRequest
from services.workflow.models import Step

SPAN, MOST = timedelta(days=90), 1000


def offered() -> list[Service]:
    """Give the services whose reports everybody may send and see."""
    published = Service.objects.published().with_current().select_related("responsible").order_by("code")
    return [one for one in published if one.current and one.current.definition.open_reports]


def offered_as(*codes: str) -> list[Service]:
    """Give these services by their codes; raise `NotFound` for one that isn't among them."""
    known = {one.code: one for one in offered()}
    for code in codes:
        if code not in known:
            raise exceptions.NotFound(f"service_code: there is no service {code!r} for reports. See services.json.")
    return [known[code] for code in codes]


def told(services: Collection[Service] | None = None) -> QuerySet[ServiceRequest]:
    """Give the reports that may be told, each with the step that ended it and the time of its last change.

    What was sent under a version that didn't say so before isn't told.
    """
    steps = Step.objects.filter(service_request=OuterRef("pk"))
    end = steps.filter(kind=Step.Kind.END).values("key")[:1]
    changed = steps.exclude(finished_at=None).order_by("-finished_at").values("finished_at")[:1]
    open_ones = ServiceRequest.objects.filter(
        service__in=offered() if services is None else services, version__source__open_reports=True
    )
    annotated = open_ones.with_service().annotate(ended_as=Subquery(end), changed_at=Subquery(changed))
    return annotated.order_by("-submitted_at", "pk")


def found(asked: Mapping[str, str], now: datetime) -> QuerySet[ServiceRequest]:
    """Give what is asked for; ids override all else. Raise `ValidationError` with the argument that is wrong."""
    if ids := asked.get("service_request_id"):
        return told().filter(pk__in=[known for one in ids.split(",")[:MOST] if (known := id_of(one))])
    first, last = _span(asked, now)
    page, size = _number(asked, "page", 1, 1_000_000), _number(asked, "page_size", MOST, MOST)
    wanted = Q(submitted_at__gte=first, submitted_at__lte=last) & _status(asked)
    services = offered_as(*asked["service_code"].split(",")) if "service_code" in asked else None
    return told(services).filter(wanted)[(page - 1) * size : page * size]


def id_of(text: str) -> UUID | None:
    """Give the id that a text is; None when it can't be one."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _status(asked: Mapping[str, str]) -> Q:
    states = set(asked.get("status", f"{OPEN},{CLOSED}").split(","))
    if not states <= {OPEN, CLOSED}:
        raise exceptions.ValidationError({"status": ["Send open, closed, or both with a comma."]})
    in_progress = Q(status=ServiceRequest.Status.IN_PROGRESS)
    return Q() if len(states) > 1 else in_progress if OPEN in states else ~in_progress


def _span(asked: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    start, end = (_moment(asked, name) for name in ("start_date", "end_date"))
    last = end or (min(start + SPAN, now) if start else now)
    first = start or last - SPAN
    if first > last:
        raise exceptions.ValidationError({"end_date": ["It is before start_date."]})
    if last - first > SPAN:
        raise exceptions.ValidationError({"start_date": [f"Ask for at most {SPAN.days} days at once."]})
    return first, last


def _moment(asked: Mapping[str, str], name: str) -> datetime | None:
    """Read a time as W3C writes it, with Z or an offset; a day alone is its beginning."""
    if name not in asked:
        return None
    fault = exceptions.ValidationError({name: ["Send a time as in 2026-01-31T12:00:00Z."]})
    try:
        moment = _beginning(asked[name]) or parse_datetime(asked[name])
    except ValueError:
        raise fault from None
    if moment is None or moment.tzinfo is None or not 1900 <= moment.year <= 9000:
        raise fault
    return moment


def _beginning(text: str) -> datetime | None:
    day = parse_date(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _number(asked: Mapping[str, Any], name: str, otherwise: int, most: int) -> int:
    text = asked.get(name, str(otherwise))
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and 1 <= int(text) <= most):
        raise exceptions.ValidationError({name: [f"Send a whole number from 1 to {most}."]})
    return int(text)
