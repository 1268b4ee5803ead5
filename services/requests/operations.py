"""Drafts and evidence: what exists before a submission and what applicants add to it."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any

import filetype
from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.agencies.models import Office
from services.catalogue.models import Service
from services.requests.models import Draft, Evidence, ServiceRequest

CONTENT_TYPES = {"application/pdf": "pdf", "image/jpeg": "jpeg", "image/png": "png"}
LONGEST_NAME = 200


class BadEvidence(Exception):
    """The file can't be taken; the message says why and what to do."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message


def start_draft(service: Service, applicant: User | None, office: Office | None, answers: Mapping[str, Any]) -> Draft:
    """Begin a request: answers on their way, saved page by page."""
    return Draft.objects.create(service=service, applicant=applicant, office=office, answers=dict(answers))


def save_draft(draft: Draft, answers: Mapping[str, Any], office: Office | None = None) -> None:
    """Keep the answers given so far."""
    draft.answers, draft.office = dict(answers), office or draft.office
    draft.save(update_fields=["answers", "office", "saved_at"])


@transaction.atomic
def add_evidence(
    owner: Draft | ServiceRequest,
    key: str,
    upload: "File[bytes]",
    *,
    accept: Sequence[str],
    at_most: int,
    now: datetime,
) -> Evidence:
    """Keep a file under an evidence key of a draft or request; raise `BadEvidence` when it can't be taken."""
    locked = type(owner).objects.select_for_update().get(pk=owner.pk)
    if locked.evidence.filter(key=key).count() >= at_most:
        raise BadEvidence(_("There are already %(count)s files. Remove one first.") % {"count": at_most})
    content_type = checked_type(upload, accept)
    evidence = Evidence(
        key=key,
        name=safe_name(upload.name or ""),
        content_type=content_type,
        size=upload.size,
        sha256=hashlib.file_digest(_rewound(upload), "sha256").hexdigest(),
        supplied_at=now,
    )
    if isinstance(owner, Draft):
        evidence.draft = owner
    else:
        evidence.service_request = owner
    evidence.file.save("", _rewound(upload), save=False)
    evidence.save()
    return evidence


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
    """Give a file's own name without folders and control characters."""
    plain = "".join(letter for letter in PurePath(name.replace("\\", "/")).name if letter.isprintable())
    return plain[-LONGEST_NAME:] or "file"


def _rewound(upload: "File[bytes]") -> "File[bytes]":
    upload.seek(0)
    return upload


def remove_evidence(evidence: Evidence) -> None:
    """Remove a file that isn't part of a submitted request."""
    if evidence.service_request_id is not None:
        raise BadEvidence(_("This file belongs to a submitted request and stays."))
    evidence.file.delete(save=False)
    evidence.delete()
