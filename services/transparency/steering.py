"""What managers set down about a service: targets, remarks at charts, promises. A row is ended, never changed."""

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.catalogue.models import Service


class TargetQuerySet(models.QuerySet["Target"]):
    def standing(self) -> Self:
        return self.filter(ended_at=None)


class Target(models.Model):
    """What a measure of a service is to reach by a day: a share in percent, or days."""

    class Measure(models.TextChoices):
        ON_TIME = "on_time", _("In time, at least so many percent")
        MEDIAN = "median", _("Half within, at most so many working days")
        FIRST_TIME_RIGHT = "first_time_right", _("Right the first time, at least so many percent")
        SATISFIED = "satisfied", _("Satisfied, at least so many percent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="targets")
    measure = models.CharField(max_length=20, choices=Measure)
    value = models.PositiveSmallIntegerField()
    by_date = models.DateField()
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "measure"], condition=models.Q(ended_at=None), name="one_target_of_a_measure"
            ),
            models.CheckConstraint(
                name="target_on_its_scale",
                condition=models.Q(value__range=(1, 100)) | models.Q(measure="median", value__range=(1, 1000)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.value}"

    @property
    def aim(self) -> float:
        """Give the value in the measure's own unit."""
        return float(self.value) if self.measure == self.Measure.MEDIAN else self.value / 100


class RemarkQuerySet(models.QuerySet["Remark"]):
    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)

    def for_everybody(self) -> Self:
        return self.standing().filter(is_public=True)


class Remark(models.Model):
    """A manager's words at a day, or a span of days, of a service's charts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="remarks")
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    words = models.JSONField(default=dict)
    is_public = models.BooleanField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="remark_ends_after_it_begins",
                condition=models.Q(last_day=None) | models.Q(last_day__gte=models.F("first_day")),
            )
        ]
        indexes = [models.Index(fields=["service", "first_day"], name="remarks_of_service")]

    def __str__(self) -> str:
        return f"{self.first_day}"


class Promise(models.Model):
    """What an agency promised after what people said, by when, and what came of it; all of it is public."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="promises")
    heard = models.JSONField(help_text=_("What people said."))
    promised = models.JSONField()
    by_date = models.DateField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    is_kept = models.BooleanField(null=True, help_text=_("Whether it was done; unknown while it stands."))
    outcome = models.JSONField(default=dict, help_text=_("What was done, or why it was given up."))
    closed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="promise_closed_in_words",
                condition=models.Q(is_kept=None, outcome={}, closed_by=None, closed_at=None)
                | (
                    models.Q(is_kept__isnull=False, closed_by__isnull=False, closed_at__isnull=False)
                    & ~models.Q(outcome={})
                ),
            )
        ]
        indexes = [models.Index(fields=["service", "-made_at"], name="promises_of_service")]

    def __str__(self) -> str:
        return f"{self.by_date}"
