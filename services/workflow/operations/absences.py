"""Absence and stand-in: what an absent official holds goes to the stand-in, or back to its desk."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.agencies.models import Absence, Membership
from services.workflow.conflicts import conflict_of
from services.workflow.models import Step
from services.workflow.operations.walking import clerk, require, walking_at
from services.workflow.queries import desks_of, is_barred, supervised_by


@transaction.atomic
def record_absence(
    user: User, first_day: date, last_day: date, by: User, now: datetime, *, stand_in: User | None = None
) -> Absence:
    """Put on record that an official will be away; from the first day on the stand-in gets what the official holds."""
    allowed = user == by or Membership.objects.of(user).filter(agency__in=supervised_by(by)).exists()
    require(allowed, _("Only the person or a supervisor may enter this."))
    require(first_day <= last_day, _("The last day is before the first."))
    require(last_day >= timezone.localdate(now), _("These days are over."))
    require(stand_in != user, _("Somebody else has to stand in."))
    works_there = stand_in is None or set(desks_of(stand_in)) & set(desks_of(user))
    require(works_there, _("The stand-in works at none of the same desks."))
    User.objects.select_for_update().get(pk=user.pk)  # two at once wait for each other
    overlapping = Absence.objects.filter(user=user, first_day__lte=last_day, last_day__gte=first_day)
    require(not overlapping.exists(), _("An absence is entered for these days already."))
    return Absence.objects.create(user=user, first_day=first_day, last_day=last_day, stand_in=stand_in)


def end_absence(absence: Absence, by: User, now: datetime) -> None:
    """Let an official be there again, or remove an absence that was to come."""
    supervised = Membership.objects.of(absence.user).filter(agency__in=supervised_by(by)).exists()
    require(absence.user == by or supervised, _("Only the person or a supervisor may enter this."))
    absence.delete()


def hand_over_absent(now: datetime) -> int:
    """Give what officials hold who are away from today on to their stand-ins; give how many steps moved."""
    begun = Absence.objects.on(timezone.localdate(now)).filter(handed_over_at=None).select_related("user", "stand_in")
    count = 0
    for absence in begun:
        held = Step.objects.filter(assignee=absence.user, state__in=[Step.State.OPEN, Step.State.WAITING])
        for step in held:
            count += _hand_over(step, absence, now)
        absence.handed_over_at = now
        absence.save(update_fields=["handed_over_at"])
    return count


def _hand_over(step: Step, absence: Absence, now: datetime) -> bool:
    """Give a step to the stand-in if it may be, else back to its desk; tell whether it was still held."""
    with walking_at(step, now) as (walk, fresh):
        if fresh.assignee_id != absence.user_id:
            return False
        stand_in = absence.stand_in
        fits = stand_in and fresh.desk_id in desks_of(stand_in) and not is_barred(fresh, stand_in)
        if stand_in and fits and not conflict_of(walk.service_request, stand_in):
            fresh.assignee, fresh.claimed_at = stand_in, now
            walk.tell("reassigned", "system", step=fresh.key, to=clerk(stand_in))
        else:
            fresh.assignee = fresh.claimed_at = None
            walk.tell("released", "system", step=fresh.key)
        walk.change(fresh)
    return True
