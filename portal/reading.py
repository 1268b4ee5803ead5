"""Tell a request in words: its answers page by page, and its history from the ledger."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.templatetags.words import marked
from services.accounts.models import User
from services.agencies.models import Office
from services.catalogue.definition import DeskStep
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.looking import Look
from services.workflow.officials import Official, officials_among

OPINIONS = ("opinion_asked", "opinion_given", "opinion_silent")
READINGS = ("file_read", "status_read", "found_in_search")
WORDS = {
    "submitted": gettext_noop("Request submitted"),
    "step_opened": gettext_noop("Begun: %(step)s"),
    "step_done": gettext_noop("Done: %(step)s"),
    "routed": gettext_noop("Given to the competent office"),
    "claimed": gettext_noop("An official took it on"),
    "assigned": gettext_noop("Chance gave it to an official"),
    "stood_aside": gettext_noop("An official stood aside: another one judges"),
    "released": gettext_noop("Given back to the desk"),
    "reassigned": gettext_noop("Given to another official"),
    "passed_on": gettext_noop("Passed on to another desk"),
    "activity_completed": gettext_noop("An activity was completed"),
    "after_care": gettext_noop("An activity was completed after the decision"),
    "applicant_asked": gettext_noop("The office asked a question"),
    "applicant_answered": gettext_noop("The applicant answered"),
    "answers_corrected": gettext_noop("An answer was corrected"),
    "message_written": gettext_noop("A message was written"),
    "clock_stopped": gettext_noop("The legal clock stands still"),
    "clock_resumed": gettext_noop("The legal clock goes on"),
    "deadline_changed": gettext_noop("The deadline was changed"),
    "robot_gave_up": gettext_noop("A robot handed over to an official: %(step)s"),
    "decided": gettext_noop("Decided: %(step)s"),
    "decided_by_silence": gettext_noop("The office did not decide in time, and by law that decided"),
    "silence_decided_nothing": gettext_noop("The time is over, and in this case the law still wants a decision"),
    "opinions_silent": gettext_noop("Other agencies gave no answer in time, which counts as no objection: %(step)s"),
    "places_allocated": gettext_noop("Places were given by the published rules: %(step)s"),
    "opinion_asked": gettext_noop("Asked for an opinion: %(agency)s, until %(until)s"),
    "opinion_given": gettext_noop("Gave its opinion: %(agency)s"),
    "opinion_silent": gettext_noop("Gave no opinion in time, and the work goes on without it: %(agency)s"),
    "holder_reminded": gettext_noop("The official was reminded that the time is nearly over: %(step)s"),
    "supervisor_told": gettext_noop("The supervisor was told that it is late: %(step)s"),
    "robot_tried_again": gettext_noop("A manager lets the robot try again: %(step)s"),
    "robot_by_hand": gettext_noop("A manager lets an official do it by hand: %(step)s"),
    "found_done": gettext_noop("An official found out that it was done: %(step)s"),
    "found_not_done": gettext_noop("An official found out that it was not done, and the robot does it: %(step)s"),
    "payment_asked": gettext_noop("Payment asked for: %(amount)s AZN"),
    "letter_written": gettext_noop("A letter was written to the applicant"),
    "document_issued": gettext_noop("Document issued"),
    "evidence_added": gettext_noop("A file was added"),
    "file_cleared": gettext_noop("A file was checked for harmful programs"),
    "file_refused": gettext_noop("A file could not be accepted: it did not pass the check for harmful programs"),
    "fee_computed": gettext_noop("Fee computed: %(fee)s AZN"),
    "recorded_at_counter": gettext_noop("Recorded at the counter: %(step)s"),
    "file_read": gettext_noop("Somebody read the file"),
    "applicant_erased": gettext_noop("The applicant's account was erased"),
    "content_erased": gettext_noop("The content was erased"),
    "ended": gettext_noop("The request ended"),
    "found_in_search": gettext_noop("Found by a search for people"),
    "status_read": gettext_noop("Looked up with reference and code"),
    "objected": gettext_noop("The applicant objected to the decision"),
    "decision_annulled": gettext_noop("After the objection the decision was annulled"),
    "decision_sent_back": gettext_noop("After the objection the decision was sent back"),
    "reopened": gettext_noop("The request was opened again, with a new time limit"),
    "complained": gettext_noop("The applicant complained that it takes too long"),
    "complaint_answered": gettext_noop("A supervisor answered the complaint"),
    "assistance_ended": gettext_noop("The applicant ended the help of the assistant"),
    "rated": gettext_noop("The applicant rated the service"),
    "document_shared": gettext_noop("The applicant made a link to a document"),
    "shared_opened": gettext_noop("Somebody opened a link to a document"),
    "sharing_ended": gettext_noop("The applicant ended a link to a document"),
    "document_revoked": gettext_noop("A document was revoked"),
}


@dataclass(frozen=True)
class Told:
    """One event in words. `who` is applicant, official, robot or portal; `name` is known for officials."""

    at: datetime
    kind: str
    words: SafeString
    who: str
    name: str


def answers_of(service_request: ServiceRequest) -> list[dict[str, Any]]:
    """Give the answers by page: title and rows of (field, value)."""
    answers = service_request.answers
    pages = [
        {"title": page.title, "rows": [(field, answers[field.key]) for field in page.fields if field.key in answers]}
        for page in service_request.version.definition.pages
    ]
    return [page for page in pages if page["rows"]]


def history_of(service_request: ServiceRequest) -> list[Told]:
    """Give what happened, from the ledger, the latest first."""
    events = list(Event.objects.filter(subject=service_request.pk).order_by("-seq"))
    officials = officials_among(event.actor for event in events)
    return list(_told(service_request, events, officials))


@dataclass(frozen=True)
class Reading:
    """One look into a request: when, into which, by whom of which agency, and why."""

    at: datetime
    service_request: ServiceRequest
    name: str
    agency: str
    purpose: str


def readings_of(user: User) -> list[Reading]:
    """Give who looked into a person's requests, the latest first."""
    return told_looks(looks_at(user).order_by("-at"))


def looks_at(user: User) -> QuerySet[Event]:
    """Give the looks into a person's requests."""
    own = list(ServiceRequest.objects.of(user).values_list("pk", flat=True))
    return Event.objects.filter(subject__in=own, kind__in=READINGS)


def told_looks(looks: Iterable[Event]) -> list[Reading]:
    """Tell who looked into which request, and why."""
    events, holder = list(looks), Official(_("Somebody with the code"), "")
    seen = {one.pk: one for one in ServiceRequest.objects.filter(pk__in={one.subject for one in events}).with_service()}
    officials = officials_among(event.actor for event in events)
    for request in seen.values():
        if request.assistant_id:
            officials[f"assistant:{request.assistant_id}"] = Official(request.assistance["name"], _("Assistant"))
    known = [(event, officials.get(event.actor, holder)) for event in events]
    return [Reading(event.at, seen[event.subject], who.name, who.agency, _purpose(event, who)) for event, who in known]


def _purpose(event: Event, who: Official) -> str:
    """Tell why somebody looked: the official's work, a purpose told beforehand, what a program is for, or a search."""
    if who.purpose:
        return who.purpose
    if event.kind == "found_in_search":
        return _("Found by a search for people")
    told = event.facts.get("purpose", "")
    if told == "opinion":
        return _("To give an opinion that was asked for")
    return str(Look.Purpose(told).label) if told in Look.Purpose.values else _("Work on the request") if told else ""


def _told(service_request: ServiceRequest, events: list[Event], officials: dict[str, Official]) -> Iterator[Told]:
    steps = service_request.version.definition.workflow.by_key
    who = {"citizen": _("Applicant"), "clerk": _("Official"), "robot": _("Robot"), "program": _("Program")}
    who["anonymous"] = _("Applicant without account")
    who |= {"holder": _("Somebody with the code"), "assistant": _("Assistant")}
    helper = service_request.assistance.get("name", "")
    agencies = _agencies_asked(events)
    for event in events:
        known = steps.get(event.facts.get("step", ""))
        facts = {
            **event.facts,
            **_amounts(event),
            **_asked(event, agencies),
            "step": marked(known.title) if known else "",
        }
        if event.kind not in WORDS or ("%(step)s" in WORDS[event.kind] and not known):
            continue
        if event.kind == "step_done" and isinstance(known, DeskStep):
            continue  # told already, as a decision or as the answer to a question
        actor = who.get(event.actor.split(":")[0], _("Portal"))
        actor = _("Somebody with the link") if event.kind == "shared_opened" else actor
        name = officials[event.actor].name if event.actor in officials else ""
        name = helper if event.actor.startswith("assistant:") else name
        yield Told(event.at, event.kind, _with(_(WORDS[event.kind]), facts), actor, name)


def _agencies_asked(events: list[Event]) -> dict[str, SafeString]:
    """Give the names of the agencies whose opinions were asked for, by the code of the office; at most one query."""
    codes = {event.facts["desk"].split("/")[0] for event in events if event.kind in OPINIONS}
    offices = Office.objects.filter(code__in=codes).select_related("agency") if codes else []
    return {office.code: marked(office.agency.name) for office in offices}


def _amounts(event: Event) -> dict[str, str]:
    """Write amounts of money as the page's language does."""
    return {name: number_format(event.facts[name]) for name in ("amount", "fee") if name in event.facts}


def _asked(event: Event, agencies: Mapping[str, SafeString]) -> dict[str, Any]:
    """Tell of an opinion whose it is and until when it is awaited."""
    if event.kind not in OPINIONS:
        return {}
    until = timezone.localtime(datetime.fromisoformat(event.facts["until"]))
    office = event.facts["desk"].split("/")[0]
    return {"agency": agencies.get(office, office), "until": date_format(until, "DATE_FORMAT")}


def _with(words: str, facts: Mapping[str, Any]) -> SafeString:
    return mark_safe(escape(words) % {name: conditional_escape(fact) for name, fact in facts.items()})  # noqa: S308
