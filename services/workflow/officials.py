"""Who the officials are that the ledger names by their numbers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from services.accounts.models import User
from services.agencies.models import Membership
from services.workflow.programs import Program


@dataclass(frozen=True)
class Official:
    """The name of an official or a program, its agency ('' for none), and of a program what it is for."""

    name: str
    agency: str
    purpose: str = ""


def officials_among(actors: Iterable[str]) -> dict[str, Official]:
    """Give the officials and programs among actors of the ledger; two queries, one more where there are programs."""
    actors = set(actors)
    numbers = {UUID(actor.partition(":")[2]) for actor in actors if actor.startswith("clerk:")}
    agencies = {one.user_id: str(one.agency) for one in _memberships(numbers)}
    users = User.objects.filter(pk__in=numbers)
    people = {f"clerk:{user.pk}": Official(str(user), agencies.get(user.pk, "")) for user in users}
    return people | _programs({UUID(actor.partition(":")[2]) for actor in actors if actor.startswith("program:")})


def _programs(users: Collection[UUID]) -> dict[str, Official]:
    known = Program.objects.filter(user__in=users).select_related("user", "agency") if users else ()
    called = {one: _("Program “%(name)s”") % {"name": one} for one in known}
    return {f"program:{one.user_id}": Official(name, str(one.agency), one.purpose) for one, name in called.items()}


def _memberships(users: Iterable[UUID]) -> Iterable[Membership]:
    return Membership.objects.filter(user__in=users).select_related("agency").order_by("-ended_at")
