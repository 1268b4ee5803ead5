"""Name the first managers of an agency; whatever comes after takes two of them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from services.accounts.models import User
from services.agencies.models import Agency, Membership
from services.agencies.operations import add_member
from services.ledger.operations import Entry, record
from services.workflow.operations.walking import clerk, require

FEWEST = 2


@transaction.atomic
def name_first_managers(code: str, people: Sequence[User], now: datetime) -> None:
    """Make people the managers of an agency that has none; raise `Refused` when it has one, or for fewer than two.

    Two, because each change of roles is proposed by one person and confirmed by another.
    """
    agency = Agency.objects.select_for_update().get(code=code)
    managers = Membership.objects.managers().filter(ended_at=None, agency__in=[agency.pk, agency.parent_id])
    require(
        not managers.exists(), "The agency, or the one above it, has managers: they propose and confirm the others."
    )
    require(len({user.pk for user in people}) >= FEWEST, "Name two people: each change of roles takes two.")
    facts = {"agency": agency.code, "role": str(Membership.Role.MANAGER)}
    for user in people:
        add_member(user, agency.code, Membership.Role.MANAGER)
    record([Entry(user.pk, "first_manager_named", "system", now, {**facts, "person": clerk(user)}) for user in people])
