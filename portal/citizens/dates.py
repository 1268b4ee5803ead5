"""The dates of a request for a person's own calendar (RFC 5545)."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from portal.citizens.rights import followed_request
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.notices import follow_link
from services.workflow.queries import current_steps


@require_safe
def dates(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the dates of a request as a calendar file."""
    seen = followed_request(request, pk)
    calendar = Calendar({"prodid": "-//One-Stop Portal//", "version": "2.0", "method": "PUBLISH"})
    for name, day, words in _dates_of(seen):
        calendar.add_component(_event(seen, name, day, words, timezone.now()))
    answer = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{seen.written_reference}.ics"'
    return answer


def _dates_of(seen: ServiceRequest) -> Iterator[tuple[str, date, str]]:
    """Give each date with a name that stays the same when the date moves."""
    if seen.is_in_progress:
        yield "due", timezone.localdate(seen.due_at), _("Decision due by law")
        for step in current_steps(seen):
            if step.kind == Step.Kind.APPLICANT and step.run_at:
                yield f"step-{step.pk}", timezone.localdate(step.run_at), _("Answer the office at the latest")
    for document in seen.documents.filter(valid_until__isnull=False, revoked_at=None):
        assert document.valid_until is not None
        words = _("%(document)s: last day of validity") % {"document": document.title}
        yield f"document-{document.pk}", document.valid_until, words


def _event(seen: ServiceRequest, name: str, day: date, words: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}.{seen.pk}@{settings.MAIL_DOMAIN}")
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("summary", f"{words}: {seen.service} ({seen.written_reference})")
    event.add("url", follow_link(seen))
    event.add("transp", "TRANSPARENT")
    return event
