"""Opinions that officials ask of other agencies on the spot; a model of the workflow, in a file of its own."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.agencies.models import Desk
from services.ledger.composed import AnyOf
from services.requests.evidence import Evidence
from services.requests.models import ServiceRequest

STEP_IS_OPEN = models.Q(step__state__in=["open", "waiting"])


class AskedOpinionQuerySet(models.QuerySet["AskedOpinion"]):
    def to_give(self, now: datetime) -> Self:
        """Keep those that may still be given: in time, and while the step at which they were asked is open."""
        return self.filter(STEP_IS_OPEN, state=AskedOpinion.State.OPEN, due_at__gte=now)

    def asked_of(self, user: User, desks: Collection[int]) -> Self:
        """Keep those asked of a person's desks; neither about one's own request nor asked by oneself."""
        return (
            self.filter(AnyOf(models.F("desk"), desks)).exclude(service_request__applicant=user).exclude(asked_by=user)
        )


def opinion_path(opinion: "AskedOpinion", name: str) -> str:
    return f"opinions/{opinion.pk}"


class AskedOpinion(models.Model):
    """One desk of another agency is asked one question about a request, and sees what was chosen for it to see."""

    class State(models.TextChoices):
        OPEN = "open", _("Asked")
        GIVEN = "given", _("Given")
        SILENT = "silent", _("Not given in time")
        NOT_NEEDED = "not_needed", _("No longer needed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="asked_opinions")
    step = models.ForeignKey("workflow.Step", models.CASCADE, related_name="asked_opinions")
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="+")
    question = models.TextField()
    answers = ArrayField(models.CharField(max_length=40), default=list, help_text=_("The answers that may be seen."))
    papers = models.ManyToManyField(Evidence, related_name="+", help_text=_("The files that may be seen."))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    words = models.TextField(blank=True)
    file = models.FileField(upload_to=opinion_path, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    file_type = models.CharField(max_length=60, blank=True)

    objects = AskedOpinionQuerySet.as_manager()

    class Meta:
        app_label = "workflow"
        constraints = [
            models.CheckConstraint(
                name="opinion_given_by_another",
                condition=models.Q(answered_by=None) | ~models.Q(answered_by=models.F("asked_by")),
            ),
            models.CheckConstraint(
                name="opinion_given_in_words_or_file",
                condition=(
                    models.Q(state="given", answered_by__isnull=False, answered_at__isnull=False)
                    & (~models.Q(words="") | ~models.Q(file=""))
                )
                | (~models.Q(state="given") & models.Q(answered_by=None, answered_at=None, words="", file="")),
            ),
            models.CheckConstraint(
                name="opinion_due_after_it_was_asked", condition=models.Q(due_at__gt=models.F("asked_at"))
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "due_at"], name="opinion_to_give", condition=models.Q(state="open")),
            models.Index(fields=["due_at"], name="opinion_awaited", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.desk}: {self.state}"

    @property
    def is_awaited(self) -> bool:
        """Tell whether the answer is still needed; `step` should be at hand."""
        return self.state == self.State.OPEN and self.step.state in ("open", "waiting")
