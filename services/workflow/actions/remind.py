"""Remind the applicant by a notice: now, or some days before a day of the answers or the end of a document."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from pydantic import Field

from services.catalogue.action_settings import SettingFault, Settings, Use, answer_fault, document_fault
from services.catalogue.definition import Key
from services.requests.models import Document
from services.workflow.actions.kinds import Finding, Pure
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.notices import REMINDER
from services.workflow.notifying import notify

MORNING = time(9)


class Reminder(Settings):
    """Before which day, and by how many days; without a day, now. The words are the step's title and `explain`."""

    answer: Key | None = None
    document: Key | None = None
    days_before: int = Field(0, ge=0, le=730)
    save_as: Key

    def faults(self, use: Use) -> Iterator[SettingFault]:
        if self.answer and self.document:
            yield "document", "stands beside answer", "Give one of them."
        if self.days_before and not (self.answer or self.document):
            yield "days_before", "is before no day", "Give answer or document, or remove it."
        if self.answer:
            yield from answer_fault(use, "answer", self.answer, "date")
        if self.document:
            yield from document_fault(use, "document", self.document)
        if not use.step.explain:
            yield "", "the step has no words for the reminder", "Write them under explain."


def remind(walk: Changes, step: Step) -> Finding:
    """Let the reminder be sent in time; without a day to come there is nothing to remind of."""
    known = walk.settings(step, Reminder)
    if not (known.answer or known.document):
        notify(walk, REMINDER, about=step)
        return {"found": True, "day": walk.calendar.day_of(walk.now).isoformat()}
    day = _day_of(walk, known)
    if day is None or day < walk.calendar.day_of(walk.now):
        return {"found": False}
    morning = datetime.combine(day - timedelta(days=known.days_before), MORNING, walk.calendar.zone)
    notify(walk, REMINDER, max(morning, walk.now), about=step)
    return {"found": True, "day": walk.calendar.day_of(max(morning, walk.now)).isoformat()}


def _day_of(walk: Changes, known: Reminder) -> date | None:
    if known.answer:
        answer = walk.service_request.answers.get(known.answer)
        return date.fromisoformat(answer) if answer else None
    issued = Document.objects.filter(service_request=walk.service_request, key=known.document, revoked_at=None)
    return issued.exclude(valid_until=None).values_list("valid_until", flat=True).first()


ACTION = Pure(Reminder, remind, looks_further=True)
