"""Change an answer after the submission: only the one that an official asked about, with before and after on record."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from services.catalogue import answers as answering
from services.ledger.rules import commitment
from services.requests.corrections import Correction
from services.requests.models import Message, ServiceRequest
from services.workflow.engine import Walk
from services.workflow.operations.walking import require
from services.workflow.refusals import Invalid


def open_question(service_request: ServiceRequest) -> Message | None:
    """Give what an official asked last."""
    return service_request.messages.filter(is_question=True).order_by("-at").first()


def correct(walk: Walk, corrected: Mapping[str, Any], actor: str) -> list[str]:
    """Take corrected answers over and give the keys of those that changed.

    Raises `Invalid` with every problem, and `Refused` for what nobody asked about.
    """
    if not corrected:
        return []
    request, question = walk.service_request, open_question(walk.service_request)
    assert question is not None
    others = set(corrected) & set(request.answers) - {question.field_key}
    require(question.field_key and not others, _("Only the answer that the office asks about can be changed."))
    before, after = request.answers, _checked(walk, {**request.answers, **corrected})
    changed = [key for key in walk.definition.fields if before.get(key) != after.get(key)]
    if not changed:
        return []
    walk.new_rows += [
        Correction(question=question, key=key, before=before.get(key), after=after.get(key), at=walk.now)
        for key in changed
    ]
    request.answers = after
    ServiceRequest.objects.filter(pk=request.pk).update(answers=after)
    walk.tell("answers_corrected", actor, fields=changed, answers=commitment(after, bytes(request.salt)))
    return changed


def _checked(walk: Walk, answers: Mapping[str, Any]) -> dict[str, Any]:
    request = walk.service_request
    parameters = {place.office: place.parameters for place in walk.definition.delivered_by}
    context = {
        "office_parameters": parameters.get(request.office.code, {}),
        "applicant": {name: request.contact.get(name, "") for name in ("name", "personal_identifier")},
        # As on the day of the submission: what was right then isn't wrong because the question came later.
        "today": walk.calendar.day_of(request.submitted_at).isoformat(),
        "channel": request.channel,
    }
    checked = answering.read(
        walk.definition, walk.expressions, answers, context=context, evidence=walk.evidence, pages=None
    )
    problems = [problem for problem in checked.problems if problem.path.partition(".")[0] in walk.definition.fields]
    if problems:
        raise Invalid(problems)
    return checked.answers
