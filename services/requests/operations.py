"""Drafts and evidence: what exists before a submission and what applicants add to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.agencies.models import Office
from services.catalogue.models import Service
from services.requests.evidence import Evidence, Scan
from services.requests.models import Draft, Message, ServiceRequest
from services.requests.rules import digest_of_secret
from services.requests.supplying import BadEvidence, LookedOver, look_over, rewound

FILES_WITHOUT_LINK = timedelta(days=1)  # counted once a day: gone within two
KEPT_WITHOUT_ACCOUNT, KEPT_WITH_ACCOUNT = timedelta(days=14), timedelta(days=180)


def start_draft(
    service: Service,
    applicant: User | None,
    office: Office | None,
    answers: Mapping[str, Any],
    pk: UUID | None = None,
    **help_known: Any,
) -> Draft:
    """Begin a request: answers on their way, saved page by page; `helped` and `assistance` when it is for another."""
    known = {"pk": pk, **help_known} if pk else help_known
    return Draft.objects.create(service=service, applicant=applicant, office=office, answers=dict(answers), **known)


def keep_for_later(draft: Draft, secret: str) -> None:
    """Let a secret open the draft elsewhere; one that was given before opens it no longer."""
    draft.secret_digest = digest_of_secret(secret)
    draft.save(update_fields=["secret_digest"])


def draft_of_secret(secret: str, now: datetime) -> Draft | None:
    """Give the draft that a secret opens, while it is kept."""
    drafts = Draft.objects.filter(secret_digest=digest_of_secret(secret), saved_at__gt=now - KEPT_WITHOUT_ACCOUNT)
    return drafts.select_related("service__current").first()


def forget_drafts(now: datetime) -> int:
    """Delete drafts that nobody has touched for long, with their files; give how many there were."""
    nobodys = Q(applicant=None, saved_at__lte=now - KEPT_WITHOUT_ACCOUNT)
    old = Draft.objects.filter(nobodys | Q(saved_at__lte=now - KEPT_WITH_ACCOUNT))
    for draft in old:
        discard_draft(draft)
    return len(old)


@transaction.atomic
def discard_draft(draft: Draft) -> None:
    """Throw a draft away, with its files."""
    for file in draft.evidence.all():
        remove_evidence(file)
    draft.delete()


def forget_files(now: datetime) -> int:
    """Delete files of drafts that nobody comes back to: no account, no link, and the session long over; give how many.

    What was typed stays as long as other drafts: it is small, and a session may live on without a save.
    """
    long_ago = now - FILES_WITHOUT_LINK
    left = Draft.objects.filter(applicant=None, secret_digest="", saved_at__lte=long_ago, evidence__isnull=False)
    count = 0
    for pk in set(left.values_list("pk", flat=True)):
        with transaction.atomic():
            if Draft.objects.select_for_update().filter(pk=pk, secret_digest="", saved_at__lte=long_ago).exists():
                files = list(Evidence.objects.filter(draft=pk))
                for file in files:
                    remove_evidence(file)
                count += len(files)
    return count


def save_draft(draft: Draft, answers: Mapping[str, Any], office: Office | None = None, *, tab: str = "") -> None:
    """Keep the answers given so far; `tab` names the open page that they come from."""
    if draft.answers != answers:
        draft.version, draft.tab = draft.version + 1, tab
    draft.answers, draft.office = dict(answers), office or draft.office
    draft.save(update_fields=["answers", "office", "version", "tab", "saved_at"])


def keep_contact(draft: Draft, contact: Mapping[str, str]) -> None:
    """Keep what was typed so far of how somebody without an account may be reached."""
    draft.contact = {**draft.contact, **contact}
    draft.save(update_fields=["contact", "saved_at"])


def add_evidence(
    owner: Draft | ServiceRequest,
    key: str,
    upload: "File[bytes]",
    *,
    accept: Sequence[str],
    at_most: int,
    now: datetime,
    by: str = "system",
) -> Evidence:
    """Look a file over and keep it, where nothing else is locked or changed; raise `BadEvidence`."""
    looked = look_over(owner, key, upload, accept=accept, by=by, now=now)
    return keep_evidence(owner, key, looked, at_most=at_most, now=now)


@transaction.atomic
def keep_evidence(
    owner: Draft | ServiceRequest,
    key: str,
    looked: LookedOver,
    *,
    at_most: int,
    now: datetime,
    message: Message | None = None,
) -> Evidence:
    """Keep a file that was looked over, for a draft or request; raise `BadEvidence` when it is one too many."""
    locked = type(owner).objects.select_for_update().get(pk=owner.pk)
    if isinstance(locked, Draft) and (earlier := sent_before(locked, key, looked)):
        return earlier
    its: dict[str, Any] = {"draft": owner} if isinstance(owner, Draft) else {"service_request": owner}
    if Evidence.objects.accepted().filter(key=key, **its).count() >= at_most:
        raise _one_too_many(owner, at_most)
    evidence = Evidence(
        **its,
        message=message,
        key=key,
        name=looked.name,
        content_type=looked.content_type,
        size=looked.file.size,
        sha256=looked.sha256,
        supplied_at=now,
        scan=looked.scan,
        scan_at=now if looked.scan == Scan.WAITING else None,
    )
    evidence.file.save("", rewound(looked.file), save=False)
    evidence.save()
    return evidence


def _one_too_many(owner: Draft | ServiceRequest, at_most: int) -> BadEvidence:
    """Tell it with what can be done: what belongs to a request stays, and can't be removed to make room."""
    if isinstance(owner, Draft):
        return BadEvidence(_("There are already %(count)s files. Remove one first.") % {"count": at_most})
    words = _("No more files are taken this way; at most %(count)s are. Hand this one over in person.")
    return BadEvidence(words % {"count": at_most})


def sent_before(owner: Draft | ServiceRequest, key: str, looked: LookedOver) -> Evidence | None:
    """Give the same file when it came before: its answer got lost on the way, and the person tried again."""
    return owner.evidence.accepted().filter(key=key, name=looked.name, sha256=looked.sha256).first()


def remove_evidence(evidence: Evidence) -> None:
    """Remove a file that isn't part of a submitted request."""
    if evidence.service_request_id is not None:
        raise BadEvidence(_("This file belongs to a submitted request and stays."))
    remove_file(evidence.file)
    evidence.delete()


def remove_file(file: FieldFile) -> None:
    """Remove a stored file when the transaction that forgets it is committed; one that fails leaves it."""
    if file.name:
        transaction.on_commit(partial(file.storage.delete, file.name))
