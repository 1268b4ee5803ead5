"""Letters that the portal writes by itself: the deadline was extended, or silence has decided."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, override

from services.agencies.rules import in_language
from services.catalogue.action_settings import Settings
from services.requests.clocks import DeadlineChange
from services.workflow.actions import letter
from services.workflow.actions.kinds import Job, Outside
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.notices import EXTENDED_LETTER, LETTERS


def prepare(walk: Changes, step: Step) -> Job:
    """Gather the letter's words in the applicant's language."""
    with override(walk.service_request.language):
        title, paragraphs = LETTERS[step.key]
        known = _known(walk, step)
        words = [str(paragraph) % known for paragraph in paragraphs]
        return Job(target="documents", data=letter.sheet(walk, step.key, str(title), words, get_language() or "en"))


def _known(walk: Changes, step: Step) -> dict[str, str]:
    request = walk.service_request
    changes = DeadlineChange.objects.filter(service_request=request, at__lte=step.opened_at)
    change = changes.order_by("-at").first() if step.key == EXTENDED_LETTER else None
    return {
        "service": in_language(walk.definition.title, get_language() or "en"),
        "due": date_format(timezone.localtime(change.after if change else request.due_at), "DATE_FORMAT"),
        "before": date_format(timezone.localtime(change.before), "DATE_FORMAT") if change else "",
        "reason": change.reason if change else "",
    }


ACTION = Outside(Settings, Step.Lane.DOCUMENTS, prepare, letter.make, letter.keep_quietly)
