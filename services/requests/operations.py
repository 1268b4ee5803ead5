"""Drafts and evidence: what exists before a submission and what applicants add to it."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePath
from typing import Any

import filetype
from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.agencies.models import Office
from services.catalogue.models import Service
from services.requests.models import Draft, Evidence, Message, ServiceRequest
from services.requests.pictures import FORMATS, BadPicture, drawn_anew
from services.requests.previews import BadPdf, look_into
from services.requests.rules import digest_of_secret

CONTENT_TYPES = {"application/pdf": "pdf", "image/jpeg": "jpeg", "image/png": "png"}
LONGEST_NAME = 200
KEPT_WITHOUT_ACCOUNT, KEPT_WITH_ACCOUNT = timedelta(days=14), timedelta(days=180)


class BadEvidence(Exception):
    """The file can't be taken; the message says why and what to do."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message


def start_draft(
    service: Service, applicant: User | None, office: Office | None, answers: Mapping[str, Any], **help_known: Any
) -> Draft:
    """Begin a request: answers on their way, saved page by page; `helped` and `assistance` when it is for another."""
    return Draft.objects.create(
        service=service, applicant=applicant, office=office, answers=dict(answers), **help_known
    )


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
        with transaction.atomic():
            for file in draft.evidence.all():
                remove_evidence(file)
            draft.delete()
    return len(old)


def save_draft(draft: Draft, answers: Mapping[str, Any], office: Office | None = None, *, tab: str = "") -> None:
    """Keep the answers given so far; `tab` names the open page that they come from."""
    if draft.answers != answers:
        draft.version, draft.tab = draft.version + 1, tab
    draft.answers, draft.office = dict(answers), office or draft.office
    draft.save(update_fields=["answers", "office", "version", "tab", "saved_at"])


@transaction.atomic
def add_evidence(
    owner: Draft | ServiceRequest,
    key: str,
    upload: "File[bytes]",
    *,
    accept: Sequence[str],
    at_most: int,
    now: datetime,
    message: Message | None = None,
) -> Evidence:
    """Keep a file under an evidence key of a draft or request; raise `BadEvidence` when it can't be taken."""
    locked = type(owner).objects.select_for_update().get(pk=owner.pk)
    content_type = checked_type(upload, accept)
    kept = _harmless(upload, content_type)
    evidence = Evidence(
        message=message,
        key=key,
        name=safe_name(upload.name or ""),
        content_type=content_type,
        size=kept.size,
        sha256=hashlib.file_digest(_rewound(kept), "sha256").hexdigest(),
        supplied_at=now,
    )
    if isinstance(locked, Draft) and (earlier := _sent_before(locked, evidence)):
        return earlier
    if locked.evidence.filter(key=key).count() >= at_most:
        raise BadEvidence(_("There are already %(count)s files. Remove one first.") % {"count": at_most})
    if isinstance(owner, Draft):
        evidence.draft = owner
    else:
        evidence.service_request = owner
    evidence.file.save("", _rewound(kept), save=False)
    evidence.save()
    return evidence


def _sent_before(draft: Draft, evidence: Evidence) -> Evidence | None:
    """Give the same file when it came before: its answer got lost on the way, and the person tried again."""
    return draft.evidence.filter(key=evidence.key, name=evidence.name, sha256=evidence.sha256).first()


def _harmless(upload: "File[bytes]", content_type: str) -> "File[bytes]":
    """Give a picture without what is hidden in it, and a PDF as it is, or raise `BadEvidence`."""
    if content_type not in FORMATS:
        refuse_bad_pdf(upload)
        return upload
    try:
        return drawn_anew(upload, content_type)
    except BadPicture as bad:
        if bad.is_too_large:
            raise BadEvidence(_("The picture has too many pixels. Make it smaller.")) from None
        raise BadEvidence(_("The picture can’t be read. Take it again.")) from None


def refuse_bad_pdf(upload: "File[bytes]") -> None:
    """Raise `BadEvidence` for a PDF that can't be opened by everybody, or that does more than show pages."""
    try:
        look_into(_rewound(upload).read())
    except BadPdf as bad:
        if bad.is_protected:
            raise BadEvidence(_("The PDF asks for a password. Save it without one and add it again.")) from None
        if bad.acts:
            words = _("The PDF has a program or another file inside. Print it to a new PDF and add that one.")
            raise BadEvidence(words) from None
        raise BadEvidence(_("The PDF can’t be read. Save or scan it again.")) from None


def checked_type(upload: "File[bytes]", accept: Sequence[str]) -> str:
    """Give the content type told by the content itself; raise `BadEvidence` for what isn't accepted."""
    if not upload.size:
        raise BadEvidence(_("The file is empty. Choose it again."))
    if upload.size > settings.EVIDENCE_MAX_BYTES:
        limit = settings.EVIDENCE_MAX_BYTES // 1_000_000
        raise BadEvidence(_("The file is larger than %(limit)s MB. Make it smaller.") % {"limit": limit})
    kind = filetype.guess_mime(_rewound(upload).read(4096)) or ""
    if CONTENT_TYPES.get(kind) not in accept:
        kinds = ", ".join(name.upper() for name in accept)
        raise BadEvidence(_("The file is none of these kinds: %(kinds)s. Save it as one of them.") % {"kinds": kinds})
    return kind


def safe_name(name: str) -> str:
    """Give a file's own name without folders and invisible characters; `file` where nothing to read is left."""
    plain = "".join(letter for letter in PurePath(name.replace("\\", "/")).name if letter.isprintable())
    stem, _dot, ending = plain.rpartition(".") if "." in plain else (plain, "", "")
    if stem.strip(". "):
        return plain[-LONGEST_NAME:]
    return f"file.{ending}"[:LONGEST_NAME] if ending.strip() else "file"


def _rewound(upload: "File[bytes]") -> "File[bytes]":
    upload.seek(0)
    return upload


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
