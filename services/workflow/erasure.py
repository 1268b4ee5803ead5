"""Erase what is personal, when a person asks or when the law no longer has it kept. The ledger's chains still hold:
events carry no personal data, only a commitment whose salt is erased with the content.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.requests.evidence import Evidence
from services.requests.models import Draft, ServiceRequest
from services.requests.operations import forget_drafts, forget_files, remove_file
from services.requests.share_links import ShareLink
from services.workflow.models import ACTIVE, DataExport, Rating, Step
from services.workflow.operations.walking import citizen, require, walking
from services.workflow.preparing import PreparedDecision

ERASED = "[…]"


@dataclass(frozen=True)
class Kept:
    """An ended request that the law has kept until a day, by which law."""

    service_request: ServiceRequest
    until: datetime
    law: dict[str, str]


@dataclass(frozen=True)
class Plan:
    """What an erasure would do: nothing while requests are open; some are kept, the others go now with all else."""

    in_progress: list[ServiceRequest]
    kept: list[Kept]
    erased: list[ServiceRequest]
    drafts: int

    @property
    def is_possible(self) -> bool:
        return not self.in_progress


def kept_until(service_request: ServiceRequest) -> datetime:
    """Give until when the law has an ended request kept."""
    assert service_request.ended_at is not None
    ended_at, years = service_request.ended_at, service_request.version.definition.retention.years
    leap_day = (ended_at.month, ended_at.day) == (2, 29)
    return ended_at.replace(year=ended_at.year + years, day=28 if leap_day else ended_at.day)


def plan_of(user: User, now: datetime) -> Plan:
    """Tell what an erasure of a person would do now."""
    own = ServiceRequest.objects.of(user).with_service().order_by("submitted_at")
    in_progress = [request for request in own if request.is_in_progress]
    ended = [request for request in own if not request.is_in_progress]
    kept = [request for request in ended if kept_until(request) > now]
    return Plan(
        in_progress=in_progress,
        kept=[Kept(request, kept_until(request), dict(_law(request))) for request in kept],
        erased=[request for request in ended if request not in kept],
        drafts=Draft.objects.filter(applicant=user).count(),
    )


def _law(request: ServiceRequest) -> dict[str, str]:
    return {str(language): text for language, text in (request.version.definition.retention.law or {}).items()}


@transaction.atomic
def erase_person(user: User, now: datetime) -> None:
    """Erase an account and all that no law has kept; what is kept no longer belongs to any account."""
    User.objects.select_for_update().get(pk=user.pk)
    plan = plan_of(user, now)
    require(plan.is_possible, _("Withdraw your open requests first, or wait until they are decided."))
    require(not user.memberships.exists(), _("You work for an agency. Your agency ends this account."))
    for request in plan.erased:
        erase_content(request, now)
    for kept in plan.kept:
        with walking(kept.service_request.pk, now) as walk:
            walk.tell("applicant_erased", citizen(user))
    _delete_files(Evidence.objects.filter(draft__applicant=user))
    for export in DataExport.objects.filter(user=user):
        remove_file(export.file)
    Rating.objects.filter(service_request__applicant=user).update(words="")
    ShareLink.objects.filter(document__service_request__applicant=user).delete()
    ServiceRequest.objects.filter(applicant=user).update(assistant=None)  # nobody follows for them any longer
    user.delete()


@transaction.atomic
def erase_content(service_request: ServiceRequest, now: datetime) -> None:
    """Erase what a request says of people. Its reference, dates, outcome and events stay."""
    with walking(service_request.pk, now) as walk:
        request = walk.service_request
        walk.tell("content_erased", "system")
    _delete_files(request.evidence.all())
    for document in request.documents.all():
        remove_file(document.file)
        document.file, document.title, document.revoked_reason = "", ERASED, ERASED if document.revoked_at else ""
        document.save(update_fields=["file", "title", "revoked_reason"])
    ShareLink.objects.filter(document__service_request=request).delete()
    for opinion in request.asked_opinions.all():
        remove_file(opinion.file)
    request.asked_opinions.all().delete()
    request.round_entries.update(service_request=None)
    request.messages.all().delete()  # and with them the corrections
    request.sendings.all().delete()
    request.decisions.update(words="")
    PreparedDecision.objects.filter(step__service_request=request).delete()
    request.recusals.exclude(words="").update(words=ERASED)
    request.looks.exclude(words="").update(words=ERASED)
    request.deadline_changes.update(reason=ERASED)
    request.complaints.update(words=ERASED)
    request.complaints.exclude(answered_at=None).update(answer=ERASED)
    Rating.objects.filter(service_request=request).update(words="")
    ServiceRequest.objects.filter(pk=request.pk).update(
        answers={}, contact={}, facts={}, salt=b"", applicant=None, submission_digest="", assistant=None, assistance={}
    )


def _delete_files(evidence: Iterable[Evidence]) -> None:
    for one in evidence:
        remove_file(one.file)
        one.delete()


def erase_past_retention(now: datetime) -> int:
    """Erase the content of every request that the law no longer has kept; give how many there were."""
    due = [request for version in ServiceVersion.objects.iterator() for request in _past_retention(version, now)]
    for request in due:
        erase_content(request, now)
    return len(due)


def _past_retention(version: ServiceVersion, now: datetime) -> list[ServiceRequest]:
    """Give a version's ended requests whose time is over, but those whose last letters are still on their way."""
    long_ago = now - timedelta(days=365 * version.definition.retention.years)
    ended = ServiceRequest.objects.filter(version=version, ended_at__lte=long_ago).exclude(salt=b"")
    busy = Step.objects.filter(state__in=ACTIVE, service_request=OuterRef("pk"))
    candidates = ended.exclude(Exists(busy)).select_related("version", "service")
    return [request for request in candidates if kept_until(request) <= now]


def erase_what_is_over(now: datetime) -> None:
    """Erase what the law no longer has kept, and drafts and files that nobody comes back to."""
    forget_drafts(now)
    forget_files(now)
    erase_past_retention(now)
