"""What the portal's own notices tell of a request, in the active language."""

import unicodedata
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

from services.agencies.rules import in_language
from services.requests.assistance import Assistance
from services.requests.status_codes import status_code_of, write_status_code
from services.workflow.actions.kinds import NotNeeded
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.notices import NOTICES, REMINDED, REMINDER

LONGEST_NAME = 100


def words_of(walk: Changes, step: Step) -> tuple[str, str]:
    """Give a notice's subject and body in the active language; raise `NotNeeded` when what it is about is over."""
    subject, body = (str(text) for text in NOTICES[step.key])
    known = _known_of(walk, step)
    if step.key == REMINDER:
        assert step.parent is not None
        about, language = walk.robot(step.parent), get_language() or "en"
        subject, known["words"] = in_language(about.title, language), in_language(about.explain or {}, language)
    return subject, body % known


def _known_of(walk: Changes, step: Step) -> dict[str, str]:
    """Give what a notice's words speak of."""
    _require_needed(walk, step)
    request = walk.service_request
    helper = Assistance.of(request.assistance)
    return {
        "assistant": harmless(helper.name) if helper else "",
        "relation": helper.in_words if helper else "",
        "service": in_language(walk.definition.title, get_language() or "en"),
        "status_link": settings.STATUS_URL,
        "code": write_status_code(status_code_of(request.pk)),
        "due": _day(request.due_at),
        "until": _day(_waits_until(walk)) if step.key == REMINDED else "",
    }


def _require_needed(walk: Changes, step: Step) -> None:
    """Raise `NotNeeded` for a reminder of what was done in the meantime."""
    if step.key == REMINDED and _waits_until(walk) is None:
        raise NotNeeded


def _waits_until(walk: Changes) -> datetime | None:
    waiting = Step.objects.filter(service_request=walk.service_request, kind=Step.Kind.APPLICANT, run_at__gt=walk.now)
    return waiting.filter(state=Step.State.OPEN).order_by("run_at").values_list("run_at", flat=True).first()


def _day(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT") if moment else ""


def harmless(name: str) -> str:
    """Give a typed name in letters of any script, so that no mail program makes a link of it."""
    plain = (letter if unicodedata.category(letter)[0] in "LMN" or letter in "'’-" else " " for letter in name)
    return " ".join("".join(plain).split())[:LONGEST_NAME]
