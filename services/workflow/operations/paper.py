"""What happens to documents and files of a request: shared, opened, revoked, supplied later."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.files.base import File
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.catalogue.definition import Evidence as Paper
from services.ledger.rules import commitment
from services.requests.evidence import Evidence
from services.requests.models import Document, ServiceRequest
from services.requests.operations import keep_evidence, sent_before
from services.requests.rules import digest_of_secret, new_secret
from services.requests.share_links import Opening, ShareLink
from services.requests.supplying import look_over
from services.workflow.engine import Walk
from services.workflow.notices import REVOKED
from services.workflow.notifying import notify
from services.workflow.operations.walking import (
    applicants_side,
    citizen,
    clerk,
    is_applicant,
    require,
    require_in_progress,
    walking,
)
from services.workflow.queries import requests_at_desks_of

SPANS = {1: timedelta(days=1), 7: timedelta(days=7), 30: timedelta(days=30)}
MOST_LINKS = 20
MOST_OPENINGS = 500  # each is an event for ever: nobody may fill the ledger with a link


def share(document: Document, days: int, by: User | None, now: datetime) -> tuple[ShareLink, str]:
    """Make a link to one's own document for 1, 7 or 30 days; give it with its secret, which is kept nowhere."""
    with walking(document.service_request_id, now) as walk:
        require(is_applicant(walk.service_request, by), _("This is somebody else's document."))
        fresh = Document.objects.get(pk=document.pk)
        require(fresh.state(walk.calendar.day_of(now)) == "valid", _("Only a valid document can be shared."))
        require(days in SPANS, _("Choose how long the link shall work."))
        in_use = document.share_links.filter(revoked_at=None, expires_at__gt=now).count()
        require(in_use < MOST_LINKS, _("There are already 20 links to this document. End one first."))
        secret = new_secret()
        link = ShareLink(document=fresh, digest=digest_of_secret(secret), made_at=now, expires_at=now + SPANS[days])
        link.save()
        walk.tell("document_shared", citizen(by), document=document.key, link=link.pk, days=days)
    return link, secret


def end_sharing(link: ShareLink, by: User | None, now: datetime) -> None:
    """Let a link to one's own document work no more; ending it again changes nothing."""
    with walking(link.document.service_request_id, now) as walk:
        require(is_applicant(walk.service_request, by), _("This is somebody else's document."))
        fresh = ShareLink.objects.get(pk=link.pk)
        if fresh.revoked_at is None:
            fresh.revoked_at = now
            fresh.save(update_fields=["revoked_at"])
            walk.tell("sharing_ended", citizen(by), document=link.document.key, link=link.pk)


def open_shared(secret: str, what: Opening.What, now: datetime) -> Document | None:
    """Give the document behind a link's secret and put the opening on record; None when the link doesn't work."""
    link = ShareLink.objects.select_related("document").filter(digest=digest_of_secret(secret)).first()
    if link is None or not link.is_open(now):
        return None
    with walking(link.document.service_request_id, now) as walk:
        fresh = ShareLink.objects.select_related("document__service_request__office__agency").get(pk=link.pk)
        if not fresh.is_open(now) or fresh.openings.count() >= MOST_OPENINGS:
            return None
        Opening.objects.create(link=fresh, what=what, at=now)
        walk.tell("shared_opened", "anonymous", document=fresh.document.key, link=fresh.pk, what=str(what))
    return fresh.document


def revoke_document(document: Document, reason: str, by: User, now: datetime) -> None:
    """Take a document back, with the reason; its holder is told, and everybody who verifies it from now on."""
    with walking(document.service_request_id, now) as walk:
        seen = requests_at_desks_of(by).filter(pk=document.service_request_id).exists()
        require(seen, _("This request isn't at one of your desks."))
        fresh = Document.objects.get(pk=document.pk)
        require(fresh.revoked_at is None, _("This document was already revoked."))
        require(reason.strip(), _("Give the reason. The applicant will read it."))
        fresh.revoked_at, fresh.revoked_by, fresh.revoked_reason = now, by, reason.strip()
        fresh.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
        walk.tell("document_revoked", clerk(by), **fresh.facts())
        notify(walk, REVOKED)


def papers_to_add(walk: Walk) -> list[Paper]:
    """Give the papers of the definition that the applicant may still add while the request is worked."""
    if not walk.service_request.is_in_progress:
        return []
    papers = [paper for paper in walk.definition.evidence if walk.evidence.get(paper.key, 0) < paper.at_most]
    return [paper for paper in papers if paper.show is None or walk.holds_surely(paper.show)]


def supply(
    service_request: ServiceRequest, key: str, upload: "File[bytes]", by: User | None, now: datetime
) -> Evidence:
    """Add a paper to a request while it is worked, the same one once; raise `BadEvidence` when it can't be taken."""
    before = Walk(service_request, now)
    actor = applicants_side(service_request, by)
    require_in_progress(before)
    accept = _paper(before.definition.evidence, key).accept
    looked = look_over(service_request, key, upload, accept=accept, by=actor, now=now)
    with walking(service_request.pk, now) as walk:
        actor = applicants_side(walk.service_request, by)
        require_in_progress(walk)
        if earlier := sent_before(walk.service_request, key, looked):
            return earlier
        at_most = _paper(papers_to_add(walk), key).at_most
        kept = keep_evidence(walk.service_request, key, looked, at_most=at_most, now=now)
        walk.tell("evidence_added", actor, evidence=key, file=commitment(kept.sha256, bytes(walk.service_request.salt)))
    return kept


def _paper(known: Iterable[Paper], key: str) -> Paper:
    """Give one of these papers, or raise `Refused`."""
    paper = next((paper for paper in known if paper.key == key), None)
    require(paper, _("This paper can't be added now. Choose another one."))
    assert paper is not None
    return paper
