import uuid
from datetime import date, datetime
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.agencies.rules import SpecialDay, WorkingCalendar, in_language


class Calendar(models.Model):
    """The working days of agencies that share them, as the law has them."""

    code = models.SlugField(unique=True)
    timezone = models.CharField(max_length=50, default="Asia/Baku")
    weekdays = ArrayField(models.PositiveSmallIntegerField(), help_text=_("0 is Monday"))
    appeal_days = models.PositiveSmallIntegerField(
        default=30, help_text=_("Calendar days to object to a decision, when a service doesn’t say otherwise.")
    )
    country = models.CharField(
        max_length=3, blank=True, help_text=_("Its days off are taken from the list of this country, by ISO 3166.")
    )
    subdivision = models.CharField(max_length=10, blank=True)
    taken_from = models.CharField(max_length=40, blank=True, help_text=_("Which list was taken, up to which year."))

    def __str__(self) -> str:
        return self.code

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


class SpecialDayRow(models.Model):
    """A day on which offices don't work as on others."""

    class Kind(models.TextChoices):
        OFF = "off", _("Day off")
        WORKING = "working", _("Extra working day")
        HALF = "half", _("Half day")

    date = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.OFF)
    closes_at = models.TimeField(null=True, blank=True, help_text=_("When a half day ends."))
    name = models.JSONField(default=dict)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_closes_if_half",
                condition=models.Q(kind="half", closes_at__isnull=False)
                | (~models.Q(kind="half") & models.Q(closes_at=None)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.date}"

    @property
    def plain(self) -> SpecialDay:
        return SpecialDay(self.date, self.kind, self.closes_at)  # type: ignore[arg-type]


class Holiday(SpecialDayRow):
    """A special day of all agencies that share a calendar: written by hand for a year, else from a country's list."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="holidays")
    is_from_list = models.BooleanField(default=False)

    class Meta(SpecialDayRow.Meta):
        constraints = [
            *SpecialDayRow.Meta.constraints,
            models.UniqueConstraint(fields=["calendar", "date"], name="holiday_once"),
        ]


class Named(models.Model):
    """Anything with a code for machines and a name in several languages for people."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.JSONField(default=dict)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return in_language(self.name, get_language() or "en")


class Agency(Named):
    """A public organisation."""

    class Kind(models.TextChoices):
        NATIONAL = "national", _("National agency")
        REGIONAL = "regional", _("Regional agency")
        MUNICIPAL = "municipal", _("Municipality")

    kind = models.CharField(max_length=10, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    calendar = models.ForeignKey(Calendar, models.PROTECT)

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")

    @cached_property
    def working(self) -> WorkingCalendar:
        """Read when the agency works: its calendar with its own days; two queries, kept on the instance."""
        days = [*self.calendar.holidays.all(), *self.own_days.filter(removed_at=None)]
        return WorkingCalendar.of(self.calendar.zone, self.calendar.weekdays, [day.plain for day in days])


class OwnDay(SpecialDayRow):
    """A special day of one agency, entered by its manager. It counts before the calendar's own for that date."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="own_days")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta(SpecialDayRow.Meta):
        constraints = [
            *SpecialDayRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["agency", "date"], condition=models.Q(removed_at=None), name="own_day_once"
            ),
        ]


class Office(Named):
    """A place of an agency where people are served; a centre is shared by several agencies."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="offices")
    address = models.JSONField(default=dict)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    is_centre = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")


class Desk(models.Model):
    """The queue of an office in which clerks work."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="desks")
    code = models.SlugField(max_length=60)
    name = models.JSONField(default=dict)
    allows_picking = models.BooleanField(
        default=False, help_text=_("Officials may choose what they take, instead of taking the next.")
    )
    most_held = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Who holds so many steps isn’t given more by chance.")
    )

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")
        constraints = [models.UniqueConstraint(fields=["office", "code"], name="desk_once_an_office")]

    def __str__(self) -> str:
        return in_language(self.name, get_language() or "en")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user, ended_at__isnull=True)

    def clerks(self) -> Self:
        return self.filter(role__in=[Membership.Role.CLERK, Membership.Role.SUPERVISOR])

    def managers(self) -> Self:
        return self.filter(role=Membership.Role.MANAGER)


class Membership(models.Model):
    """Who works where, as what."""

    class Role(models.TextChoices):
        CLERK = "clerk", _("Clerk")
        SUPERVISOR = "supervisor", _("Supervisor")
        MANAGER = "manager", _("Manager")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    desks = models.ManyToManyField(Desk, related_name="memberships", blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency", "role"], condition=models.Q(ended_at=None), name="membership_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role}, {self.agency})"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: date) -> Self:
        return self.filter(first_day__lte=day, last_day__gte=day)


class Absence(models.Model):
    """Days on which an official isn't there, and who stands in."""

    user = models.ForeignKey(User, models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    stand_in = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    handed_over_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_it_begins", condition=models.Q(last_day__gte=models.F("first_day"))
            ),
            models.CheckConstraint(
                name="nobody_stands_in_for_themselves",
                condition=models.Q(stand_in=None) | ~models.Q(stand_in=models.F("user")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.first_day} – {self.last_day}"
