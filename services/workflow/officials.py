"""Who the officials are that the ledger names by their numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.accounts.models import User
from services.agencies.models import Membership


@dataclass(frozen=True)
class Official:
    """An official's name, and the agency where the official works ('' for none)."""

    name: str
    agency: str


def officials_among(actors: Iterable[str]) -> dict[str, Official]:
    """Give the officials among actors of the ledger; two queries."""
    numbers = {UUID(actor.partition(":")[2]) for actor in actors if actor.startswith("clerk:")}
    agencies = {one.user_id: str(one.agency) for one in _memberships(numbers)}
    users = User.objects.filter(pk__in=numbers)
    return {f"clerk:{user.pk}": Official(str(user), agencies.get(user.pk, "")) for user in users}


def _memberships(users: Iterable[UUID]) -> Iterable[Membership]:
    return Membership.objects.filter(user__in=users).select_related("agency").order_by("-ended_at")
