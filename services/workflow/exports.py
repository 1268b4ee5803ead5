"""Everything about a person in one file: JSON, the files that were supplied, and the documents that were issued."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

import structlog
from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import Draft, ServiceRequest
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.background import LEASE, own, work_off
from services.workflow.consulting import opinions_asked
from services.workflow.models import DataExport, Rating
from services.workflow.officials import Official, officials_among
from services.workflow.queries import notices_of

log = structlog.get_logger(__name__)
KEPT = timedelta(days=7)


def ask_for_export(user: User, now: datetime) -> DataExport:
    """Let a copy be made; who asks again while one is being made gets that one."""
    try:
        with transaction.atomic():
            return DataExport.objects.create(user=user, asked_at=now)
    except IntegrityError:
        return DataExport.objects.get(user=user, finished_at=None)


def make_exports(now: datetime) -> int:
    """Make every copy that waits, and remove those that were kept long enough; give how many were made."""
    for old in DataExport.objects.filter(finished_at__lt=now - KEPT):
        old.file.delete(save=False)
        old.delete()
    return work_off(DataExport, _make, now)


def _make(export: DataExport) -> bool:
    """Make a copy; tell whether it was still this worker's to finish."""
    requests = ServiceRequest.objects.of(export.user).with_service().order_by("submitted_at")
    export.total, export.done = requests.count(), 0
    with TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            told = [_put(archive, request, export) for request in requests]
            archive.writestr("data.json", _json({**_person(export.user), "requests": told}))
        file.seek(0)
        export.file.save(f"{export.pk}-{export.attempts}.zip", File(file), save=False)
    kept = own(export).update(finished_at=timezone.now(), lease_until=None, file=export.file.name)
    if not kept:
        export.file.delete(save=False)
    return bool(kept)


def _put(archive: zipfile.ZipFile, request: ServiceRequest, export: DataExport) -> dict[str, Any]:
    """Put a request's files into the archive and give what is to be told of it; note the progress."""
    missing = [name for name, file in _files_of(request) if not _put_file(archive, request, name, file)]
    export.done += 1
    own(export).update(done=export.done, total=export.total, lease_until=timezone.now() + LEASE)
    return {**_told(request), "missing_files": missing}


def _put_file(archive: zipfile.ZipFile, request: ServiceRequest, name: str, file: FieldFile) -> bool:
    """Put a file into the archive; tell whether there was one."""
    try:
        with file.open() as opened, archive.open(f"{request.written_reference}/{name}", "w") as entry:
            shutil.copyfileobj(opened, entry)
    except FileNotFoundError:
        log.exception("stored_file_missing", service_request=str(request.pk), name=name)
        return False
    return True


def _files_of(request: ServiceRequest) -> Iterator[tuple[str, FieldFile]]:
    for evidence in request.evidence.readable().order_by("supplied_at"):
        yield f"files/{evidence.pk}-{evidence.name}", evidence.file
    for opinion in request.asked_opinions.exclude(file="").order_by("asked_at"):
        yield f"opinions/{opinion.pk}-{opinion.file_name}", opinion.file
    for document in request.documents.order_by("issued_at"):
        yield f"documents/{document.number}.pdf", document.file


def _person(user: User) -> dict[str, Any]:
    names = ("email", "name", "personal_identifier", "birth_date", "phone", "address", "language", "gender",
             "may_be_counted", "joined_at")  # fmt: skip
    drafts = Draft.objects.filter(applicant=user).select_related("service")
    events = list(Event.objects.filter(subject=user.pk).order_by("seq").values("at", "kind", "facts"))
    return {
        "profile": {name: getattr(user, name) for name in names},
        "registers_asked": [event for event in events if event["kind"] == "register_asked"],
        "account": [event for event in events if event["kind"] != "register_asked"],
        "notices": [{"at": step.opened_at, "notice": step.key} for step in notices_of(user)],
        "drafts": [
            {
                "service": draft.service.code,
                "answers": draft.answers,
                "helped": draft.helped,
                "contact": draft.contact,
            }
            for draft in drafts
        ],
        "helped_with": [
            {"reference": request.written_reference, **request.assistance}
            for request in user.assisted_requests.order_by("submitted_at")
        ],
    }


def _told(request: ServiceRequest) -> dict[str, Any]:
    names = ("status", "channel", "language", "answers", "contact", "fee", "submitted_at", "due_at", "ended_at")
    events = list(Event.objects.filter(subject=request.pk).order_by("seq"))
    officials = officials_among(event.actor for event in events)
    return {
        "reference": request.written_reference,
        "service": request.service.code,
        "version": request.version.number,
        "office": request.office.code,
        **{name: getattr(request, name) for name in names},
        "messages": list(request.messages.order_by("at").values("at", "is_from_office", "text")),
        "opinions_asked": [_opinion(one) for one in opinions_asked(request)],
        "complaints": list(request.complaints.order_by("made_at").values("made_at", "words", "answered_at", "answer")),
        "rating": Rating.objects.filter(service_request=request).values("score", "words", "changed_at").first(),
        "assistance": request.assistance,
        "objection": request.facts.get("objection"),
        "decisions": list(request.decisions.order_by("at").values("at", "outcome", "reason", "words")),
        "files": list(request.evidence.order_by("supplied_at").values("name", "size", "sha256", "supplied_at", "scan")),
        "documents": list(request.documents.order_by("issued_at").values("number", "title", "issued_at", "sha256")),
        "history": [
            {"at": event.at, "kind": event.kind, "by": event.actor.split(":")[0], **_who(officials.get(event.actor))}
            for event in events
        ],
    }


def _opinion(opinion: AskedOpinion) -> dict[str, Any]:
    names = ("question", "answers", "asked_at", "due_at", "state", "answered_at", "words")
    return {"agency": opinion.desk.office.agency.code, **{name: getattr(opinion, name) for name in names}}


def _who(official: Official | None) -> dict[str, str]:
    return {"name": official.name, "agency": official.agency} if official else {}


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
