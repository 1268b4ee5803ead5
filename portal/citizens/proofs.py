"""The proof of a request's history, to be kept and checked without the portal: see `verify/`."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.citizens.applying_drafts import own_request
from portal.reading import WORDS
from services.ledger import keys, proofs
from services.ledger.proofs import ProvedHistory
from services.requests.models import ServiceRequest


@dataclass(frozen=True)
class Proof:
    """What is proved of a request: the file for programs, and a sentence for people ('' when nothing is sealed)."""

    content: dict[str, Any]
    words: str


@require_safe
def proof(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Give the proof of one's own request as a file."""
    submitted = own_request(request, pk)
    answer = JsonResponse(proof_of(submitted).content, json_dumps_params={"indent": 1})
    answer.headers["Content-Disposition"] = f'attachment; filename="{submitted.written_reference}-proof.json"'
    return answer


def proof_of(submitted: ServiceRequest) -> Proof:
    """Prove the history of a request, as far as it is sealed; what the person isn't shown stays untold."""
    history = proofs.proved_history(submitted.pk, WORDS)
    content = {
        "format": "portal receipt 1",
        "reference": submitted.written_reference,
        "subject": str(submitted.pk),
        "events": history.events,
        "waiting": history.waiting,
        "head": proofs.note_of(history.seal) if history.seal else "",
        "keys": keys.listed(settings.KEYS_DIR),
    }
    return Proof(content, _in_words(history))


def _in_words(history: ProvedHistory) -> str:
    if not history.events or history.seal is None:
        return ""
    at = date_format(timezone.localtime(history.seal.at), "DATETIME_FORMAT")
    first, last = history.events[0]["leaf"], history.events[-1]["leaf"]
    places = {"number": len(history.events), "first": first, "last": last, "at": at}
    words = _("%(number)s events, as numbers %(first)s to %(last)s, on %(at)s. The proof is a file inside this one.")
    return words % places
