"""Write to the applicant's phone, in the applicant's language: one short text without personal data."""

from email.message import EmailMessage
from pathlib import Path

import httpx
from django.conf import settings
from django.utils.translation import override

from services.agencies.rules import in_language
from services.catalogue.action_settings import Settings
from services.workflow.actions.kinds import Failed, Job, Outside, keep_nothing
from services.workflow.actions.known import words_of
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.notices import SHORT, SHORTER
from services.workflow.troubles import trouble

TIMEOUT_S = 10
MOST_LETTERS = 160


def prepare(walk: Changes, step: Step) -> Job:
    """Gather number and text. The number is the profile's, which is where SMS was chosen."""
    request = walk.service_request
    with override(request.language):
        subject, _body = words_of(walk, step)
        agency = in_language(request.office.agency.name, request.language)
        text = _text(subject, request.written_reference, agency)
    to = request.applicant.phone if request.applicant else ""
    return Job(target="sms", data={"to": to, "text": text})


def _text(subject: str, reference: str, agency: str) -> str:
    """Give a short text, without the agency where its name makes it long; nothing is cut off in the middle."""
    known = {"subject": subject, "reference": reference}
    text = str(SHORT) % {**known, "agency": agency}
    return text if len(text) <= MOST_LETTERS else str(SHORTER) % known


def send(job: Job, key: str) -> None:
    """Hand the text to the provider, with a key by which it can drop a second copy."""
    if not job.data["to"]:
        return
    if settings.SMS_URL:
        _post(job.data, key)
    else:
        _keep(job.data, Path(settings.MAILBOX_DIR), key)


def _post(data: dict[str, str], key: str) -> None:
    """POST `{"to", "text"}` as JSON; whatever isn't 2xx is a failure that may pass."""
    headers = {"Idempotency-Key": key}
    if settings.SMS_TOKEN:  # an empty one is no header that may be sent
        headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
    try:
        httpx.post(settings.SMS_URL, json=data, headers=headers, timeout=TIMEOUT_S).raise_for_status()
    except httpx.HTTPError:
        raise Failed(trouble("mail")) from None


def _keep(data: dict[str, str], folder: Path, key: str) -> None:
    """Put the text into the demonstration's mailbox, once however often it is sent."""
    message = EmailMessage()
    message["To"], message["Subject"] = data["to"], "SMS"
    message.set_content(data["text"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"sms-{key.replace('/', '-')}.log").write_bytes(bytes(message))


TEXT = Outside(Settings, Step.Lane.MAIL, prepare, send, keep_nothing)
