"""Everything about a person in one file: JSON, the files that were supplied, and the documents that were issued."""

import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import Draft, ServiceRequest
from services.workflow.models import DataExport, Rating
from services.workflow.queries import notices_of

LEASE = timedelta(minutes=2)
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
    made = 0
    while export := _claim(now):
        _make(export)
        made += 1
    return made


def _claim(now: datetime) -> DataExport | None:
    with transaction.atomic():
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        waiting = DataExport.objects.filter(free, finished_at=None).order_by("asked_at")
        export = waiting.select_for_update(skip_locked=True).first()
        if export is not None:
            export.lease_until = now + LEASE
            export.save(update_fields=["lease_until"])
    return export


def _make(export: DataExport) -> None:
    requests = ServiceRequest.objects.of(export.user).with_service().order_by("submitted_at")
    export.total, export.done = requests.count(), 0
    with TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            told = [_put(archive, request, export) for request in requests]
            archive.writestr("data.json", _json({**_person(export.user), "requests": told}))
        file.seek(0)
        export.file.save(f"{export.pk}.zip", File(file), save=False)
    export.finished_at, export.lease_until = timezone.now(), None
    export.save()


def _put(archive: zipfile.ZipFile, request: ServiceRequest, export: DataExport) -> dict[str, Any]:
    """Put a request's files into the archive and give what is to be told of it; note the progress."""
    for name, content in _files_of(request):
        archive.writestr(f"{request.written_reference}/{name}", content)
    export.done += 1
    export.lease_until = timezone.now() + LEASE
    export.save(update_fields=["done", "total", "lease_until"])
    return _told(request)


def _files_of(request: ServiceRequest) -> Iterator[tuple[str, bytes]]:
    for evidence in request.evidence.order_by("supplied_at"):
        with evidence.file.open() as file:
            yield f"files/{evidence.pk}-{evidence.name}", file.read()
    for document in request.documents.order_by("issued_at"):
        with document.file.open() as file:
            yield f"documents/{document.number}.pdf", file.read()


def _person(user: User) -> dict[str, Any]:
    names = ("email", "name", "personal_identifier", "birth_date", "phone", "address", "language", "joined_at")
    drafts = Draft.objects.filter(applicant=user).select_related("service")
    return {
        "profile": {name: getattr(user, name) for name in names},
        "notices": [{"at": step.opened_at, "notice": step.key} for step in notices_of(user)],
        "drafts": [{"service": draft.service.code, "answers": draft.answers} for draft in drafts],
    }


def _told(request: ServiceRequest) -> dict[str, Any]:
    names = ("status", "channel", "language", "answers", "contact", "fee", "submitted_at", "due_at", "ended_at")
    events = Event.objects.filter(subject=request.pk).order_by("seq")
    return {
        "reference": request.written_reference,
        "service": request.service.code,
        "version": request.version.number,
        "office": request.office.code,
        **{name: getattr(request, name) for name in names},
        "messages": list(request.messages.order_by("at").values("at", "is_from_office", "text")),
        "complaints": list(request.complaints.order_by("made_at").values("made_at", "words", "answered_at", "answer")),
        "rating": Rating.objects.filter(service_request=request).values("score", "words", "changed_at").first(),
        "objection": request.facts.get("objection"),
        "decisions": list(request.decisions.order_by("at").values("at", "outcome", "reason", "words")),
        "documents": list(request.documents.order_by("issued_at").values("number", "title", "issued_at", "sha256")),
        "history": [{"at": event.at, "kind": event.kind, "by": event.actor.split(":")[0]} for event in events],
    }


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
