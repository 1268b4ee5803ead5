"""Two towns, each full of what the other must not see."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone
from pypdfium2 import PdfDocument

from services.accounts.models import User
from services.accounts.tokens import Token
from services.agencies.models import Absence, Desk, Office, OwnDay
from services.catalogue.definition_text import write_text
from services.catalogue.drafting import check_draft
from services.catalogue.models import DraftOrigin, Service
from services.requests.assistance import Assistance
from services.requests.evidence import Evidence
from services.requests.models import Document, Draft, ServiceRequest
from services.requests.operations import add_evidence, start_draft
from services.requests.share_links import ShareLink
from services.requests.signing import make_keys
from services.transparency.steering import Promise, Remark, Target
from services.webhooks.models import Delivery, Webhook
from services.workflow.actions import FORMS
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.bulk import BulkAct
from services.workflow.knowledge import TextBlock
from services.workflow.looking import SavedView
from services.workflow.models import Complaint, Step
from services.workflow.operations import desk
from services.workflow.operations.absences import record_absence
from services.workflow.operations.bulk import ask_for_bulk
from services.workflow.operations.complaint import complain
from services.workflow.operations.knowledge import write_block
from services.workflow.operations.opinions import Question, ask_opinion, give_opinion
from services.workflow.operations.paper import share
from services.workflow.operations.programs import make_program
from services.workflow.operations.roles import propose_role
from services.workflow.operations.saved_views import save_view
from services.workflow.operations.tokens import make_token
from services.workflow.operations.working_days import add_own_day
from services.workflow.programs import Program
from services.workflow.role_changes import RoleChange
from services.workflow.trials import Trial
from services.workflow.what_if.running import run_trials, try_draft
from tests import worlds
from tests.access.steering import steered
from tests.access.telling import told
from tests.access.without_account import Nameless, nameless_of
from tests.citizens.forms import PDF


@dataclass(eq=False)
class Town:
    """One town, its people and what they own: `ended` has a document, `asked` an open question, `open` a free step.

    `entered` has the cookies of everybody who comes to its things, if they signed in before the test.
    """

    name: str
    citizen: User
    clerk: User
    manager: User
    ended: ServiceRequest
    asked: ServiceRequest
    open: ServiceRequest
    evidence: Evidence
    document: Document
    draft: Draft
    draft_file: Evidence
    helping: Draft
    complaint: Complaint
    link: ShareLink
    token: Token
    secret: str
    view: SavedView
    block: TextBlock
    bulk: BulkAct
    held_step: Step
    others_step: Step
    absence: Absence
    change: RoleChange
    program: Program
    trial: Trial
    own_day: OwnDay
    target: Target
    remark: Remark
    promise: Promise
    session_pk: int
    opinion: AskedOpinion
    given: AskedOpinion
    webhook: Webhook
    message: Delivery
    nameless: Nameless
    entered: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def question(self) -> Step:
        return self.asked.steps.all().get(kind=Step.Kind.APPLICANT)

    @property
    def free_step(self) -> Step:
        return self.open.steps.all().get(kind=Step.Kind.DESK)

    @property
    def parked(self) -> Step:
        """Give what a robot handed to a clerk."""
        return self.open.steps.all().get(instead_of__isnull=False)

    @property
    def secrets(self) -> list[str]:
        """Give words that only people of this town may read."""
        return [self.citizen.email, f"Secret of {self.name}", self.ended.written_reference, self.open.written_reference]


STEPS = [
    worlds.desk("judge", to="issue"),
    worlds.robot("issue", "issue_document", to="granted", settings={"document": "permit"}),
]
DOCUMENT = {"key": "permit", "title": worlds.text("Permit"), "body": worlds.text("You may, {applicant_name}.")}
FIELDS = [
    {"key": key, "kind": kind, "label": worlds.text(key.title()), "required": False}
    for key, kind in (("story", "text"), ("since", "date"), ("rooms", "number"), ("mail", "email"), ("photo", "file"))
]


def build_towns() -> tuple[Town, Town]:
    """Build both towns through the portal's own operations."""
    make_keys(settings.KEYS_DIR)
    worlds.build_agencies("north", "south")
    worlds.build_connectors(worlds.connector("cars"))
    pages = [{"key": "about", "title": worlds.text("About"), "fields": FIELDS}]
    paper = {"key": "paper", "title": worlds.text("Paper"), "required": False}
    worlds.published(STEPS, towns=("north", "south"), pages=pages, documents=[DOCUMENT], evidence=[paper])
    own = {"service": "pothole", "identity": "none", "documents": [DOCUMENT], "evidence": [paper]}
    worlds.published(STEPS, towns=("north", "south"), pages=pages, **own)
    return build_town("north"), build_town("south")


def build_town(name: str) -> Town:
    from services.catalogue.models import ServiceVersion

    version = ServiceVersion.objects.select_related("service").get(service__code="permit")
    citizen = worlds.citizen(f"aysel-{name}")
    clerk = worlds.clerk("bruno", name)
    worlds.clerk("bruno", name, role="supervisor")
    manager = worlds.clerk("dilara", name, desks=(), role="manager")
    place = f"{name}-hall"
    requests = [
        worlds.apply(version, {"story": f"Secret of {name}"}, by=citizen, office=place, at=timezone.now())
        for _ in range(3)
    ]
    ended, asked, free = requests
    now = timezone.now()
    evidence = add_evidence(
        ended, "paper", ContentFile(one_page(), name="paper.pdf"), accept=["pdf"], at_most=3, now=now
    )
    desk.decide(desk.claim(worlds.open_step(ended), clerk, now), "yes", clerk, now)
    worlds.run_robots()
    desk.ask_applicant(desk.claim(worlds.open_step(asked), clerk, now), "Which paper?", clerk, now)
    office = Office.objects.get(code=place)
    draft = start_draft(version.service, citizen, office, {"story": f"Secret of {name}"})
    helped = {"helped": {"name": f"Secret of {name}"}, "assistance": Assistance("volunteer", "Help", "Aysel").as_kept()}
    helping = start_draft(version.service, citizen, office, {}, **helped)
    draft_file = add_evidence(draft, "paper", file("draft.pdf"), accept=["pdf"], at_most=3, now=now)
    fresh = [ServiceRequest.objects.get(pk=request.pk) for request in (ended, asked, free)]
    document = Document.objects.get(service_request=ended)
    late = now + timedelta(days=60)
    park(fresh[2], now)
    complaint = complain(fresh[2], f"Secret of {name}", citizen, late, usual_until=None)
    link, secret = share(document, 7, citizen, now)
    token, _secret = make_token(user=citizen, name="Own app", scopes=["requests:read"], days=30, now=now)
    view = save_view(clerk, "Late ones", "state=late")
    block = write_block(clerk.memberships.first().agency, "Thanks", {"en": f"Secret of {name}"}, clerk, now)
    held = desk.claim(worlds.open_step(worlds.apply(version, by=citizen, office=place, at=now)), clerk, now)
    bulk = ask_for_bulk("release", [held.pk], clerk, now, {})
    chloe = worlds.clerk(f"chloe-{name}", name)
    others = desk.claim(worlds.open_step(worlds.apply(version, by=citizen, office=place, at=now)), chloe, now)
    today = timezone.localdate(now)
    absence = record_absence(chloe, today, today, clerk, now)
    change = propose_role(chloe, manager.memberships.first().agency, "supervisor", manager, now)
    known = (evidence, document, draft, draft_file, helping, complaint, link, token, secret, view, block, bulk, held)
    own_day = add_own_day(
        manager.memberships.first().agency,
        today + timedelta(days=7),
        own_kind(today),
        manager,
        now,
        name={"en": "Move"},
    )
    session = UserSession.objects.create(user=citizen, ip="127.0.0.1", session_key=f"of-{name}")
    known = (*known, others, absence, change, program_of(name, manager, now), trial_of(name, manager), own_day)
    known = (*known, *steered(name, manager, now), session.pk, *opinions_of(held, clerk, now))
    known = (*known, *told(name, manager, now))
    pothole = ServiceVersion.objects.select_related("service").get(service__code="pothole")
    nameless = nameless_of(name, pothole, clerk, ContentFile(one_page(), name="paper.pdf"), now)
    return Town(name, citizen, clerk, manager, *fresh, *known, nameless)


def opinions_of(held: Step, clerk: User, now: datetime) -> tuple[AskedOpinion, AskedOpinion]:
    """Ask both desks of the other town for an opinion, with a file to see; one has answered with a file."""
    assert held.desk is not None
    other = "south" if held.desk.office.code == "north-hall" else "north"
    shown = add_evidence(held.service_request, "paper", file("shown.pdf"), accept=["pdf"], at_most=3, now=now)
    asked, given = (
        ask_opinion(held, Question(worlds.desk_of(other, code), "Is it safe?", 5, (), [shown]), clerk, now)
        for code in ("permits", "roads")
    )
    give_opinion(given, worlds.clerk("bruno", other), now, words="It is.", file=ContentFile(one_page(), name="it.pdf"))
    return asked, given


def program_of(name: str, manager: User, now: datetime) -> Program:
    """Give a program that waits for a second person."""
    told = {"name": f"Secret of {name}", "purpose": "Own app", "scopes": ["desk:read"], "days": 30}
    agency = manager.memberships.get(role="manager").agency
    desks = [worlds.desk_of(name, "permits")]
    return make_program(agency=agency, responsible=manager, desks=desks, by=manager, now=now, **told)[0]


def own_kind(today: date) -> str:
    """Give a kind of special day that fits a week from today, whatever weekday it is."""
    return OwnDay.Kind.OFF if today.weekday() < 5 else OwnDay.Kind.WORKING


def one_page(side: int = 200) -> bytes:
    """Give a sound PDF of one empty page."""
    document, content = PdfDocument.new(), BytesIO()
    document.new_page(side, side)
    document.save(content)
    return content.getvalue()


def park(request: ServiceRequest, now: datetime) -> None:
    """Let a request's desk step stand for a robot's step that gave up."""
    trouble = {"code": "fault", "times": 5}
    robot = Step(key="issue", kind=Step.Kind.ROBOT, state=Step.State.DONE, opened_at=now, finished_at=now)
    robot.service_request, robot.trouble = request, trouble
    robot.save()
    request.steps.all().filter(kind=Step.Kind.DESK).update(instead_of=robot, trouble=trouble)


def trial_of(name: str, manager: User) -> Trial:
    """Give a trial of a draft that a manager wrote of a service of the town's own."""
    own = worlds.published([worlds.desk("judge")], towns=(name,), service=f"own-{name}")
    secret = worlds.text(f"Secret of {name}")
    text = write_text({**own.source, "title": secret})
    trial = try_draft(check_draft(own.service, text, manager, timezone.now(), FORMS), 10, manager, timezone.now())
    run_trials(timezone.now())
    begun = Service.objects.create(code=f"begun-{name}", responsible=own.service.responsible, title=secret)
    check_draft(begun, text, manager, timezone.now(), FORMS)
    known = {"address": "https://10.1.2.3", "service": "permit", "version": 1, "digest": "0" * 64, "key": "none"}
    DraftOrigin.objects.create(draft=trial.draft, definition=own.source, **known)
    return trial


def file(name: str) -> "ContentFile[bytes]":
    return ContentFile(PDF, name=name)


OF_PROGRAMS = ("managers_program_secret", "managers_program_end", "managers_program_confirm")
WEBHOOK_PARTS = ("", "_pause", "_secret", "_test", "_replay", "_messages")
AT_TASK = (
    "task", "purpose", "history", "claim", "decision", "question", "activities", "handover", "standing_aside",
    "letter", "opinions", "found_out",
)  # fmt: skip
AT_REQUEST = (
    "extension",
    "messages",
    "after_care",
    "request",
    "request_purpose",
    "request_history",
    "files",
    "counter",
)


@cache
def addresses(town: Town) -> dict[str, list[dict[str, Any]]]:
    """Give what to put into each address that names something of a town."""
    place = Desk.objects.filter(office__code=f"{town.name}-hall").first()
    assert place is not None
    acts = ["claim", "release", "reassign", "pass-on", "complete", "ask", "consult", "decide", "undo", "stand-aside"]
    acts += ["was-done", "was-not-done"]
    drafts = [{"code": f"own-{town.name}", "pk": town.trial.draft_id}]
    whole = [{"pk": request.pk} for request in (town.ended, town.asked, town.open)]
    return {
        "apply_page": [{"pk": town.draft.pk, "page": "about"}],
        "apply_check": [{"pk": town.draft.pk}],
        "apply_discard": [{"pk": town.draft.pk}],
        "apply_for_change": [{"pk": town.helping.pk}],
        "my_request_end_assistance": whole,
        "apply_keep": [{"pk": town.draft.pk}],
        "apply_file": [{"pk": town.draft.pk, "file": town.draft_file.pk}],
        "apply_remove_file": [{"pk": town.draft.pk, "file": town.draft_file.pk}],
        "apply_done": whole,
        "apply_receipt": whole,
        "my_request": whole,
        "my_request_withdraw": whole,
        "my_request_write": whole,
        "my_request_dates": whole,
        "my_request_proof": whole,
        "my_request_answer": [{"pk": town.question.pk}],
        "my_request_confirm": [{"pk": town.question.pk}],
        "evidence": [{"pk": town.evidence.pk}],
        "document": [{"pk": town.document.pk}],
        "desk_request": whole,
        "desk_purpose": whole,
        "desk_bulk_act": [{"pk": town.bulk.pk}],
        "desk_block": [{"pk": town.block.pk}],
        "desk_block_removal": [{"pk": town.block.pk}],
        "desk_guidance": [{"agency": town.name, "code": "permit", "step": "judge"}],
        "desk_letter": [{"pk": town.held_step.pk}],
        "desk_evidence_preview": [{"pk": town.evidence.pk}],
        "desk_evidence_page": [{"pk": town.evidence.pk, "number": 1}],
        "desk_team_give": [{"pk": town.others_step.pk}],
        "desk_absence_end": [{"pk": town.absence.pk}],
        "managers_calendar": [{"code": town.name}],
        "managers_calendar_remove": [{"pk": town.own_day.pk}],
        "managers_role_end": [{"pk": town.clerk.memberships.first().pk}],
        **{key: [{"pk": town.program.pk}] for key in ("desk_program_confirm", *OF_PROGRAMS)},
        "desk_role_settle": [{"pk": town.change.pk, "act": act} for act in ("confirm", "refuse")],
        "managers_role_settle": [{"pk": town.change.pk, "act": act} for act in ("confirm", "refuse")],
        "desk_view_removal": [{"pk": town.view.pk}],
        "desk_act": [
            *({"pk": town.free_step.pk, "act": act} for act in acts),
            {"pk": town.question.pk, "act": "record"},
        ],
        "my_request_object": whole,
        "my_request_complain": whole,
        "my_request_rate": whole,
        "my_request_papers": whole,
        "my_document_share": [{"pk": town.document.pk}],
        "my_link_end": [{"pk": town.link.pk}],
        "my_program_renewal": [{"pk": town.token.pk}],
        "my_program_end": [{"pk": town.token.pk}],
        "desk_document_revoke": [{"pk": town.document.pk}],
        "desk_complaint": [{"pk": town.complaint.pk}],
        "desk_extend": whole,
        "desk_write": whole,
        "desk_after_care": whole,
        "desk_evidence": [{"pk": town.evidence.pk}],
        "desk_opinion": [{"pk": town.opinion.pk}],
        "desk_opinion_paper": [{"pk": town.opinion.pk, "paper": town.opinion.papers.get().pk}],
        "desk_opinion_file": [{"pk": town.given.pk}],
        "desk_document": [{"pk": town.document.pk}],
        "managers_robot_act": [{"pk": town.parked.pk, "act": act} for act in ("by-hand", "again")],
        **dict.fromkeys(("api_request", "api_history", "api_messages", "api_documents"), whole),
        **dict.fromkeys(("api_answer", "api_withdrawal"), whole),
        **{f"api_desk_{what}": [{"pk": town.free_step.pk}] for what in AT_TASK},
        **dict.fromkeys((f"api_desk_{what}" for what in AT_REQUEST), whole),
        **{f"api_desk_opinion{part}": [{"pk": town.opinion.pk}] for part in ("", "_answer")},
        "api_desk_opinion_paper": [{"pk": town.opinion.pk, "paper": town.opinion.papers.get().pk}],
        "api_desk_bulk_act": [{"pk": town.bulk.pk}],
        "api_desk_file": [{"pk": town.evidence.service_request_id, "file": town.evidence.pk}],
        "api_desk_document": [{"pk": town.document.service_request_id, "document": town.document.pk}],
        "api_desk_opinion_file": [{"pk": town.given.pk}],
        "api_document": [{"pk": town.document.service_request_id, "document": town.document.pk}],
        **dict.fromkeys(("api_objections", "api_complaints", "api_rating", "api_assistance"), whole),
        "api_desk_revocation": [{"pk": town.document.service_request_id, "document": town.document.pk}],
        **{f"api_desk_complaint{part}": [{"pk": town.complaint.pk}] for part in ("", "_answer")},
        "api_desk_team_handover": [{"pk": town.others_step.pk}],
        "api_desk_absence": [{"pk": town.absence.pk}],
        **{f"api_webhook{part}": [{"pk": town.webhook.pk}] for part in WEBHOOK_PARTS},
        "api_webhook_message": [{"pk": town.webhook.pk, "message": town.message.pk}],
        **dict.fromkeys(("api_confirmation", "api_files"), whole),
        "api_file": [{"pk": town.evidence.service_request_id, "file": town.evidence.pk}],
        "api_draft_helped": [{"pk": town.helping.pk}],
        "api_links": [{"pk": town.document.service_request_id, "document": town.document.pk}],
        "api_link": [{"pk": town.ended.pk, "document": town.document.pk, "link": town.link.pk}],
        **{f"api_draft{part}": [{"pk": town.draft.pk}] for part in ("", "_faults", "_submission", "_files")},
        "api_draft_file": [{"pk": town.draft.pk, "file": town.draft_file.pk}],
        "managers_targets": [{"code": f"own-{town.name}"}],
        "managers_target_end": [{"pk": town.target.pk}],
        "managers_remarks": [{"code": f"own-{town.name}"}],
        "managers_remark_withdraw": [{"pk": town.remark.pk}],
        "managers_promises": [{"code": f"own-{town.name}"}],
        "managers_promise_close": [{"pk": town.promise.pk}],
        **{f"managers_webhook{part}": [{"pk": town.webhook.pk}] for part in ("", "_replay", "_renewal", "_end")},
        "managers_webhook_act": [{"pk": town.webhook.pk, "act": act} for act in ("test", "pause", "resume")],
        "managers_message_replay": [{"pk": town.message.pk}],
        "other_session": [{"pk": town.session_pk}],
        "managers_versions": [{"code": f"own-{town.name}"}],
        "managers_discard": [{"code": f"begun-{town.name}"}],
        "managers_process_model": [{"code": f"own-{town.name}"}],
        "managers_package": [{"code": f"own-{town.name}"}],
        "managers_origin": drafts,
        "managers_package_file": [{"code": f"own-{town.name}"}],
        "managers_origin_guidance": drafts,
        "managers_draft": drafts,
        "managers_try": drafts,
        "managers_publish": drafts,
        "managers_trial": [{"pk": town.trial.pk}],
        "managers_trial_csv": [{"pk": town.trial.pk}],
    }


MISSING = {
    "pk": UUID(int=7),
    "agency": "nowhere",
    "code": "nothing",
    "step": "none",
    "number": 1,
    "file": UUID(int=8),
    "document": UUID(int=8),
    "message": UUID(int=8),
    "paper": UUID(int=8),
    "page": "about",
    "act": "claim",
}
SHARED: dict[str, dict[str, Any]] = {
    "managers_connector": {"code": "cars"},
    "managers_connector_act": {"code": "cars", "act": "pause"},
    "service": {"code": "permit"},
    "life_event": {"code": "moving-home"},
    "agency": {"code": "north"},
    "figures_of": {"code": "permit"},
    "figures_file": {"code": "permit", "kind": "csv"},
    "figures_chart": {"code": "permit", "chart": "volume", "kind": "svg"},
    "agency_chart": {"code": "north", "chart": "volume", "kind": "svg"},
    "office_chart": {"code": "north-hall", "chart": "time", "kind": "svg"},
    "compare_chart": {"chart": "on_time", "kind": "svg"},
    "index_chart": {"chart": "ranked", "kind": "svg"},
    "state_file": {"kind": "json"},
    "agency_file": {"code": "north", "kind": "csv"},
    "office_file": {"code": "north-hall", "kind": "csv"},
    "compare_file": {"kind": "json"},
    "index_file": {"kind": "csv"},
    "measure": {"code": "on_time"},
    "figures_of_agency": {"code": "north"},
    "figures_of_office": {"code": "north-hall"},
    "apply": {"code": "permit"},
    "apply_for": {"code": "permit"},
    "managers_service": {"code": "permit"},
    "managers_steering": {"code": "permit"},
    "call": {"code": "desk_decide"},
    "api_service": {"code": "permit"},
    "api_form": {"code": "permit"},
    "api_service_eligibility": {"code": "permit"},
    "api_log_month": {"month": "2026-01", "kind": "jsonl"},
    "linked_services": {"kind": "jsonld"},
    "linked_service": {"code": "permit", "kind": "ttl"},
    "process_model": {"code": "permit"},
    "service_package": {"code": "permit"},
    "api_log_inclusion": {"index": 0, "size": 1},
    "api_log_consistency": {"old": 1, "size": 1},
    "open311_discovery": {"format": "json"},
    "open311_services": {"format": "xml"},
    "open311_service": {"code": "permit", "format": "json"},
    "open311_requests": {"format": "json"},
    "open311_request": {"pk": "nonsense", "format": "json"},
    "open311_token": {"pk": "nonsense", "format": "xml"},
    "verify_document": {"number": "nonsense"},
    "apply_resume": {"secret": "nothing"},
    "letter": {"name": "nothing-1"},
    "letter_as_mailed": {"name": "nothing-1"},
    "allocation_round": {"pk": UUID(int=7)},
    "rate": {"token": "nonsense"},
    "unsubscribe": {"token": "nonsense"},
    "shared": {"secret": "nonsense"},
    "shared_file": {"secret": "nonsense"},
}
