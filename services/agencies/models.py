from datetime import date
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.agencies.rules import WorkingCalendar, in_language


class Calendar(models.Model):
    """The working days of agencies that share them."""

    code = models.SlugField(unique=True)
    timezone = models.CharField(max_length=50, default="Asia/Baku")
    weekdays = ArrayField(models.PositiveSmallIntegerField(), help_text=_("0 is Monday"))
    appeal_days = models.PositiveSmallIntegerField(
        default=30, help_text=_("Calendar days to object to a decision, when a service doesn’t say otherwise.")
    )

    def __str__(self) -> str:
        return self.code

    @cached_property
    def working(self) -> WorkingCalendar:
        """Read the calendar with its holidays; one query, kept on the instance."""
        holidays = frozenset(self.holidays.values_list("date", flat=True))
        return WorkingCalendar(ZoneInfo(self.timezone), frozenset(self.weekdays), holidays)


class Holiday(models.Model):
    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.date}"


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
