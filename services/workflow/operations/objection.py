"""Objections: an appeal is a request of its own, worked by officials who had no part in the decision it is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.agencies.models import Office
from services.agencies.rules import due_at, end_of_period
from services.catalogue.models import Service
from services.ledger.models import Event
from services.requests.models import Decision, Draft, Message, ServiceRequest
from services.requests.operations import start_draft
from services.workflow.conditions import time_limit_of
from services.workflow.engine import Walk
from services.workflow.models import Step
from services.workflow.notices import ANNULLED, SENT_BACK
from services.workflow.notifying import notify
from services.workflow.operations.walking import citizen, clerk, is_applicant, require, walking

WORK = ("claimed", "decided", "reassigned", "activity_completed", "after_care", "applicant_asked", "deadline_changed")
EFFECTS = {"annul": ("decision_annulled", ANNULLED), "send_back": ("decision_sent_back", SENT_BACK)}


@dataclass(frozen=True)
class Way:
    """The way to object to a decision: by which service, at which office, until when by law."""

    service: Service
    office: Office
    until: datetime


def way_to_object(service_request: ServiceRequest) -> Way | None:
    """Give the way to object to how a request ended; None when there is no such way through the portal."""
    definition = service_request.version.definition
    if definition.is_appeal or service_request.ended_at is None or service_request.status == "withdrawn":
        return None
    service = Service.objects.published().with_current().filter(code=definition.appeal.service).first()
    office = _office(service, service_request) if service else None
    if service is None or office is None:
        return None
    agency = service_request.office.agency
    days = definition.appeal.days or agency.calendar.appeal_days
    return Way(service, office, end_of_period(service_request.ended_at, days, definition.appeal.kind, agency.working))


def _office(service: Service, service_request: ServiceRequest) -> Office | None:
    """Give the office that the definition names, else the same office, else the first that works objections."""
    assert service.current is not None
    delivering = [place.office for place in service.current.definition.delivered_by]
    named = service_request.version.definition.appeal.office
    wished = [code for code in (named, service_request.office.code) if code in delivering]
    return Office.objects.select_related("agency__calendar").filter(code=[*wished, *delivering][0]).first()


def begin_objection(service_request: ServiceRequest, answers: dict[str, Any], by: User | None, now: datetime) -> Draft:
    """Start the draft of an objection, or give the one begun before; raise `Refused` when there is no decision."""
    with walking(service_request.pk, now) as walk:
        way = require_objectable(walk.service_request, by)
        begun = Draft.objects.filter(appeal_of=walk.service_request, applicant=by).first()
        if begun is not None:
            return begun
        draft = start_draft(way.service, by, way.office, answers)
        draft.appeal_of = walk.service_request
        draft.save(update_fields=["appeal_of"])
    return draft


def require_objectable(service_request: ServiceRequest, by: User | None) -> Way:
    """Give the way to object to a locked request; raise `Refused` when this person can't now."""
    require(is_applicant(service_request, by), _("This is somebody else's request."))
    way = way_to_object(service_request)
    require(way, _("There is no decision yet, or none that you can object to here."))
    assert way is not None
    later = service_request.appeals.exclude(status="withdrawn").filter(submitted_at__gte=service_request.ended_at)
    require(not later.exists(), _("You have already objected to this decision."))
    return way


def tell_of_objection(appeal: Walk, first: ServiceRequest) -> Walk:
    """Link an appeal with its locked first request, with whether it came in time; give the walk that tells it there."""
    applicant, contact = appeal.service_request.applicant, appeal.service_request.contact
    require(applicant or contact.get("name"), _("An objection has to tell who makes it: write your name."))
    way = require_objectable(first, applicant)
    in_time = appeal.now <= way.until
    appeal.service_request.appeal_of = first
    appeal.service_request.facts["objection"] = {"until": way.until.isoformat(), "in_time": in_time}
    walk = Walk(first, appeal.now)
    day = walk.calendar.day_of(appeal.now).isoformat()
    actor = citizen(applicant)
    walk.tell("objected", actor, appeal=str(appeal.service_request.pk), in_time=in_time, day=day)
    return walk


def officials_of(service_request: UUID) -> QuerySet[User]:
    """Give everyone who worked a request, from the ledger: it forgets nobody who gave a step back."""
    events = Event.objects.filter(subject=service_request, kind__in=WORK).values_list("actor", "facts__to")
    actors = {actor for row in events for actor in row if actor and actor.startswith("clerk:")}
    return User.objects.filter(pk__in=[actor.partition(":")[2] for actor in actors])


def carry_out(appeal: ServiceRequest, decision: Decision, effect: str, now: datetime) -> None:
    """Do to the first decision what the appeal's outcome says; the official's words bind the office.

    Where an official had decided, that step is opened again for another official, with a new time limit; where silence
    had, what was left undone. Else the words stand on record as an instruction and nothing is opened.
    """
    require(appeal.appeal_of_id, _("This request objects to nothing."))
    require(decision.words.strip(), _("Write to the office what it has to do. The applicant reads it too."))
    assert appeal.appeal_of_id is not None
    kind, notice = EFFECTS[effect]
    with walking(appeal.appeal_of_id, now) as walk:
        words = Message(
            service_request=walk.service_request, author=decision.by, is_from_office=True, text=decision.words, at=now
        )
        walk.new_rows.append(words)
        last, undone = _last_decision(walk.service_request), walk.service_request.facts.get("tacit", {}).get("undone")
        opens = undone or (last.step_key if last else "")
        day = walk.calendar.day_of(now).isoformat()
        walk.tell(kind, clerk(decision.by), appeal=str(appeal.pk), day=day, opens=opens)
        if opens:
            _reopen(walk, opens, last.by if last and not undone else None)
        notify(walk, notice)


def _last_decision(service_request: ServiceRequest) -> Decision | None:
    """Give the refusal, else the last thing an official decided; opinions of consulted offices aside."""
    opinions = service_request.steps.all().filter(kind=Step.Kind.DESK, parent__isnull=False).values("key")
    return service_request.decisions.exclude(step_key__in=opinions).order_by("-is_refusal", "-pk").first()


def _reopen(walk: Walk, step: str, decided_by: User | None) -> None:
    request = walk.service_request
    require(not request.is_in_progress, _("The first request is being worked already."))
    request.status, request.ended_at = ServiceRequest.Status.IN_PROGRESS, None
    limit = time_limit_of(walk.definition, walk.holds_surely)
    request.due_at = due_at(walk.now, limit.days, limit.kind, walk.calendar)
    if decided_by is not None:
        walk.newly_barred.add(decided_by)
    day = walk.calendar.day_of(walk.now).isoformat()
    walk.tell("reopened", "system", due_at=request.due_at.isoformat(), day=day)
    walk.service_request.facts.pop("tacit", None)
    walk.enter(step)
