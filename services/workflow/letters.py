"""Words of officials to applicants: blocks of text with their places filled in."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from services.agencies.rules import in_language
from services.catalogue.composing import compose
from services.requests.models import ServiceRequest
from services.workflow.knowledge import TextBlock

FACTS = frozenset({"reference", "applicant_name", "service", "office", "due", "today", "official"})


def filled_in(block: TextBlock, service_request: ServiceRequest, official: str, now: datetime) -> str:
    """Give a block of text in the applicant's language, or the nearest there is, with its places filled in."""
    language = service_request.language
    with override(language):
        values = values_of(service_request, language, official, now)
        return "\n\n".join(compose(in_language(block.text, language), values))


def values_of(service_request: ServiceRequest, language: str, official: str, now: datetime) -> dict[str, str]:
    """Give what the places of a block stand for, by the names of FACTS, in the active language."""
    definition = service_request.version.definition
    return {
        "reference": service_request.written_reference,
        "applicant_name": service_request.contact.get("name", ""),
        "service": in_language(definition.title, language),
        "office": in_language(service_request.office.name, language),
        "due": date_format(timezone.localtime(service_request.due_at)),
        "today": date_format(timezone.localtime(now)),
        "official": official,
    }
