"""Rows of connectors: what each is, whether it is paused, and how its calls went, day by day."""

from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.agencies.models import Agency
from services.agencies.rules import in_language
from services.connectors.form import Form


class Connector(models.Model):
    """How the portal reaches one system of another agency."""

    code = models.CharField(max_length=60, unique=True)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="connectors")
    source = models.JSONField()
    changed_at = models.DateTimeField()
    concurrent = models.PositiveIntegerField(help_text=_("How many calls may be on their way at once."))
    calls_a_minute = models.PositiveIntegerField()
    minute = models.DateTimeField(null=True, help_text=_("The minute in which calls were last counted."))
    in_minute = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", help_text=_("Nobody when the portal did it by itself.")
    )
    pause_words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pause_has_words",
                condition=models.Q(paused_at=None, pause_words="", paused_by=None)
                | (models.Q(paused_at__isnull=False) & ~models.Q(pause_words="")),
            )
        ]

    def __str__(self) -> str:
        return in_language(self.source["title"], get_language() or "en")

    @cached_property
    def form(self) -> Form:
        return Form.model_validate(self.source)


class CallsOfDay(models.Model):
    """How the calls of a connector went on one day: numbers only, nothing about whom."""

    connector = models.ForeignKey(Connector, models.CASCADE, related_name="days")
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    durations = ArrayField(models.PositiveIntegerField(), default=list, help_text=_("Calls by class of duration."))
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failed_by = models.CharField(max_length=20, blank=True, help_text=_("A code of what went wrong last."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connector", "day"], name="calls_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.calls}"

    @property
    def counts(self) -> list[int]:
        return list(self.durations)


Source = dict[str, Any]
