"""What the applicant will read of a decision, in the applicant's language, before it is made."""

from typing import Any

from django.utils.translation import override

from services.agencies.rules import in_language
from services.catalogue.definition import DeskStep
from services.workflow.models import Step
from services.workflow.notices import ENDED, NOTICES


def letter_of(step: Step, known: DeskStep, said: dict[str, Any]) -> dict[str, Any]:
    """Give the parts of the letter that `outcome`, `reason` and `words` would lead to; nothing is kept or sent.

    `ends` tells whether the request ends by it: only then `subject` and `body` are sent as a notice.
    """
    seen = step.service_request
    definition, language = seen.version.definition, seen.language
    outcome = next(one for one in known.outcomes if one.key == said["outcome"])
    reason = next((one for one in definition.rejection_reasons if one.code == said["reason"]), None)
    with override(language):
        subject, body = (str(text) for text in NOTICES[ENDED])
        return {
            "language": language,
            "subject": subject,
            "body": body % {"service": in_language(definition.title, language)},
            "ends": definition.workflow.by_key[outcome.to].kind == "end",
            "title": in_language(outcome.title, language),
            "reason": in_language(reason.text, language) if reason and outcome.is_refusal else "",
            "words": said["words"],
            "agency": in_language(seen.office.agency.name, language),
        }
