"""What officials write for each other: guidance on a step, and blocks of text; models of the workflow."""

from django.db import models

from services.accounts.models import User
from services.agencies.models import Agency
from services.catalogue.models import Service


class Guidance(models.Model):
    """How an agency's officials do a step of a service: one row for each version, the latest counts."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="guidance")
    step_key = models.CharField(max_length=40)
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="guidance")
    text = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflow"
        indexes = [models.Index(fields=["service", "step_key", "agency", "-at"], name="guidance_of_step")]

    def __str__(self) -> str:
        return f"{self.step_key} {self.at}"


class TextBlock(models.Model):
    """Words that an agency's officials use again and again, in several languages, with places to fill in."""

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="text_blocks")
    title = models.CharField(max_length=100)
    text = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "workflow"
        constraints = [models.UniqueConstraint(fields=["agency", "title"], name="block_titled_once")]

    def __str__(self) -> str:
        return self.title
