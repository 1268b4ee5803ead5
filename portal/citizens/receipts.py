"""The receipt of a request as a signed PDF: what was handed in and when, what happens next, by when it is decided."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.citizens.applying_drafts import own_request
from portal.citizens.proofs import proof_of
from portal.expecting import expectation_of
from portal.reading import answers_of
from services.agencies.rules import in_language
from services.catalogue.answer_words import display
from services.ledger.models import Event
from services.requests.assistance import Assistance
from services.requests.models import ServiceRequest
from services.requests.signing import RECEIPT, sign
from services.requests.status_codes import status_code_of, write_status_code
from services.requests.typesetting import ReceiptContent, typeset_receipt
from services.workflow.queries import current_steps


@require_safe
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the receipt in the reader's language, made anew each time."""
    submitted = own_request(request, pk)
    answer = HttpResponse(sign(typeset_receipt(content_of(submitted)), RECEIPT), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{submitted.written_reference}.pdf"'
    return answer


def content_of(submitted: ServiceRequest) -> ReceiptContent:
    """Gather what stands on the receipt, in the active language."""
    language = get_language() or "en"
    steps = submitted.version.definition.workflow.by_key
    waiting = [steps[step.key] for step in current_steps(submitted) if step.key in steps]
    proved = proof_of(submitted)
    answers = [(in_language(page["title"], language), _told(page["rows"], language)) for page in answers_of(submitted)]
    return ReceiptContent(
        title=_("Receipt"),
        agency=in_language(submitted.office.agency.name, language),
        office=in_language(submitted.office.name, language),
        reference=submitted.written_reference,
        facts=[*_facts(submitted, language), (_("Sealed in the log"), proved.words)],
        sections=[section for section in [*answers, (_("Files"), _files(submitted))] if section[1]],
        steps=[in_language(step.title, language) for step in waiting],
        language=language,
        is_demo=settings.IS_DEMO,
        proof=json.dumps(proved.content) if proved.content["events"] else "",
    )


def _told(rows: Iterable[tuple[Any, Any]], language: str) -> list[tuple[str, str]]:
    return [(in_language(field.label, language), display(field, value, language)) for field, value in rows]


def _facts(submitted: ServiceRequest, language: str) -> list[tuple[str, str]]:
    definition, now = submitted.version.definition, timezone.now()
    service = in_language(definition.title, language)
    expected, helper = expectation_of(submitted, now), Assistance.of(submitted.assistance)
    entry = Event.objects.filter(subject=submitted.pk, kind="submitted").order_by("seq").first()
    return [
        (_("Service"), _("%(service)s, version %(number)s") % {"service": service, "number": submitted.version.number}),
        (_("Reference"), submitted.written_reference),
        (_("Code"), write_status_code(status_code_of(submitted.pk))),
        (_("Name"), submitted.contact.get("name", "")),
        (_("Filed by"), f"{helper.name} ({helper.in_words})" if helper else ""),
        (_("Received on"), _moment(submitted)),
        (_("Decided by law until"), date_format(timezone.localtime(submitted.due_at))),
        (_("9 of 10 are decided by"), date_format(timezone.localtime(expected.most_by)) if expected else ""),
        (_("Where to look it up with reference and code"), settings.STATUS_URL.rstrip("/")),
        (_("Fingerprint of the entry in the ledger"), bytes(entry.digest).hex() if entry else ""),
    ]


def _moment(submitted: ServiceRequest) -> str:
    local = timezone.localtime(submitted.submitted_at)
    return f"{date_format(local, 'DATETIME_FORMAT')} ({local:%Z})"


def _files(submitted: ServiceRequest) -> list[tuple[str, str]]:
    files = submitted.evidence.order_by("supplied_at")
    return [
        (file.name, _("%(size)s bytes, SHA-256 %(digest)s") % {"size": file.size, "digest": file.sha256})
        for file in files
    ]
