"""Give and end roles: one person proposes, a second one confirms; both are on record."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.agencies.models import Agency, Desk, Membership
from services.ledger.operations import Entry, record
from services.workflow.models import Step
from services.workflow.operations.walking import clerk, require, walking_at
from services.workflow.queries import supervised_by
from services.workflow.refusals import Refused
from services.workflow.role_changes import RoleChange

Kind, Outcome = RoleChange.Kind, RoleChange.Outcome


def agencies_managed_by(user: User) -> QuerySet[Agency]:
    """Give the agencies whose people a person answers for: as their manager, or as the manager of the one above."""
    managed = Membership.objects.of(user).managers().values("agency")
    return Agency.objects.filter(Q(pk__in=managed) | Q(parent__in=managed)).order_by("code")


def propose_role(
    user: User, agency: Agency, role: str, by: User, now: datetime, *, desks: Collection[Desk] = ()
) -> RoleChange:
    """Propose to give somebody a role in an agency."""
    require(role in Membership.Role.values, _("Choose a role."))
    require(not desks or role != Membership.Role.MANAGER, _("Managers work at no desk."))
    require(all(desk.office.agency_id == agency.pk for desk in desks), _("Choose desks of the agency."))
    return _propose(Kind.GIVE, user, agency, role, by, now, desks)


def propose_end(membership: Membership, by: User, now: datetime) -> RoleChange:
    """Propose to end somebody's role."""
    require(membership.ended_at is None, _("This role has already ended."))
    return _propose(Kind.END, membership.user, membership.agency, membership.role, by, now, ())


def _propose(
    kind: str, user: User, agency: Agency, role: str, by: User, now: datetime, desks: Collection[Desk]
) -> RoleChange:
    require(agencies_managed_by(by).filter(pk=agency.pk).exists(), _("Only managers of the agency may do this."))
    try:
        with transaction.atomic():
            change = RoleChange.objects.create(
                kind=kind, user=user, agency=agency, role=role, proposed_by=by, proposed_at=now
            )
            change.desks.set(desks)
            record([_entry(change, "role_proposed", by, now)], new_subjects=True)
    except IntegrityError:
        raise Refused(_("This is proposed already and waits for a second person.")) from None
    return change


def may_settle(change: RoleChange, user: User) -> bool:
    """Tell whether a person may confirm a change: a manager or supervisor of the agency, but neither side of it."""
    return _is_neither_side(change, user) and answers_for(user, change.agency_id)


def _is_neither_side(change: RoleChange, user: User) -> bool:
    return user.pk not in (change.proposed_by_id, change.user_id)


def answers_for(user: User, agency: int) -> bool:
    """Tell whether a person is a manager or supervisor of an agency, or manages the one above."""
    roles = [Membership.Role.MANAGER, Membership.Role.SUPERVISOR]
    here = Membership.objects.of(user).filter(agency=agency, role__in=roles)
    return here.exists() or agencies_managed_by(user).filter(pk=agency).exists()


def changes_to_settle(user: User) -> list[RoleChange]:
    """Give the proposals at the agencies that a person supervises and may confirm, the oldest first."""
    open_ones = RoleChange.objects.filter(agency__in=supervised_by(user), settled_at=None)
    related = ("user", "agency", "proposed_by")
    known = open_ones.select_related(*related).order_by("proposed_at")
    return [change for change in known if _is_neither_side(change, user)]


def confirm(change: RoleChange, by: User, now: datetime) -> None:
    """Let a proposed change count; raise `Refused` for who proposed it or whom it is about."""
    with transaction.atomic():
        fresh = _open(change)
        require(may_settle(fresh, by), _("A second person has to confirm this, who is neither side of it."))
        if fresh.kind == Kind.GIVE:
            _give(fresh)
        else:
            _end(fresh, now)
        _settle(fresh, Outcome.CONFIRMED, by, now)


def refuse(change: RoleChange, by: User, now: datetime) -> None:
    """Refuse a proposed change, or take one's own back."""
    with transaction.atomic():
        fresh = _open(change)
        require(fresh.proposed_by_id == by.pk or may_settle(fresh, by), _("Only managers of the agency may do this."))
        _settle(fresh, Outcome.REFUSED, by, now)


def _open(change: RoleChange) -> RoleChange:
    fresh = RoleChange.objects.select_for_update().get(pk=change.pk)
    require(fresh.settled_at is None, _("This was settled already."))
    return fresh


def _give(change: RoleChange) -> None:
    membership, _is_new = Membership.objects.get_or_create(
        user=change.user, agency=change.agency, role=change.role, ended_at=None
    )
    membership.desks.add(*change.desks.all())


def _end(change: RoleChange, now: datetime) -> None:
    """End a role; the steps in the person's hands at desks that are no longer theirs go back."""
    members = Membership.objects.of(change.user)
    members.filter(agency=change.agency, role=change.role).update(ended_at=now)
    still = members.clerks().filter(desks__isnull=False).values("desks")
    held = Step.objects.filter(assignee=change.user, state__in=[Step.State.OPEN, Step.State.WAITING])
    for step in held.exclude(desk__in=still):
        with walking_at(step, now) as (walk, fresh):
            fresh.assignee = fresh.claimed_at = None
            walk.change(fresh)
            walk.tell("released", "system", step=fresh.key)


def _settle(change: RoleChange, outcome: str, by: User, now: datetime) -> None:
    change.outcome, change.settled_by, change.settled_at = outcome, by, now
    change.save(update_fields=["outcome", "settled_by", "settled_at"])
    record([_entry(change, f"role_{outcome}", by, now)])


def _entry(change: RoleChange, kind: str, by: User, now: datetime) -> Entry:
    facts = {"kind": str(change.kind), "agency": change.agency.code, "role": str(change.role)}
    return Entry(change.pk, kind, clerk(by), now, {**facts, "person": clerk(change.user)})
