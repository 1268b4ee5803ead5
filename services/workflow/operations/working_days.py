"""Special days of one agency: its managers add days to come and take them away; each change is an event.

What was promised stays: the due dates of open requests are not counted again (docs/decisions/0012-working-days.md).
"""

from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.agencies.models import Agency, OwnDay
from services.agencies.rules import WorkingCalendar
from services.ledger.operations import Entry, record
from services.workflow import places
from services.workflow.operations.roles import agencies_managed_by
from services.workflow.operations.walking import clerk, require
from services.workflow.refusals import Refused

FURTHEST = timedelta(days=3 * 366)
Kind = OwnDay.Kind


def add_own_day(
    agency: Agency,
    day: date,
    kind: str,
    by: User,
    now: datetime,
    *,
    name: dict[str, str],
    closes_at: time | None = None,
) -> OwnDay:
    """Let a day to come be off, worked or a half day for one agency; it counts for limits that begin from now on."""
    require(agencies_managed_by(by).filter(pk=agency.pk).exists(), _("Only managers of the agency may do this."))
    today = agency.calendar.day_of(now)
    require(day > today, _("Choose a day to come: what is past or has begun was counted with already."))
    require(day <= today + FURTHEST, _("Choose a day within three years."))
    require(any(words.strip() for words in name.values()), _("Write why: everybody reads it."))
    require((kind == Kind.HALF) == (closes_at is not None), _("A half day needs the hour at which it ends."))
    _require_difference(agency.working, day, kind)
    try:
        with transaction.atomic():
            own = OwnDay.objects.create(
                agency=agency, date=day, kind=kind, closes_at=closes_at, name=name, added_by=by, added_at=now
            )
            record([_entry(own, "own_day_added", by, now)], new_subjects=True)
    except IntegrityError:
        raise Refused(_("The agency has a day of its own there already. Take it away first.")) from None
    transaction.on_commit(places.forget)
    return own


def _require_difference(working: WorkingCalendar, day: date, kind: str) -> None:
    """Raise `Refused` for a day off on a day off, or an extra working day on a working day."""
    works = working.counts(day, "working")
    require(kind != Kind.OFF or works, _("The agency doesn’t work on that day anyway."))
    require(kind != Kind.WORKING or not works, _("The agency works on that day anyway."))


def remove_own_day(own: OwnDay, by: User, now: datetime) -> None:
    """Take a day to come away again: the agency's calendar counts there as it did without it."""
    with transaction.atomic():
        fresh = OwnDay.objects.select_for_update(of=("self",)).select_related("agency__calendar").get(pk=own.pk)
        managed = agencies_managed_by(by).filter(pk=fresh.agency_id)
        require(managed.exists(), _("Only managers of the agency may do this."))
        require(fresh.removed_at is None, _("This day was taken away already."))
        to_come = fresh.date > fresh.agency.calendar.day_of(now)
        require(to_come, _("This day was counted with already. It stays."))
        fresh.removed_by, fresh.removed_at = by, now
        fresh.save(update_fields=["removed_by", "removed_at"])
        record([_entry(fresh, "own_day_removed", by, now)])
    transaction.on_commit(places.forget)


def _entry(own: OwnDay, event: str, by: User, now: datetime) -> Entry:
    closes = {"closes_at": own.closes_at.isoformat()} if own.closes_at else {}
    facts = {"agency": own.agency.code, "date": own.date.isoformat(), "kind": str(own.kind), **closes}
    return Entry(own.pk, event, clerk(by), now, facts)
