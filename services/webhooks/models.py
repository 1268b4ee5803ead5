"""Rows of webhooks: who is told what, each message and each try to deliver it, and how far the ledger is read."""

import uuid
from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.agencies.models import Agency
from services.ledger.models import CurrentTransaction
from services.webhooks.secrets import secrets_of
from services.workflow.background import BackgroundWork


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def in_use(self) -> Self:
        return self.filter(ended_at=None)

    def to_call(self, now: datetime) -> Self:
        """Keep those with a message that is due, and with none on its way: a slow one never holds two workers."""
        own = Delivery.objects.filter(webhook=OuterRef("pk"), finished_at=None)
        rested = Q(rests_until=None) | Q(rests_until__lte=now)
        awake = self.in_use().filter(rested, Exists(own.filter(due_at__lte=now)), paused_at=None)
        return awake.exclude(Exists(own.filter(lease_until__gt=now)))


class Webhook(models.Model):
    """An address of an agency that is told what happens to the requests that the agency answers for."""

    class Kind(models.TextChoices):
        SUBMITTED = "request.submitted", _("A request came in")
        OPENED = "step.opened", _("A step waits at a desk")
        ASKED = "applicant.asked", _("The applicant was asked something")
        ANSWERED = "applicant.answered", _("The applicant answered")
        DECIDED = "request.decided", _("A step was decided")
        ISSUED = "document.issued", _("A document was issued")
        ENDED = "request.ended", _("A request ended")

    class State(models.TextChoices):
        NEW = "new", _("Nothing sent yet")
        HEALTHY = "healthy", _("Works")
        FAILING = "failing", _("Fails")
        PAUSED = "paused", _("Paused")
        DISABLED = "disabled", _("Switched off by the portal")
        ENDED = "ended", _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=30, choices=Kind))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # Only what was written in this transaction or later ones is told.
    since = models.BigIntegerField(db_default=CurrentTransaction())
    secret_number = models.PositiveIntegerField(default=1)
    former_until = models.DateTimeField(null=True)  # the secret before signs until then, too
    called_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", help_text=_("Nobody when the portal did it by itself.")
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # nobody: 410 Gone did it

    objects = WebhookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "url"], condition=Q(ended_at=None), name="webhook_once"),
            models.CheckConstraint(condition=~Q(kinds=[]), name="webhook_of_something"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def state(self) -> "Webhook.State":
        if self.ended_at:
            return self.State.ENDED
        if self.paused_at:
            return self.State.PAUSED if self.paused_by_id else self.State.DISABLED
        if self.failing_since:
            return self.State.FAILING
        return self.State.HEALTHY if self.succeeded_at else self.State.NEW

    @property
    def purposes(self) -> list[str]:
        """Give in words what it tells; what only a newer release knows, by its name."""
        words = dict(self.Kind.choices)
        return [str(words.get(kind, kind)) for kind in self.kinds]

    def secrets(self, now: datetime) -> list[str]:
        """Give what its messages are signed with now, the newest first."""
        former = self.former_until is not None and now < self.former_until
        numbers = [self.secret_number, self.secret_number - 1] if former else [self.secret_number]
        return [secret for number in numbers for secret in secrets_of(self.pk, number)]


class Delivery(BackgroundWork):
    """One message to one webhook; its number is the id that the receiver knows a repeated one by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.BigIntegerField(null=True)  # of the ledger; none for a test
    kind = models.CharField(max_length=30)
    body = models.TextField()
    due_at = models.DateTimeField()
    tried_before = models.PositiveIntegerField(default=0)  # how often, when it was last replayed
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="told_once_a_webhook"),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(finished_at__isnull=False), name="delivered_is_finished"
            ),
        ]
        indexes = [
            models.Index(fields=["webhook", "due_at", "event"], condition=Q(finished_at=None), name="delivery_to_make"),
            models.Index(fields=["webhook", "-asked_at", "-id"], name="delivery_log"),
            models.Index(fields=["asked_at"], name="delivery_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.asked_at}"

    @property
    def message_id(self) -> str:
        return f"msg_{self.pk.hex}"

    @property
    def is_failed(self) -> bool:
        return self.finished_at is not None and self.delivered_at is None


class Attempt(models.Model):
    """One try to deliver a message, and what came of it."""

    class Trouble(models.TextChoices):
        STATUS = "status", _("It answered something else than success")
        REDIRECT = "redirect", _("It pointed elsewhere, which is not followed")
        NO_ANSWER = "no_answer", _("It gave no answer in time")
        NOT_REACHED = "not_reached", _("It could not be reached")
        NOT_ALLOWED = "not_allowed", _("The address leads where webhooks may not go")

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    trouble = models.CharField(max_length=12, choices=Trouble, blank=True)
    took_ms = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.at} {self.status or self.trouble}"


class Letter(BackgroundWork):
    """A letter to a manager that a webhook was switched off, or that its receiver wanted no more."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="letters")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")


class Turn(models.Model):
    """One of the few turns of calls that may go on at once; a worker holds it while its lease lasts."""

    lease_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.pk}: {self.lease_until}"


class Reading(models.Model):
    """Up to which event the ledger is read; one row, locked by whoever reads on."""

    transaction = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_reading_of_webhooks")]

    def __str__(self) -> str:
        return f"{self.transaction}/{self.event_id}"
