"""Write to the applicant by e-mail, in the applicant's language."""

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override

from services.agencies.rules import in_language
from services.catalogue.action_settings import Settings
from services.workflow.actions.kinds import Failed, Job, Outside, keep_nothing
from services.workflow.actions.known import harmless, words_of
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.notices import (
    BY_CODE,
    ENDED,
    FILED_FOR_YOU,
    FRAME,
    RATE,
    RECEIVED,
    TO_ASSISTANT,
    YOU_HELP,
    follow_link,
    rating_token,
)
from services.workflow.troubles import trouble


def prepare(walk: Changes, step: Step) -> Job:
    """Gather address, subject and words: of the definition's step, or of the portal's own notice."""
    request, to = walk.service_request, _reader(walk, step)
    with override(to.language):
        if step.kind == Step.Kind.NOTICE:
            subject, body = words_of(walk, step)
        else:
            definition = walk.robot(step)
            subject = in_language(definition.title, to.language)
            body = in_language(definition.explain or {}, to.language)
        if step.branch == TO_ASSISTANT:
            link = settings.FOLLOW_URL.format(id=request.pk)
            body += "\n\n" + YOU_HELP % {"name": harmless(request.contact.get("name", ""))}
        else:
            link = follow_link(request)
            body += _for_the_applicant(walk, step)
        words = {
            "name": harmless(to.name),
            "body": body,
            "reference": request.written_reference,
            "link": link,
            "agency": in_language(request.office.agency.name, to.language),
        }
        text = str(FRAME) % words
        html = render_to_string("mail/letter.html", {**words, "subject": subject, "language": to.language})
    data = {"to": to.email, "subject": subject, "text": text, "html": html}
    return Job(target="mail", data=data)


@dataclass(frozen=True)
class Reader:
    """To whom a letter goes, in which language."""

    name: str
    email: str
    language: str


def _reader(walk: Changes, step: Step) -> Reader:
    request = walk.service_request
    if step.branch == TO_ASSISTANT:
        helper = request.assistant
        return Reader(helper.name, helper.email, helper.language) if helper else Reader("", "", request.language)
    return Reader(request.contact.get("name", ""), request.contact.get("email", ""), request.language)


def _for_the_applicant(walk: Changes, step: Step) -> str:
    """Give what a letter to the applicant tells besides: how to open the request without an account, how to rate."""
    request, told = walk.service_request, ""
    if request.applicant_id is None and step.key not in (RECEIVED, FILED_FOR_YOU):
        told += f"\n\n{BY_CODE}"
    if _is_last(walk, step):
        told += "\n\n" + RATE % {"link": settings.RATE_URL.format(token=rating_token(request.pk))}
    return told


def _is_last(walk: Changes, step: Step) -> bool:
    """Tell whether the letter is the one that comes with the decision."""
    if step.kind == Step.Kind.NOTICE:
        return step.key == ENDED
    steps = walk.definition.workflow.by_key
    return any(steps[move.to].kind == "end" for move in walk.robot(step).next)


def send(job: Job, key: str) -> None:
    """Send the letter; its Message-ID is the same in every attempt, so that a mailbox can drop a second copy."""
    if not job.data["to"]:
        return
    headers = {"Message-ID": f"<{key.replace('/', '.')}@{settings.MAIL_DOMAIN}>", "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(job.data["subject"], job.data["text"], to=[job.data["to"]], headers=headers)
    message.attach_alternative(job.data["html"], "text/html")
    try:
        message.send()
    except OSError:
        raise Failed(trouble("mail")) from None


ACTION = Outside(Settings, Step.Lane.MAIL, prepare, send, keep_nothing)
