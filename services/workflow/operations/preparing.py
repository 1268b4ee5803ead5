"""Decisions that wait: drafts, and decisions that can be undone for a short time before they take effect."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.workflow.models import Step
from services.workflow.operations.desk import decide, require_decidable, require_held
from services.workflow.operations.walking import require, walking_at
from services.workflow.preparing import PreparedDecision
from services.workflow.refusals import Refused


def keep_draft(
    step: Step, by: User, now: datetime, *, outcome: str = "", reason: str = "", words: str = ""
) -> PreparedDecision:
    """Keep what an official is writing; nothing of it counts yet."""
    with walking_at(step, now) as (_walk, fresh):
        require_held(fresh, by)
        said = {"outcome": outcome[:40], "reason": reason[:40], "words": words, "saved_at": now, "refused": ""}
        draft, _is_new = PreparedDecision.objects.update_or_create(step=fresh, defaults={"by": by, **said})
    return draft


def decide_soon(
    step: Step, outcome: str, by: User, now: datetime, *, reason: str = "", words: str = ""
) -> PreparedDecision:
    """Decide, with some seconds to think again; raise `Refused` for what couldn't be decided at once either."""
    with walking_at(step, now) as (walk, fresh):
        require_decidable(walk, fresh, by, outcome, reason)
        said = {"outcome": outcome, "reason": reason, "words": words, "saved_at": now, "refused": ""}
        effect = now + timedelta(seconds=settings.UNDO_S)
        known = {"by": by, "takes_effect_at": effect, **said}
        prepared, _is_new = PreparedDecision.objects.update_or_create(step=fresh, defaults=known)
    return prepared


def decide_with_time_to_undo(
    step: Step, outcome: str, by: User, now: datetime, *, reason: str = "", words: str = ""
) -> PreparedDecision | None:
    """Decide as this portal is set: soon, or at once where it gives no time to undo; None then."""
    if settings.UNDO_S:
        return decide_soon(step, outcome, by, now, reason=reason, words=words)
    decide(step, outcome, by, now, reason=reason, words=words)
    return None


def undo(step: Step, by: User, now: datetime) -> PreparedDecision:
    """Take a decision back that hasn't taken effect yet; it stays as a draft."""
    with transaction.atomic():
        prepared = PreparedDecision.objects.select_for_update().filter(step=step, by=by).first()
        require(prepared and prepared.is_decided, _("The decision has already taken effect."))
        assert prepared is not None
        prepared.takes_effect_at = None
        prepared.save(update_fields=["takes_effect_at"])
    return prepared


def take_effect(now: datetime) -> int:
    """Let every decision count whose time to be undone is over; give how many there were."""
    count = 0
    while _take_one(now):
        count += 1
    return count


def _take_one(now: datetime) -> bool:
    with transaction.atomic():
        due = PreparedDecision.objects.filter(takes_effect_at__lte=now).select_related("step", "by")
        prepared = due.select_for_update(of=("self",), skip_locked=True).order_by("takes_effect_at").first()
        if prepared is None:
            return False
        prepared.takes_effect_at = None
        prepared.save(update_fields=["takes_effect_at"])
        try:
            decide(prepared.step, prepared.outcome, prepared.by, now, reason=prepared.reason, words=prepared.words)
        except Refused as refused:
            prepared.refused = str(refused.message)
            prepared.save(update_fields=["refused"])
    return True
