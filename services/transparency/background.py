"""What is made for managers in the background: a letter each week for who wants it, and copies of the figures."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.workflow.background import BackgroundWork


class Subscription(models.Model):
    """That a manager wants the figures by e-mail each week; the person, or one click in a letter, ends it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="subscriptions")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=models.Q(ended_at=None), name="subscribed_once")
        ]

    def __str__(self) -> str:
        return f"{self.since}"


class WeeklyLetter(BackgroundWork):
    """The letter of one week to one subscriber; `week` is the Monday on which it is due, `attempts` count every try."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="letters")
    week = models.DateField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "week"], name="one_letter_a_week")]


class FiguresExport(BackgroundWork):
    """A copy of all figures of a manager's services, made in the background; the row tells how far it is."""

    class Format(models.TextChoices):
        CSV = "csv", _("CSV, one table")
        JSON = "json", _("JSON, with what each measure means")
        ZIP = "zip", _("ZIP, a CSV file a service")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.SET_NULL, related_name="figure_exports", null=True)
    format = models.CharField(max_length=4, choices=Format)
    file = models.FileField(upload_to="figures/", blank=True, help_text=_("Empty when it could not be made."))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(finished_at=None), name="one_copy_of_figures_at_a_time"
            )
        ]
