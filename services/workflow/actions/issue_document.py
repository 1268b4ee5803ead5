"""Issue the document of a decision: typeset, signed, and kept once for each request and kind."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from django.utils.translation import override

from services.agencies.rules import in_language
from services.catalogue.definition import DocumentTemplate
from services.requests.document_numbers import new_document_number, write_document_number
from services.requests.models import Document
from services.requests.signing import sign
from services.requests.typesetting import DocumentContent, typeset
from services.workflow.actions.kinds import Job, Outside
from services.workflow.actions.papers import Paper, language_of, paragraphs_of, template_of
from services.workflow.changes import Changes
from services.workflow.models import Step


@dataclass(frozen=True)
class Sheet:
    """What the document is made from, and the row that will tell of it."""

    content: DocumentContent
    document: Document


def prepare(walk: Changes, step: Step) -> Job:
    """Gather the document's words in the applicant's language."""
    request = walk.service_request
    template = template_of(walk, step)
    today = walk.calendar.day_of(walk.now)
    number, language = new_document_number(), language_of(template, request.language)
    document = Document(
        service_request=request,
        key=template.key,
        title=in_language(template.title, language),
        language=language,
        number=number,
        issued_at=walk.now,
        valid_until=today + timedelta(days=template.valid_days) if template.valid_days else None,
    )
    with override(language):
        content = _content(walk, template, document, language)
    return Job(target="documents", data=Sheet(content, document))


def _content(walk: Changes, template: DocumentTemplate, document: Document, language: str) -> DocumentContent:
    request = walk.service_request
    today = walk.calendar.day_of(walk.now)
    return DocumentContent(
        title=document.title,
        agency=in_language(request.office.agency.name, language),
        office=in_language(request.office.name, language),
        reference=request.written_reference,
        number=write_document_number(document.number),
        paragraphs=paragraphs_of(walk, template, document.valid_until, language),
        facts=[
            (_("Name"), request.contact.get("name", "")),
            (_("Service"), in_language(walk.definition.title, language)),
            (_("Reference"), request.written_reference),
        ],
        language=language,
        issued_on=today,
        valid_until=document.valid_until,
        verify_url=settings.VERIFY_URL.format(number=document.number),
        is_demo=settings.IS_DEMO,
    )


def make(job: Job, key: str) -> bytes:
    """Typeset and sign."""
    with override(job.data.content.language):
        return sign(typeset(job.data.content))


def keep(walk: Changes, job: Job, pdf: bytes) -> None:
    """Keep the signed document; one that an earlier attempt kept stays the only one."""
    request = walk.service_request
    document = job.data.document
    kept = Document.objects.filter(service_request=request, key=document.key, revoked_at=None, is_letter=False)
    if kept.exists():
        return
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    document.file.save("", ContentFile(pdf), save=False)
    walk.new_rows.append(document)
    walk.tell("document_issued", "robot:issue_document", **document.facts())


ACTION = Outside(Paper, Step.Lane.DOCUMENTS, prepare, make, keep)
