"""Rows of a trial: how the last requests of a service would fare under a draft of its next version."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.catalogue.models import DefinitionDraft
from services.requests.models import ServiceRequest
from services.workflow.background import BackgroundWork


class Trial(BackgroundWork):
    """One replay of the last requests through a draft; it changes no request."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(DefinitionDraft, models.CASCADE, related_name="trials")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    wanted = models.PositiveIntegerField(help_text=_("How many of the last decided requests."))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["draft"], condition=models.Q(finished_at=None), name="one_trial_of_a_draft_at_a_time"
            )
        ]

    @property
    def is_whole(self) -> bool:
        """Tell whether every request was replayed; one that was given up is finished, but not whole."""
        return self.finished_at is not None and self.done == self.total


class TrialResult(models.Model):
    """What one request was and would be."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="results")
    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(help_text=_("Its place, the latest first."))
    before = models.JSONField(help_text=_("See `what_if.telling.Side`."))
    after = models.JSONField()
    problems = models.JSONField(default=list, help_text=_("Answers that would be missing or invalid: path and code."))
    changes = ArrayField(models.CharField(max_length=10), default=list, help_text=_("What differs, by a code each."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trial", "number"], name="result_once_a_trial")]

    def __str__(self) -> str:
        return f"{self.number}: {self.changes}"
