"""Write to the applicant by e-mail, in the applicant's language."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import override

from services.agencies.rules import in_language
from services.workflow.actions.kinds import Failed, Job, Outside
from services.workflow.engine import Walk
from services.workflow.models import Step
from services.workflow.notices import FRAME, NOTICES
from services.workflow.troubles import trouble


def prepare(walk: Walk, step: Step) -> Job:
    """Gather address, subject and words: of the definition's step, or of the portal's own notice."""
    request = walk.service_request
    with override(request.language):
        if step.kind == Step.Kind.NOTICE:
            subject, body = (str(text) for text in NOTICES[step.key])
            body %= {"service": in_language(walk.definition.title, request.language)}
        else:
            definition = walk.robot(step)
            subject = in_language(definition.title, request.language)
            body = in_language(definition.explain or {}, request.language)
        words = {
            "name": request.contact.get("name", ""),
            "body": body,
            "reference": request.written_reference,
            "link": settings.FOLLOW_URL.format(id=request.pk),
            "agency": in_language(request.office.agency.name, request.language),
        }
        text = str(FRAME) % words
    return Job(target="mail", data={"to": request.contact.get("email", ""), "subject": subject, "text": text})


def send(job: Job, key: str) -> None:
    """Send the letter; its Message-ID is the same in every attempt, so that a mailbox can drop a second copy."""
    if not job.data["to"]:
        return
    headers = {"Message-ID": f"<{key.replace('/', '.')}@{settings.MAIL_DOMAIN}>", "Auto-Submitted": "auto-generated"}
    message = EmailMessage(job.data["subject"], job.data["text"], to=[job.data["to"]], headers=headers)
    try:
        message.send()
    except OSError:
        raise Failed(trouble("mail")) from None


def keep_nothing(walk: Walk, job: Job, result: None) -> None:
    return None


NOTIFY = Outside(prepare, send, keep_nothing)
