"""Give a desk step by chance to one of those who are able and free, so that nobody can choose whose case it is.

The draw can be checked: the ledger keeps its seed and the digest of those among whom it was drawn.
"""

import hashlib
import secrets
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count, Q

from services.accounts.models import User
from services.agencies.models import Absence
from services.workflow.changes import Changes
from services.workflow.conflicts import conflict_of
from services.workflow.models import Step
from services.workflow.rules import drawn

HELD = Q(steps__state__in=[Step.State.OPEN, Step.State.WAITING])


def assign_at_random(walk: Changes, step: Step) -> None:
    """Draw the official who gets an open desk step; it stays with its desk when nobody is able and free."""
    able = able_and_free(walk, step)
    if not able:
        return
    seed = secrets.token_hex(16)
    chosen = able[drawn(seed, len(able))]
    step.assignee, step.claimed_at = chosen, walk.now
    walk.change(step)
    among = digest_of([user.pk for user in able])
    walk.tell("assigned", "system", step=step.key, to=f"clerk:{chosen.pk}", seed=seed, among=len(able), of=among)


def able_and_free(walk: Changes, step: Step) -> list[User]:
    """Give who may get a step, by their numbers: at its desk, there today, below its load, and nobody partial."""
    assert step.desk is not None
    away = Absence.objects.on(walk.calendar.day_of(walk.now)).values("user")
    at_desk = Q(memberships__desks=step.desk, memberships__ended_at=None, is_active=True)
    clerks = User.objects.filter(at_desk).exclude(pk__in=away).exclude(pk__in=walk.barred).distinct()
    if step.desk.most_held is not None:
        clerks = clerks.annotate(held=Count("steps", filter=HELD, distinct=True)).filter(held__lt=step.desk.most_held)
    request = walk.service_request
    return [user for user in clerks.order_by("pk") if user != step.barred and not conflict_of(request, user)]


def digest_of(numbers: Sequence[UUID]) -> str:
    """Give the hex SHA-256 of the officials' numbers, a line each, in order."""
    return hashlib.sha256("\n".join(map(str, numbers)).encode()).hexdigest()
