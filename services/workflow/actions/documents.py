"""Issue the document of a decision: typeset, signed, and kept once for each request and kind."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from services.agencies.rules import in_language
from services.catalogue.answer_words import display
from services.catalogue.composing import compose
from services.catalogue.definition import DocumentTemplate
from services.requests.document_numbers import new_document_number, write_document_number
from services.requests.models import Document
from services.requests.signing import sign
from services.requests.typesetting import DocumentContent, typeset
from services.workflow.actions.kinds import Job, Outside
from services.workflow.engine import Walk
from services.workflow.models import Step


@dataclass(frozen=True)
class Sheet:
    """What the document is made from, and the row that will tell of it."""

    content: DocumentContent
    document: Document


def prepare(walk: Walk, step: Step) -> Job:
    """Gather the document's words in the applicant's language."""
    request = walk.service_request
    key = str(walk.robot(step).settings["document"])
    template = next(document for document in walk.definition.documents if document.key == key)
    today = walk.calendar.day_of(walk.now)
    number, language = new_document_number(), language_of(template, request.language)
    document = Document(
        service_request=request,
        key=key,
        title=in_language(template.title, language),
        number=number,
        issued_at=walk.now,
        valid_until=today + timedelta(days=template.valid_days) if template.valid_days else None,
    )
    with override(language):
        content = _content(walk, template, document, language)
    return Job(target="documents", data=Sheet(content, document))


def language_of(template: DocumentTemplate, wished: str) -> str:
    """Give the language of a document: the applicant's, or the one that the template falls back to as a whole."""
    return next((one for one in (wished, "en") if one in template.body), next(iter(template.body)))


def _content(walk: Walk, template: DocumentTemplate, document: Document, language: str) -> DocumentContent:
    request = walk.service_request
    today = walk.calendar.day_of(walk.now)
    return DocumentContent(
        title=document.title,
        agency=in_language(request.office.agency.name, language),
        office=in_language(request.office.name, language),
        reference=request.written_reference,
        number=write_document_number(document.number),
        paragraphs=compose(in_language(template.body, language), _values(walk, document, language)),
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


def _values(walk: Walk, document: Document, language: str) -> dict[str, str]:
    request = walk.service_request
    fields = walk.definition.fields
    answers = {
        f"answers.{key}": display(field, request.answers[key], language) if key in request.answers else "–"
        for key, field in fields.items()
    }
    return answers | {
        "reference": request.written_reference,
        "applicant_name": request.contact.get("name", ""),
        "decided_on": date_format(walk.calendar.day_of(walk.now)),
        "valid_until": date_format(document.valid_until) if document.valid_until else "–",
        "office": in_language(request.office.name, language),
        "fee": f"{request.fee or 0:.2f} AZN",
    }


def make(job: Job, key: str) -> bytes:
    """Typeset and sign."""
    return sign(typeset(job.data.content))


def keep(walk: Walk, job: Job, pdf: bytes) -> None:
    """Keep the signed document; one that an earlier attempt kept stays the only one."""
    request = walk.service_request
    document = job.data.document
    if Document.objects.filter(service_request=request, key=document.key, revoked_at=None).exists():
        return
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    document.file.save("", ContentFile(pdf), save=False)
    walk.new_rows.append(document)
    walk.tell("document_issued", "robot:issue_document", **document.facts())


ISSUE = Outside(prepare, make, keep)
