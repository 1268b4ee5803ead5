"""Look a file over that somebody brings, before anything is locked: its kind, what is hidden in it, its harm."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

import filetype
from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.ledger.operations import Entry, record
from services.requests.evidence import Evidence, Scan
from services.requests.models import Draft, ServiceRequest
from services.requests.pictures import FORMATS, BadPicture, drawn_anew
from services.requests.previews import BadPdf, look_into
from services.requests.scanner import TooLargeToScan, Unscanned, scan

CONTENT_TYPES = {"application/pdf": "pdf", "image/jpeg": "jpeg", "image/png": "png"}
ENDINGS = {"application/pdf": ("pdf",), "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"), "image/png": ("png",)}
LONGEST_NAME, LONGEST_FINDING = 200, 80
IN_LINE = timedelta(minutes=1)


class BadEvidence(Exception):
    """The file can't be taken; the message says why and what to do."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class LookedOver:
    """A file that may be kept, and what is known of it."""

    file: "File[bytes]"
    name: str
    content_type: str
    sha256: str
    scan: Scan


def look_over(
    owner: Draft | ServiceRequest | User,
    key: str,
    upload: "File[bytes]",
    *,
    accept: Sequence[str],
    by: str,
    now: datetime,
) -> LookedOver:
    """Look at a file that `by` brings to its owner; raise `BadEvidence` when it can't be taken.

    That takes seconds, so nothing may be locked meanwhile: within a transaction it raises RuntimeError.
    """
    with transaction.atomic(durable=True):
        pass
    refuse_wrong_size(upload)
    scanned = _scanned(owner, key, upload, by, now)
    content_type = checked_type(upload, accept)
    kept = _harmless(upload, content_type)
    digest = hashlib.file_digest(rewound(kept), "sha256").hexdigest()
    return LookedOver(kept, fitting_name(upload.name or "", content_type), content_type, digest, scanned)


def _scanned(owner: Draft | ServiceRequest | User, key: str, upload: "File[bytes]", by: str, now: datetime) -> Scan:
    """Ask the scanner, if there is one. A file that it can't answer for now waits, and so do those that come after."""
    if not settings.CLAMD_URL:
        return Scan.UNASKED
    if Evidence.objects.waiting().filter(supplied_at__gt=now - IN_LINE).exists():
        return Scan.WAITING
    try:
        found = scan(rewound(upload).chunks(), settings.CLAMD_URL, settings.CLAMD_WAIT_S)
    except Unscanned:
        return Scan.WAITING
    except TooLargeToScan:
        raise BadEvidence(_("The file is too large to be checked for harmful programs. Make it smaller.")) from None
    if found:
        _tell_of_harm(owner, key, found, by, now)
        raise BadEvidence(
            _("The file could not be accepted: it did not pass the check for harmful programs. Bring another one.")
        )
    return Scan.CLEAN


def _tell_of_harm(owner: Draft | ServiceRequest | User, key: str, found: str, by: str, now: datetime) -> None:
    """Put on record that a harmful file was refused. It is kept nowhere, so no commitment to it is either."""
    with transaction.atomic(durable=True):
        owner.__class__.objects.select_for_update().get(pk=owner.pk)  # not `type`: who is signed in is a lazy object
        record([Entry(owner.pk, "file_refused", by, now, {"evidence": key, "found": finding(found)})])


def finding(found: str) -> str:
    """Give a scanner's name for what it found, as it may stand in the ledger."""
    return re.sub(r"[^\w.\-]+", " ", found, flags=re.ASCII)[:LONGEST_FINDING]


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
        look_into(rewound(upload).read())
    except BadPdf as bad:
        if bad.is_protected:
            raise BadEvidence(_("The PDF asks for a password. Save it without one and add it again.")) from None
        if bad.acts:
            words = _("The PDF has a program or another file inside. Print it to a new PDF and add that one.")
            raise BadEvidence(words) from None
        raise BadEvidence(_("The PDF can’t be read. Save or scan it again.")) from None


def refuse_wrong_size(upload: "File[bytes]") -> None:
    """Raise `BadEvidence` for a file with nothing in it, or with more than the portal takes."""
    if not upload.size:
        raise BadEvidence(_("The file is empty. Choose it again."))
    if upload.size > settings.EVIDENCE_MAX_BYTES:
        limit = settings.EVIDENCE_MAX_BYTES // 1_000_000
        raise BadEvidence(_("The file is larger than %(limit)s MB. Make it smaller.") % {"limit": limit})


def checked_type(upload: "File[bytes]", accept: Sequence[str]) -> str:
    """Give the content type told by the content itself; raise `BadEvidence` for what isn't accepted."""
    kind = filetype.guess_mime(rewound(upload).read(4096)) or ""
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


def fitting_name(name: str, content_type: str) -> str:
    """Give a file's own name with an ending of its kind: saved by a reader, it is opened as nothing else."""
    plain, endings = safe_name(name), ENDINGS[content_type]
    if PurePath(plain).suffix.lower().removeprefix(".") in endings:
        return plain
    return f"{plain}.{endings[0]}"[-LONGEST_NAME:]


def rewound(upload: "File[bytes]") -> "File[bytes]":
    upload.seek(0)
    return upload
