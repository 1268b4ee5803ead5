"""One act on many steps, done in the background; a model of the workflow, in a file of its own."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User


class BulkAct(models.Model):
    """An act that an official does to a selection of steps; the row tells how far it is and what failed."""

    class Act(models.TextChoices):
        CLAIM = "claim", _("Take them")
        RELEASE = "release", _("Give them back to the desk")
        REASSIGN = "reassign", _("Give them to a colleague")
        DECIDE = "decide", _("Decide them alike")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    act = models.CharField(max_length=10, choices=Act)
    said = models.JSONField(default=dict, help_text="What the act needs besides the steps.")
    steps = ArrayField(models.BigIntegerField())
    done = models.PositiveIntegerField(default=0)
    failures = models.JSONField(default=list, help_text="The steps that it could not be done to, with the words.")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflow"
        indexes = [
            models.Index(fields=["asked_at"], name="bulk_to_do", condition=models.Q(finished_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.act}: {self.done}/{len(self.steps)}"

    @property
    def succeeded(self) -> int:
        return self.done - len(self.failures)
