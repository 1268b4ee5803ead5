"""Write a letter to the applicant: typeset from one of the definition's documents, and kept with the request's papers.

It is no certificate: nobody can verify it, and a second one doesn't replace the first.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import override

from services.agencies.rules import in_language
from services.requests.document_numbers import new_document_number, write_document_number
from services.requests.models import Document
from services.requests.typesetting import LetterContent, typeset_letter
from services.workflow.actions.kinds import Job, Outside
from services.workflow.actions.papers import Paper, language_of, paragraphs_of, template_of
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.notices import LETTER
from services.workflow.notifying import notify


@dataclass(frozen=True)
class Sheet:
    """What the letter is made from, and the row that will tell of it."""

    content: LetterContent
    document: Document


def prepare(walk: Changes, step: Step) -> Job:
    """Gather the letter's words in the applicant's language."""
    template = template_of(walk, step)
    language = language_of(template, walk.service_request.language)
    with override(language):
        words = paragraphs_of(walk, template, None, language)
        return Job("documents", sheet(walk, template.key, in_language(template.title, language), words, language))


def sheet(walk: Changes, key: str, title: str, paragraphs: Sequence[str], language: str) -> Sheet:
    """Give what a letter with these words is made from, and the row that will tell of it."""
    request = walk.service_request
    document = Document(
        service_request=request,
        key=key,
        title=title,
        language=language,
        number=new_document_number(),
        is_letter=True,
        issued_at=walk.now,
    )
    content = LetterContent(
        title=title,
        agency=in_language(request.office.agency.name, language),
        office=in_language(request.office.name, language),
        reference=request.written_reference,
        number=write_document_number(document.number),
        to=request.contact.get("name", ""),
        paragraphs=paragraphs,
        language=language,
        written_on=walk.calendar.day_of(walk.now),
        is_demo=settings.IS_DEMO,
    )
    return Sheet(content, document)


def make(job: Job, key: str) -> bytes:
    """Typeset it."""
    return typeset_letter(job.data.content)


def keep(walk: Changes, job: Job, pdf: bytes) -> None:
    """Keep the letter with the request's documents and tell the applicant of it."""
    keep_quietly(walk, job, pdf)
    notify(walk, LETTER)


def keep_quietly(walk: Changes, job: Job, pdf: bytes) -> None:
    """Keep the letter with the request's documents; of what it says the applicant was told by another notice."""
    document = job.data.document
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    document.file.save("", ContentFile(pdf), save=False)
    walk.new_rows.append(document)
    walk.tell("letter_written", "robot:letter", **document.facts())


ACTION = Outside(Paper, Step.Lane.DOCUMENTS, prepare, make, keep)
