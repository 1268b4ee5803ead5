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
from django.db.models import Manager
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.corrections import Correction
from services.requests.evidence import Evidence
from services.requests.models import Draft, Message, ServiceRequest
from services.requests.share_links import ShareLink
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.background import LEASE, own, work_off
from services.workflow.consulting import opinions_asked
from services.workflow.models import DataExport, Rating
from services.workflow.officials import Official, officials_among
from services.workflow.queries import notices_of

log = structlog.get_logger(__name__)
KEPT, SEARCHED = timedelta(days=7), "search"


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
            drafts = [
                _put_draft(archive, draft)
                for draft in Draft.objects.filter(applicant=export.user).select_related("service")
            ]
            archive.writestr("data.json", _json({**_person(export.user), "drafts": drafts, "requests": told}))
        file.seek(0)
        export.file.save(f"{export.pk}-{export.attempts}.zip", File(file), save=False)
    kept = own(export).update(finished_at=timezone.now(), lease_until=None, file=export.file.name)
    if not kept:
        export.file.delete(save=False)
    return bool(kept)


def _put(archive: zipfile.ZipFile, request: ServiceRequest, export: DataExport) -> dict[str, Any]:
    """Put a request's files into the archive and give what is to be told of it; note the progress."""
    folder = request.written_reference
    missing = [name for name, file in _files_of(request) if not _put_file(archive, f"{folder}/{name}", file)]
    export.done += 1
    own(export).update(done=export.done, total=export.total, lease_until=timezone.now() + LEASE)
    return {**_told(request), "missing_files": missing}


def _put_draft(archive: zipfile.ZipFile, draft: Draft) -> dict[str, Any]:
    """Put a draft's files into the archive, mandates too, and give what is to be told of it."""
    folder = f"drafts/{draft.pk}"
    missing = [name for name, file in _supplied(draft.evidence) if not _put_file(archive, f"{folder}/{name}", file)]
    return {
        "draft": draft.pk,
        "service": draft.service.code,
        "answers": draft.answers,
        "helped": draft.helped,
        "assistance": draft.assistance,
        "contact": draft.contact,
        "files": _told_files(draft.evidence),
        "missing_files": missing,
    }


def _put_file(archive: zipfile.ZipFile, path: str, file: FieldFile) -> bool:
    """Put a file into the archive; tell whether there was one."""
    try:
        with file.open() as opened, archive.open(path, "w") as entry:
            shutil.copyfileobj(opened, entry)
    except FileNotFoundError:
        log.exception("stored_file_missing", path=path)
        return False
    return True


def _files_of(request: ServiceRequest) -> Iterator[tuple[str, FieldFile]]:
    yield from _supplied(request.evidence)
    for opinion in request.asked_opinions.exclude(file="").order_by("asked_at"):
        yield f"opinions/{opinion.pk}-{opinion.file_name}", opinion.file
    for document in request.documents.order_by("issued_at"):
        yield f"documents/{document.number}.pdf", document.file


def _supplied(evidence: "Manager[Evidence]") -> Iterator[tuple[str, FieldFile]]:
    for file in Evidence.objects.readable().filter(pk__in=evidence.all()).order_by("supplied_at", "name"):
        yield f"files/{file.pk}-{file.name}", file.file


def _told_files(evidence: "Manager[Evidence]") -> list[dict[str, Any]]:
    told = evidence.order_by("supplied_at", "name").values("key", "name", "size", "sha256", "supplied_at", "scan")
    return [dict(one) for one in told]


PROGRAM = ("name", "scopes", "made_at", "expires_at", "last_used_at", "ended_at")


def _person(user: User) -> dict[str, Any]:
    names = ("email", "name", "personal_identifier", "birth_date", "phone", "address", "language", "gender",
             "may_be_counted", "wants_mail", "wants_sms", "joined_at")  # fmt: skip
    events = list(Event.objects.filter(subject=user.pk).order_by("seq").values("at", "kind", "facts"))
    return {
        "profile": {name: getattr(user, name) for name in names},
        "registers_asked": [event for event in events if event["kind"] == "register_asked"],
        "account": [event for event in events if event["kind"] != "register_asked"],
        "programs": list(user.tokens.order_by("made_at").values(*PROGRAM)),
        "ways_to_sign_in": {name: list(rows.order_by("pk").values(*told)) for name, rows, told in _ways_in(user)},
        "notices": [{"at": step.opened_at, "notice": step.key} for step in notices_of(user)],
        "helped_with": [
            {"reference": request.written_reference, **request.assistance}
            for request in user.assisted_requests.order_by("submitted_at")
        ],
    }


def _ways_in(user: Any) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    """Give what the library of sign-in keeps of a person, without anything that opens a door."""
    yield "e_mail_addresses", user.emailaddress_set, ("email", "verified", "primary")
    yield "second_factors", user.authenticator_set, ("type", "created_at", "last_used_at")
    yield "providers", user.socialaccount_set, ("provider", "date_joined", "last_login")
    yield "sessions", user.usersession_set, ("user_agent", "ip", "created_at", "last_seen_at")


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
        "messages": [_message(message) for message in request.messages.order_by("at").prefetch_related("files")],
        "opinions_asked": [_opinion(one) for one in opinions_asked(request)],
        "complaints": list(request.complaints.order_by("made_at").values("made_at", "words", "answered_at", "answer")),
        "rating": Rating.objects.filter(service_request=request).values("score", "words", "changed_at").first(),
        "assistance": request.assistance,
        "objection": request.facts.get("objection"),
        "decisions": list(request.decisions.order_by("at").values("at", "outcome", "reason", "words")),
        "corrected_answers": list(
            Correction.objects.filter(question__service_request=request)
            .order_by("at", "pk")
            .values("key", "before", "after", "at")
        ),
        "files": _told_files(request.evidence),
        "documents": list(request.documents.order_by("issued_at").values("number", "title", "issued_at", "sha256")),
        "share_links": [_shared(link) for link in ShareLink.objects.filter(document__service_request=request)],
        "purposes_told": _purposes(request),
        "history": [_event(event, officials.get(event.actor)) for event in events],
    }


def _message(message: Message) -> dict[str, Any]:
    names = ("at", "is_from_office", "text")
    return {**{name: getattr(message, name) for name in names}, "files": [file.name for file in message.files.all()]}


def _shared(link: ShareLink) -> dict[str, Any]:
    names = ("made_at", "expires_at", "revoked_at")
    openings = list(link.openings.order_by("at").values("at", "what"))
    return {"document": link.document.number, **{name: getattr(link, name) for name in names}, "openings": openings}


def _opinion(opinion: AskedOpinion) -> dict[str, Any]:
    names = ("question", "answers", "asked_at", "due_at", "state", "answered_at", "words")
    return {"agency": opinion.desk.office.agency.code, **{name: getattr(opinion, name) for name in names}}


def _purposes(request: ServiceRequest) -> list[dict[str, Any]]:
    """Tell what officials gave as their purpose before they looked, in their words, too."""
    looks = [(look, f"clerk:{look.by_id}") for look in request.looks.order_by("at")]
    officials = officials_among(actor for _look, actor in looks)
    return [
        {"at": look.at, "purpose": look.purpose, "words": look.words, **_who(officials.get(actor))}
        for look, actor in looks
    ]


def _event(event: Event, official: Official | None) -> dict[str, Any]:
    """Tell an event: when, what, by whom, and of a look why somebody looked, as the page of looks does."""
    told = SEARCHED if event.kind == "found_in_search" else event.facts.get("purpose")
    purpose = official.purpose if official and official.purpose and told else told
    why = {"purpose": purpose} if purpose else {}
    return {"at": event.at, "kind": event.kind, "by": event.actor.split(":")[0], **_who(official), **why}


def _who(official: Official | None) -> dict[str, str]:
    return {"name": official.name, "agency": official.agency} if official else {}


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
