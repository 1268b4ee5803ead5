"""What documents and letters are made from: a definition's words in the applicant's language, with its facts."""

from collections.abc import Iterator
from datetime import date

from django.utils.formats import date_format

from services.agencies.rules import in_language
from services.catalogue.action_settings import SettingFault, Settings, Use, document_fault
from services.catalogue.answer_words import display
from services.catalogue.composing import compose
from services.catalogue.definition import DocumentTemplate, Key
from services.workflow.changes import Changes
from services.workflow.models import Step


class Paper(Settings):
    """Which of the definition's documents it is."""

    document: Key

    def faults(self, use: Use) -> Iterator[SettingFault]:
        return document_fault(use, "document", self.document)


def template_of(walk: Changes, step: Step) -> DocumentTemplate:
    key = walk.settings(step, Paper).document
    return next(document for document in walk.definition.documents if document.key == key)


def language_of(template: DocumentTemplate, wished: str) -> str:
    """Give the language of a document: the applicant's, or the one that the template falls back to as a whole."""
    return next((one for one in (wished, "en") if one in template.body), next(iter(template.body)))


def paragraphs_of(walk: Changes, template: DocumentTemplate, valid_until: date | None, language: str) -> list[str]:
    """Give the template's paragraphs with the request's facts in them, in the active language."""
    return compose(in_language(template.body, language), _values(walk, valid_until, language))


def _values(walk: Changes, valid_until: date | None, language: str) -> dict[str, str]:
    request = walk.service_request
    answers = {
        f"answers.{key}": display(field, request.answers[key], language) if key in request.answers else "–"
        for key, field in walk.definition.fields.items()
    }
    return answers | {
        "reference": request.written_reference,
        "applicant_name": request.contact.get("name", ""),
        "decided_on": date_format(walk.calendar.day_of(walk.now)),
        "valid_until": date_format(valid_until) if valid_until else "–",
        "office": in_language(request.office.name, language),
        "fee": f"{request.fee or 0:.2f} AZN",
    }
