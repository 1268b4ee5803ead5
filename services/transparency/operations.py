"""Managers set targets and write remarks; each is an event, and nothing is changed that was written."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.catalogue.models import Service
from services.ledger.operations import Entry, record
from services.transparency.steering import Remark, Target
from services.workflow.operations.roles import agencies_managed_by
from services.workflow.operations.walking import clerk, require
from services.workflow.refusals import Refused

FURTHEST, LONGEST_DAYS, LONGEST_WORDS = timedelta(days=5 * 366), 1000, 300


@transaction.atomic
def set_target(*, service: Service, measure: str, value: int, by_date: date, by: User, now: datetime) -> Target:
    """Set what a measure is to reach; it takes the place of the target that stands."""
    require_managed(service, by)
    require(measure in Target.Measure.values, _("Choose a measure."))
    most = LONGEST_DAYS if measure == Target.Measure.MEDIAN else 100
    require(1 <= value <= most, _("Write a number from 1 to %(most)s.") % {"most": most})
    require(now.date() < by_date <= now.date() + FURTHEST, _("Choose a day to come, within five years."))
    for old in Target.objects.standing().select_for_update().filter(service=service, measure=measure):
        _end(old, by, now)
    try:
        with transaction.atomic():
            target = Target.objects.create(
                service=service, measure=measure, value=value, by_date=by_date, set_by=by, set_at=now
            )
    except IntegrityError:
        raise Refused(_("Somebody has just set another target. Look at it first.")) from None
    record([Entry(target.pk, "target_set", clerk(by), now, _target_facts(target))], new_subjects=True)
    return target


@transaction.atomic
def end_target(*, target: Target, by: User, now: datetime) -> None:
    """Give up a target; it stays on record."""
    fresh = Target.objects.select_for_update(of=("self",)).select_related("service").get(pk=target.pk)
    require_managed(fresh.service, by)
    require(fresh.ended_at is None, _("This target doesn’t stand any more."))
    _end(fresh, by, now)


def _end(target: Target, by: User, now: datetime) -> None:
    target.ended_by, target.ended_at = by, now
    target.save(update_fields=["ended_by", "ended_at"])
    record([Entry(target.pk, "target_ended", clerk(by), now, _target_facts(target))])


def _target_facts(target: Target) -> dict[str, object]:
    service, day = target.service.code, target.by_date.isoformat()
    return {"service": service, "measure": str(target.measure), "value": target.value, "by_date": day}


@transaction.atomic
def write_remark(
    *,
    service: Service,
    first_day: date,
    last_day: date | None,
    words: dict[str, str],
    is_public: bool,
    by: User,
    now: datetime,
) -> Remark:
    """Write words at a day or a span of days of a service's charts; everybody reads them when they are public."""
    require_managed(service, by)
    texts = [text.strip() for text in words.values()]
    require(any(texts), _("Write what people should know."))
    require(all(len(text) <= LONGEST_WORDS for text in texts), _("Use at most 300 characters."))
    require(last_day is None or first_day <= last_day, _("The last day is before the first."))
    require(max(first_day, last_day or first_day) <= now.date() + FURTHEST, _("Choose a day within five years."))
    remark = Remark.objects.create(
        service=service,
        first_day=first_day,
        last_day=last_day,
        words=words,
        is_public=is_public,
        written_by=by,
        written_at=now,
    )
    record([Entry(remark.pk, "remark_written", clerk(by), now, _remark_facts(remark))], new_subjects=True)
    return remark


@transaction.atomic
def withdraw_remark(*, remark: Remark, by: User, now: datetime) -> None:
    """Take a remark away from the charts; that it was there stays on record."""
    fresh = Remark.objects.select_for_update(of=("self",)).select_related("service").get(pk=remark.pk)
    require_managed(fresh.service, by)
    require(fresh.withdrawn_at is None, _("This remark was withdrawn already."))
    fresh.withdrawn_by, fresh.withdrawn_at = by, now
    fresh.save(update_fields=["withdrawn_by", "withdrawn_at"])
    record([Entry(fresh.pk, "remark_withdrawn", clerk(by), now, _remark_facts(fresh))])


def _remark_facts(remark: Remark) -> dict[str, object]:
    """Give what the ledger is told: not the words, which may name somebody."""
    last = {"last_day": remark.last_day.isoformat()} if remark.last_day else {}
    first = remark.first_day.isoformat()
    return {"service": remark.service.code, "first_day": first, **last, "is_public": remark.is_public}


def require_managed(service: Service, by: User) -> None:
    """Raise `Refused` unless a person manages the agency that answers for a service."""
    managed = agencies_managed_by(by).filter(pk=service.responsible_id)
    require(managed.exists(), _("Only managers of the agency that answers for the service may do this."))
