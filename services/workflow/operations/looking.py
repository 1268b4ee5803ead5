"""Look into a request: for one's work, or with a purpose that is told; every look and every search is on record."""

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.catalogue.answer_kinds import Bad, identifier
from services.catalogue.search import fold
from services.ledger.models import Event
from services.ledger.operations import Entry, record
from services.requests.models import ServiceRequest
from services.workflow.looking import Look, Search
from services.workflow.models import ACTIVE, Complaint, Step
from services.workflow.operations.walking import clerk, require
from services.workflow.queries import (
    is_barred,
    requests_at_desks_of,
    requests_identified,
    requests_named,
    requests_named_nearly,
    requests_of_offices_of,
    requests_to_read,
    supervised_by,
)

ONE_READING, ONE_PURPOSE, LATELY = timedelta(minutes=10), timedelta(hours=8), timedelta(days=1)
WORK, PROGRAM = "work", "program"
FEWEST_LETTERS, MOST_HITS = 3, 25


def purpose_of_look(service_request: ServiceRequest, by: User, now: datetime) -> str:
    """Give why an official may read a request now: `work`, or the purpose told some hours ago; else nothing.

    A program of an agency reads for the purpose that two people confirmed.
    """
    if by.is_program:
        return PROGRAM
    if _is_work(service_request, by, now):
        return WORK
    told = Look.objects.filter(by=by, service_request=service_request, at__gt=now - ONE_PURPOSE).order_by("-at")
    return told.values_list("purpose", flat=True).first() or ""


def _is_work(service_request: ServiceRequest, by: User, now: datetime) -> bool:
    """Tell whether the request is in the official's hands or lately was, may be picked, or has to be answered for."""
    own = Step.objects.filter(assignee=by).filter(Q(state__in=ACTIVE) | Q(finished_at__gt=now - LATELY))
    if own.filter(Q(service_request=service_request) | Q(service_request__appeal_of=service_request)).exists():
        return True
    complaints = Complaint.objects.filter(service_request=service_request, answered_at=None)
    if complaints.filter(office__agency__in=supervised_by(by)).exists():
        return True
    to_pick = service_request.steps.all().open_at_desks().filter(assignee=None, desk__allows_picking=True)
    at_own_desks = to_pick.filter(desk__memberships__user=by, desk__memberships__ended_at=None)
    return any(not is_barred(step, by) for step in at_own_desks)


def tell_purpose(service_request: ServiceRequest, by: User, now: datetime, *, purpose: str, words: str = "") -> None:
    """Put on record why an official looks into a request that isn't the official's work."""
    require(purpose in Look.Purpose.values, _("Choose why you look into this request."))
    require(purpose != Look.Purpose.OTHER or words.strip(), _("Say in a few words why you look into this request."))
    Look.objects.create(by=by, service_request=service_request, purpose=purpose, words=words.strip()[:300], at=now)


def open_file(service_request: ServiceRequest, by: User, now: datetime) -> None:
    """Put on record that an official looks into a request, and why; raise `Refused` without a purpose."""
    purpose = purpose_of_look(service_request, by, now)
    require(purpose, _("Choose why you look into this request."))
    record_reading(service_request, "file_read", clerk(by), now, purpose=purpose)


def follow(service_request: ServiceRequest, by: User | None, now: datetime) -> None:
    """Put on record that an assistant, or somebody with the code, looks into a request; nothing of an account's own."""
    if by is None:
        look_up(service_request, now)
    elif service_request.applicant_id != by.pk:
        record_reading(service_request, "file_read", f"assistant:{by.pk}", now)


def look_up(service_request: ServiceRequest, now: datetime) -> None:
    """Put on record that somebody with the request's code looked it up."""
    record_reading(service_request, "status_read", "holder", now)


def record_reading(service_request: ServiceRequest, kind: str, actor: str, now: datetime, **facts: str) -> None:
    """Put a look on record; looks of the same person within ten minutes are one reading."""
    record_readings([service_request.pk], kind, actor, now, **facts)


def record_readings(requests: Collection[UUID], kind: str, actor: str, now: datetime, **facts: str) -> None:
    """Put looks at several requests on record, each in its own history."""
    lately = Event.objects.filter(subject__in=requests, kind=kind, actor=actor, at__gt=now - ONE_READING)
    fresh = set(requests) - set(lately.values_list("subject", flat=True))
    if not fresh:
        return
    with transaction.atomic():
        locked = (
            ServiceRequest.objects.select_for_update().filter(pk__in=fresh).order_by("pk").values_list("pk", flat=True)
        )
        record([Entry(pk, kind, actor, now, facts) for pk in locked])


def find_by_reference(reference: str, by: User, now: datetime) -> ServiceRequest | None:
    """Find a request that an official may read by its number; the search is on record, the look will be, too."""
    found = requests_to_read(by).filter(reference=reference).first()
    _record_search(Search.Kind.REFERENCE, reference, int(found is not None), by, now)
    return found


def search(words: str, by: User, now: datetime) -> list[ServiceRequest]:
    """Find the requests at one's desks by personal identifier or name, 25 at most; the search is on record.

    Each applicant who is found sees it, too. Raises `Refused` for too few letters.
    """
    try:
        wanted, kind = identifier(words.strip(), "pin"), Search.Kind.IDENTIFIER
        hits = _latest(requests_identified(requests_at_desks_of(by), wanted))
    except Bad:
        wanted, kind = fold(words), Search.Kind.NAME
        require(len(wanted) >= FEWEST_LETTERS, _("Write at least three letters of the name."))
        hits = _named(wanted, by)
    with transaction.atomic():
        _record_search(kind, wanted, len(hits), by, now)
        record_readings([hit.pk for hit in hits], "found_in_search", clerk(by), now)
    return hits


def _named(wanted: str, by: User) -> list[ServiceRequest]:
    """Look where an index leads: at one's offices, then at all that came to one's desks, then for similar names."""
    own = requests_of_offices_of(by)
    hits = _latest(requests_named(own, wanted))
    if len(hits) < MOST_HITS:
        hits = _latest(requests_named(requests_at_desks_of(by), wanted))
    return hits or _latest(requests_named_nearly(own, wanted))


def _latest(found: QuerySet[ServiceRequest]) -> list[ServiceRequest]:
    return list(found.select_related("service", "office").order_by("-submitted_at")[:MOST_HITS])


def _record_search(kind: str, wanted: str, hits: int, by: User, now: datetime) -> None:
    Search.objects.create(by=by, kind=kind, digest=_digest(wanted), hits=hits, at=now)


def _digest(wanted: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), wanted.encode(), hashlib.sha256).hexdigest()
