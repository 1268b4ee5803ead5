"""Words and files between the office and the applicant, at any time while a request is in progress."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import File
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.requests.models import Message, ServiceRequest
from services.requests.operations import keep_evidence
from services.requests.supplying import LookedOver, look_over
from services.workflow.engine import Walk
from services.workflow.notices import WRITTEN
from services.workflow.notifying import notify
from services.workflow.operations.sending import is_repeated
from services.workflow.operations.walking import applicants_side, clerk, require, require_in_progress, walking
from services.workflow.queries import requests_at_desks_of

WITH_MESSAGES = "message"
ACCEPTED = ("pdf", "jpeg", "png")
MOST_FILES = 30
Files = Sequence["File[bytes]"]


def write_to_office(
    service_request: ServiceRequest, text: str, by: User | None, now: datetime, *, files: Files = (), key: str = ""
) -> Message | None:
    """Write to the office, once for each key; raise `BadEvidence` for a bad file, and then nothing is kept."""
    looked = _looked_over(service_request, files, applicants_side(service_request, by), now)
    with walking(service_request.pk, now) as walk:
        actor = applicants_side(walk.service_request, by)
        if is_repeated(walk, key, text.strip(), _digests(looked)):
            return None
        message = _write(walk, text, by, looked, is_from_office=False)
        walk.tell("message_written", actor)
    return message


def write_to_applicant(
    service_request: ServiceRequest, text: str, by: User, now: datetime, *, files: Files = (), key: str = ""
) -> Message | None:
    """Write to the applicant, once for each key, with a notice; raise `BadEvidence` for a file that can't be taken."""
    looked = _looked_over(service_request, files, clerk(by), now)
    with walking(service_request.pk, now) as walk:
        seen = requests_at_desks_of(by).filter(pk=service_request.pk).exists()
        require(seen, _("This request isn't at one of your desks."))
        if is_repeated(walk, key, text.strip(), _digests(looked)):
            return None
        message = _write(walk, text, by, looked, is_from_office=True)
        walk.tell("message_written", clerk(by))
        notify(walk, WRITTEN)
    return message


def _looked_over(service_request: ServiceRequest, files: Files, actor: str, now: datetime) -> list[LookedOver]:
    """Look the files over; one that was chosen twice comes once."""
    looked = [look_over(service_request, WITH_MESSAGES, file, accept=ACCEPTED, by=actor, now=now) for file in files]
    return list({(file.name, file.sha256): file for file in looked}.values())


def _digests(files: Sequence[LookedOver]) -> list[str]:
    return [file.sha256 for file in files]


def _write(walk: Walk, text: str, by: User | None, files: Sequence[LookedOver], *, is_from_office: bool) -> Message:
    require_in_progress(walk)
    require(text.strip() or files, _("Write a message or add a file."))
    message = Message.objects.create(
        service_request=walk.service_request,
        author=by,
        is_from_office=is_from_office,
        text=text.strip(),
        at=walk.now,
    )
    for file in files:
        keep_evidence(walk.service_request, WITH_MESSAGES, file, at_most=MOST_FILES, now=walk.now, message=message)
    return message


def mark_read(service_request: ServiceRequest, now: datetime, *, by_office: bool) -> None:
    """Note that one side has seen what the other side wrote."""
    service_request.messages.filter(is_from_office=not by_office, read_at=None).update(read_at=now)
