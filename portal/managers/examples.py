"""What a draft's examples come to: what is wrong with each, or what it costs and how long the law allows."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from portal.figures_in_words import span_words
from portal.templatetags.words import marked
from services.catalogue.definition import Definition, Example
from services.catalogue.definition_text import read_text
from services.catalogue.examples import try_example
from services.catalogue.expressions import Expressions
from services.catalogue.models import DefinitionDraft
from services.catalogue.soundness import Unsound, bad_examples
from services.workflow.conditions import time_limit_of

Told = dict[str, Any]


def told_examples(draft: DefinitionDraft) -> list[Told]:
    """Give a draft's examples by their titles, read anew today; nothing for a text without the shape of a definition.

    Where other parts have faults, only what was found wrong with the examples when it was checked is told.
    """
    try:
        definition = Definition.model_validate(read_text(draft.text).data)
    except (Unsound, ValidationError):
        return []
    faults = draft.faults
    if draft.is_sound:
        faults = [vars(fault) for fault in bad_examples(definition, timezone.localdate())]
    told = [_told(example, index, faults) for index, example in enumerate(definition.examples)]
    return [one | _worked_out(definition, one["example"]) for one in told] if draft.is_sound else told


def _told(example: Example, index: int, faults: list[Told]) -> Told:
    place = f"examples.{index}."
    own = [fault for fault in faults if f"{fault['path']}.".startswith(place)]
    return {"example": example, "title": marked(example.title), "faults": own}


def _worked_out(definition: Definition, example: Example) -> Told:
    """Tell what follows from an example's answers: fee, legal limit, papers."""
    expressions = Expressions(definition)
    tried = try_example(definition, expressions, example, timezone.localdate())
    limit = time_limit_of(definition, lambda condition: expressions.holds_surely(condition, tried.known))
    fee = _("only a robot can tell") if tried.fee is None else _("%(amount)s AZN") % {"amount": tried.fee}
    return {"fee": fee, "limit": span_words(limit), "papers": [marked(paper.title) for paper in tried.papers]}
