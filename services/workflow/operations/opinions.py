"""Ask another agency for its opinion on the spot, and give one. The clerk's own step goes on meanwhile.

The asked desk sees the question and what was chosen for it, until it has answered, the time is over, or the step is
done; each look is on record as any other (docs/decisions/0020).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.core.files.base import File
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.agencies.models import Desk
from services.agencies.rules import due_at
from services.catalogue.definition import AnyField, DeskStep
from services.ledger.rules import commitment
from services.requests.evidence import READABLE, Evidence
from services.requests.models import ServiceRequest
from services.requests.supplying import BadEvidence, LookedOver, look_over, rewound
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.conflicts import conflict_of
from services.workflow.engine import Walk
from services.workflow.models import ACTIVE, Step
from services.workflow.operations.desk import require_held
from services.workflow.operations.looking import record_reading
from services.workflow.operations.messages import ACCEPTED
from services.workflow.operations.standing_aside import words_of
from services.workflow.operations.walking import clerk, locked, require, require_in_progress, walking, walking_at
from services.workflow.queries import desks_of

log = structlog.get_logger(__name__)
FEWEST_DAYS, MOST_DAYS, MOST_OPEN, MOST_AT_ONCE = 1, 60, 10, 200
OPINION = "opinion"


@dataclass(frozen=True)
class Question:
    """What is asked of which desk, within how many of its agency's working days, and what of the file it may see."""

    desk: Desk
    words: str
    days: int
    answers: Collection[str] = ()
    papers: Collection[Evidence] = ()


def answers_to_share(service_request: ServiceRequest, step: DeskStep) -> list[AnyField]:
    """Give the answered fields that the definition lets another agency see."""
    fields = service_request.version.definition.fields
    shared = step.opinions.share
    given = [field for key, field in fields.items() if key in service_request.answers and field.kind != "file"]
    return [field for field in given if shared is None or field.key in shared]


def papers_to_share(service_request: ServiceRequest, step: DeskStep) -> list[Evidence]:
    """Give the applicant's files that the definition lets another agency see."""
    shared = step.opinions.share
    supplied = service_request.evidence.readable().filter(message=None).order_by("supplied_at")
    return [paper for paper in supplied if shared is None or paper.key in shared]


def ask_opinion(step: Step, question: Question, by: User, now: datetime) -> AskedOpinion:
    """Ask a desk of another agency; neither the clock nor the step stands still."""
    with walking_at(step, now) as (walk, fresh):
        require_in_progress(walk)
        require_held(fresh, by)
        _require_sound(walk, fresh, question)
        opinion = AskedOpinion.objects.create(
            service_request=walk.service_request,
            step=fresh,
            desk=question.desk,
            question=question.words.strip(),
            answers=sorted(question.answers),
            asked_by=by,
            asked_at=now,
            due_at=due_at(now, question.days, "working", question.desk.office.agency.working),
        )
        opinion.papers.set(question.papers)
        _tell(walk, opinion, "opinion_asked", clerk(by), shown=len(question.answers) + len(question.papers))
    return opinion


def _require_sound(walk: Walk, step: Step, question: Question) -> None:
    assert step.desk is not None
    others = question.desk.office.agency_id != step.desk.office.agency_id
    require(others, _("This desk belongs to your own agency: give it the step, or ask a colleague."))
    require(question.words.strip(), _("Write what you want to know."))
    require(FEWEST_DAYS <= question.days <= MOST_DAYS, _("Give it 1 to 60 working days."))
    known = walk.desk_step(step)
    seen = {field.key for field in answers_to_share(walk.service_request, known)}
    files = {paper.pk for paper in papers_to_share(walk.service_request, known)}
    allowed = set(question.answers) <= seen and {paper.pk for paper in question.papers} <= files
    require(allowed, _("Another agency may not see all that you chose."))
    waiting = step.asked_opinions.filter(state=AskedOpinion.State.OPEN)
    require(waiting.count() < MOST_OPEN, _("Ten opinions are asked for already. Wait for an answer first."))
    require(not waiting.filter(desk=question.desk).exists(), _("This desk is asked already, and has not answered yet."))


def open_opinion(opinion: AskedOpinion, by: User, now: datetime) -> None:
    """Put on record that an official looks at what an opinion is asked about; raise `Refused` for who is too near."""
    _require_impartial(opinion, by)
    record_reading(opinion.service_request, "file_read", clerk(by), now, purpose=OPINION)


def give_opinion(
    opinion: AskedOpinion, by: User, now: datetime, *, words: str = "", file: "File[bytes] | None" = None
) -> None:
    """Give the opinion of one's desk; raise `BadEvidence` for a file that can't be taken, and then nothing is kept."""
    looked = _looked_over(opinion, file, by, now) if file else None
    with walking(opinion.service_request_id, now) as walk:
        theirs = AskedOpinion.objects.to_give(now).asked_of(by, desks_of(by))
        fresh = locked(theirs).select_related("desk__office").filter(pk=opinion.pk).first()
        require(fresh is not None, _("This opinion is no longer asked for."))
        assert fresh is not None
        require(words.strip() or looked, _("Write your opinion or add a file."))
        fresh.service_request = walk.service_request
        _require_impartial(fresh, by)
        facts = _keep_file(fresh, looked) if looked else {}
        fresh.state, fresh.words = AskedOpinion.State.GIVEN, words.strip()
        fresh.answered_by, fresh.answered_at = by, now
        fresh.save()
        _tell(walk, fresh, "opinion_given", clerk(by), **facts)


def _require_impartial(opinion: AskedOpinion, by: User) -> None:
    conflict = conflict_of(opinion.service_request, by)
    require(not conflict, words_of(conflict))


def _looked_over(opinion: AskedOpinion, file: "File[bytes]", by: User, now: datetime) -> LookedOver:
    """Look a file over before anything is locked; one that can't be scanned now isn't taken now."""
    looked = look_over(opinion.service_request, OPINION, file, accept=ACCEPTED, by=clerk(by), now=now)
    if looked.scan not in READABLE:
        raise BadEvidence(_("The file can't be checked for harmful programs just now. Try again in a minute."))
    return looked


def _keep_file(opinion: AskedOpinion, looked: LookedOver) -> dict[str, str]:
    """Keep the file of an opinion; give what the ledger commits to."""
    opinion.file_name, opinion.file_type = looked.name, looked.content_type
    opinion.file.save("", rewound(looked.file), save=False)
    return {"file": commitment(looked.sha256, bytes(opinion.service_request.salt))}


def end_silent_opinions(now: datetime) -> int:
    """Let the step go on without the opinions whose time is over; give how many there were."""
    over = AskedOpinion.objects.filter(state=AskedOpinion.State.OPEN, due_at__lt=now).order_by("due_at")
    count = 0
    for pk, request in list(over.values_list("pk", "service_request")[:MOST_AT_ONCE]):
        try:
            count += _end_silent(pk, request, now)
        except Exception:
            log.exception("silent_opinion_could_not_end", opinion=str(pk))
    return count


def _end_silent(pk: UUID, service_request: UUID, now: datetime) -> bool:
    """End one opinion that wasn't given; silence is told only while somebody still waits for it."""
    with walking(service_request, now) as walk:
        related = ("step", "desk__office")
        waiting = AskedOpinion.objects.filter(pk=pk, state=AskedOpinion.State.OPEN, due_at__lt=now)
        opinion = locked(waiting.select_related(*related)).first()
        if opinion is None:
            return False
        is_awaited = opinion.step.state in ACTIVE
        opinion.state = AskedOpinion.State.SILENT if is_awaited else AskedOpinion.State.NOT_NEEDED
        opinion.save(update_fields=["state"])
        if is_awaited:
            _tell(walk, opinion, "opinion_silent", "system")
    return is_awaited


def _tell(walk: Walk, opinion: AskedOpinion, kind: str, actor: str, **facts: Any) -> None:
    office = opinion.desk.office
    where = {"desk": f"{office.code}/{opinion.desk.code}", "until": opinion.due_at.isoformat()}
    walk.tell(kind, actor, step=opinion.step.key, **where, **facts)
