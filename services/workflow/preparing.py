"""Decisions before they take effect; a model of the workflow, in a file of its own."""

from datetime import datetime
from typing import Self

from django.db import models

from services.accounts.models import User


class PreparedDecisionQuerySet(models.QuerySet["PreparedDecision"]):
    def undoable(self, user: User, now: datetime) -> Self:
        """Keep what a person has decided and can still undo."""
        return self.filter(by=user, takes_effect_at__gt=now).select_related("step__service_request__service")


class PreparedDecision(models.Model):
    """What an official is about to decide: a draft, or a decision that may still be undone for a short time."""

    step = models.OneToOneField("workflow.Step", models.CASCADE, related_name="prepared")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    saved_at = models.DateTimeField()
    takes_effect_at = models.DateTimeField(null=True)
    refused = models.TextField(blank=True, help_text="Why it could not take effect.")

    objects = PreparedDecisionQuerySet.as_manager()

    class Meta:
        app_label = "workflow"
        constraints = [
            models.CheckConstraint(
                name="only_an_outcome_takes_effect",
                condition=models.Q(takes_effect_at=None) | ~models.Q(outcome=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["takes_effect_at"],
                name="decision_to_take_effect",
                condition=models.Q(takes_effect_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.takes_effect_at}"

    @property
    def is_decided(self) -> bool:
        return self.takes_effect_at is not None

    def can_be_undone(self, now: datetime) -> bool:
        return self.takes_effect_at is not None and self.takes_effect_at > now
