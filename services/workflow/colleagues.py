"""To whom a step may be given: colleagues at its desk, other desks of its agency; and who may hand it over."""

from collections.abc import Collection

from django.db.models import QuerySet

from services.accounts.models import User
from services.agencies.models import Desk
from services.workflow.models import ACTIVE, Step
from services.workflow.queries import supervised_by


def colleagues_at(desks: Collection[int | None]) -> QuerySet[User]:
    """Give who works at some desks now."""
    return User.objects.filter(memberships__desks__in=desks, memberships__ended_at=None).distinct()


def colleagues_for(step: Step) -> QuerySet[User]:
    """Give the colleagues of a step's desk to whom it may be given: neither its holder nor who stands aside."""
    able = colleagues_at([step.desk_id]).exclude(pk__in=step.service_request.barred.all())
    return able if step.assignee_id is None else able.exclude(pk=step.assignee_id)


def desks_beside(step: Step) -> QuerySet[Desk]:
    """Give the other desks of the agency at one of whose desks a step is."""
    assert step.desk is not None
    others = Desk.objects.filter(office__agency=step.desk.office.agency).exclude(pk=step.desk.pk)
    return others.select_related("office")


def may_hand_over(step: Step, user: User) -> bool:
    """Tell whether a person may give a held step to a colleague: its holder, or a supervisor of its agency."""
    if step.kind != Step.Kind.DESK or step.state not in ACTIVE or step.assignee_id is None or step.desk is None:
        return False
    return step.assignee_id == user.pk or step.desk.office.agency_id in supervised_by(user)
