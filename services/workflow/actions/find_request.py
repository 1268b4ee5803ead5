"""Find the applicant's own request that a request names by its reference, and tell where it stands."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from services.catalogue.action_settings import SettingFault, Settings, Use, answer_fault
from services.catalogue.definition import Key
from services.requests.models import ServiceRequest
from services.requests.rules import read_reference
from services.workflow.actions.kinds import Finding, Pure
from services.workflow.changes import Changes
from services.workflow.models import Step


class Named(Settings):
    """In which answer the reference stands."""

    reference: Key
    save_as: Key

    def faults(self, use: Use) -> Iterator[SettingFault]:
        yield from answer_fault(use, "reference", self.reference, "text")


def find(walk: Changes, step: Step) -> Finding:
    """Tell how the named request stands at this moment; one of somebody else is as unknown as one that isn't there."""
    known, own = walk.settings(step, Named), walk.service_request
    named = read_reference(str(own.answers.get(known.reference, "")))
    theirs = ServiceRequest.objects.filter(applicant=own.applicant_id, reference=named).exclude(applicant=None)
    request = theirs.select_related("service", "office").first() if named else None
    if request is None:
        return {"found": False}
    return {
        "found": True,
        "service": request.service.code,
        "office": request.office.code,
        "status": request.status,
        "submitted_on": _day(request.submitted_at),
        "due_on": _day(request.due_at),
        "ended_on": _day(request.ended_at),
        "late": request.is_late(walk.now),
    }


def _day(moment: datetime | None) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""


ACTION = Pure(Named, find, looks_further=True)
