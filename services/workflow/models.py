import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

import services.workflow.asked_opinions
import services.workflow.bulk
import services.workflow.knowledge
import services.workflow.looking
import services.workflow.preparing
import services.workflow.programs
import services.workflow.recusals
import services.workflow.role_changes
import services.workflow.rounds
import services.workflow.staff_notices
import services.workflow.trials  # noqa: F401  their models belong to this app
from services.accounts.models import User
from services.agencies.models import Desk, Office
from services.ledger.composed import AnyOf
from services.requests.models import ServiceRequest
from services.workflow.background import BackgroundWork

A_WEEK = timedelta(days=7)


class StepQuerySet(models.QuerySet["Step"]):
    def on_desks(self, desks: Collection[int]) -> Self:
        return self.filter(AnyOf(models.F("desk"), desks))

    def open_at_desks(self) -> Self:
        return self.filter(kind=Step.Kind.DESK, state=Step.State.OPEN)

    def active(self) -> Self:
        return self.filter(state__in=ACTIVE)

    def free_for(self, user: User) -> Self:
        """Keep the open steps that nobody holds and that this person may take."""
        free = self.open_at_desks().filter(assignee=None).exclude(barred=user).exclude(service_request__barred=user)
        return free.not_of(user)

    def not_of(self, user: User) -> Self:
        """Leave out a person's own requests, by looking for these few: a join would look at all requests."""
        return self.exclude(service_request__in=ServiceRequest.objects.filter(applicant=user).values("pk"))

    def as_far_as_conflicts_go(self) -> Self:
        """Read of steps only what tells whether an official is too near to the applicant."""
        applicant = [f"service_request__applicant__{name}" for name in ("name", "address", "email")]
        request = [f"service_request__{name}" for name in ("answers", "contact", "version__digest")]
        return self.select_related("service_request__version", "service_request__applicant").only(
            "key", "service_request", *request, *applicant
        )

    def by_due_date(self) -> Self:
        return self.order_by("due_at", "pk")


class Step(models.Model):
    """One activation of a step of one request. The row is the truth; messages only say that there is one."""

    class State(models.TextChoices):
        DUE = "due", _("Due to run")
        RUNNING = "running", _("Running")
        OPEN = "open", _("Open")
        WAITING = "waiting", _("Waiting for the applicant")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    class Kind(models.TextChoices):
        ROBOT = "robot", _("Robot")
        DESK = "desk", _("Clerk")
        APPLICANT = "applicant", _("Applicant")
        WAIT = "wait", _("Wait")
        PARALLEL = "parallel", _("At the same time")
        END = "end", _("End")
        NOTICE = "notice", _("Notice")

    class Lane(models.TextChoices):
        RULES = "rules", _("Rules")
        REGISTRIES = "registries", _("Registries")
        DOCUMENTS = "documents", _("Documents")
        MAIL = "mail", _("Mail")

    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="steps")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    branch = models.CharField(max_length=40, blank=True)
    awaits = models.PositiveSmallIntegerField(default=0, help_text=_("How many branches must come back."))
    returned = ArrayField(models.CharField(max_length=40), default=list, help_text=_("The branches that came back."))
    opened_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    lane = models.CharField(max_length=10, choices=Lane, blank=True)
    target = models.CharField(
        max_length=60, blank=True, default="", db_default="", help_text=_("The connector that it calls.")
    )
    run_at = models.DateTimeField(null=True, help_text=_("When something happens by itself."))
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    trouble = models.JSONField(default=dict, blank=True, help_text=_("Why a person must look: a code and its details."))
    instead_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        help_text=_("The robot's step that a clerk does instead."),
    )
    again_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        help_text=_("The robot's step that this one tries again, with the same key to the outside."),
    )
    by_hand_at = models.DateTimeField(null=True, help_text=_("When a manager said that a clerk shall do it."))

    desk = models.ForeignKey(Desk, models.PROTECT, null=True, related_name="steps")
    due_at = models.DateTimeField(null=True)
    assignee = models.ForeignKey(User, models.PROTECT, null=True, related_name="steps")
    claimed_at = models.DateTimeField(null=True)
    passed_over = models.PositiveSmallIntegerField(
        default=0, help_text=_("How many more urgent free steps were left when it was picked.")
    )
    told = models.PositiveSmallIntegerField(
        default=0,
        help_text=_("Whom its deadline was told: 1 its holder, that it ends; 2 supervisors, that it is late."),
    )
    barred = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", help_text=_("Four eyes: who may not take it.")
    )

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.CheckConstraint(
                name="claimed_by_somebody",
                condition=models.Q(assignee=None, claimed_at=None)
                | models.Q(assignee__isnull=False, claimed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="second_official", condition=models.Q(barred=None) | ~models.Q(assignee=models.F("barred"))
            ),
            models.CheckConstraint(
                name="leased_while_running",
                condition=models.Q(state="running", lease_until__isnull=False)
                | (~models.Q(state="running") & models.Q(lease_until=None)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "run_at"],
                name="step_to_run",
                condition=models.Q(state__in=["due", "running", "open"], run_at__isnull=False),
            ),
            models.Index(
                fields=["desk", "due_at", "id"],
                name="step_at_desk",
                condition=models.Q(kind="desk", state__in=["open", "waiting"]),
            ),
            models.Index(fields=["run_at"], name="step_consulting", condition=models.Q(kind="parallel", state="open")),
            models.Index(
                fields=["target", "run_at"],
                name="step_to_call",
                condition=models.Q(state__in=["due", "running"]) & ~models.Q(target=""),
            ),
            models.Index(
                fields=["desk", "due_at", "id"],
                name="step_to_claim",
                condition=models.Q(state="open", assignee__isnull=True),
            ),
            models.Index(fields=["assignee", "due_at"], name="step_of_clerk", condition=models.Q(state="open")),
            models.Index(
                fields=["due_at"],
                name="step_to_tell",
                condition=models.Q(kind="desk", state="open", told__lt=2, due_at__isnull=False),
            ),
            models.Index(
                fields=["finished_at"], name="step_of_robot", condition=models.Q(kind="robot", state="done", trouble={})
            ),
            models.Index(fields=["instead_of"], name="step_instead_of", condition=models.Q(instead_of__isnull=False)),
            models.Index(
                fields=["opened_at"],
                name="step_parked",
                condition=models.Q(kind="desk", state__in=["open", "waiting"], instead_of__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def is_late(self, now: datetime) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < now


ACTIVE = [Step.State.DUE, Step.State.RUNNING, Step.State.OPEN, Step.State.WAITING]


class ActivityRecord(models.Model):
    """One completion of an activity, at an open desk step or as after-care of an ended request."""

    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="activities")
    step = models.ForeignKey(Step, models.CASCADE, related_name="activities")
    key = models.CharField(max_length=40)
    is_after_care = models.BooleanField(default=False)
    desk = models.ForeignKey(Desk, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key} {self.at}"


class Complaint(models.Model):
    """An applicant's words that a request takes too long, for the supervisor of its office to answer."""

    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="complaints")
    office = models.ForeignKey(Office, models.PROTECT, related_name="complaints")
    words = models.TextField()
    made_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service_request"], condition=models.Q(answered_at=None), name="one_open_complaint"
            ),
            models.CheckConstraint(
                name="answered_in_words",
                condition=models.Q(answer="", answered_by=None, answered_at=None)
                | (~models.Q(answer="") & models.Q(answered_by__isnull=False, answered_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.made_at}"

    def rests(self, now: datetime) -> bool:
        """Tell whether it still stands for further ones: until it is answered, and for a week after."""
        return self.answered_at is None or now - self.answered_at < A_WEEK


class Rating(models.Model):
    """What the applicant thinks of the service; the words are for managers and never published."""

    class Score(models.IntegerChoices):
        VERY_SATISFIED = 5, _("Very satisfied")
        SATISFIED = 4, _("Satisfied")
        NEITHER = 3, _("Neither")
        DISSATISFIED = 2, _("Dissatisfied")
        VERY_DISSATISFIED = 1, _("Very dissatisfied")

    service_request = models.OneToOneField(ServiceRequest, models.CASCADE, related_name="rating")
    score = models.PositiveSmallIntegerField(choices=Score)
    words = models.TextField(blank=True)
    first_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="score_on_the_scale", condition=models.Q(score__range=(1, 5)))]

    def __str__(self) -> str:
        return f"{self.score}"


class Breaker(models.Model):
    """Whether calls to one registry are let through."""

    name = models.CharField(primary_key=True, max_length=60)
    failures = models.PositiveIntegerField(default=0)
    no_calls_before = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True, help_text=_("When it began to work, to fail or to rest."))

    def __str__(self) -> str:
        return f"{self.name}: {self.failures}"


class Heartbeat(models.Model):
    """When a worker last showed that it runs tasks."""

    name = models.CharField(primary_key=True, max_length=60)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.name} {self.at}"


class DataExport(BackgroundWork):
    """A copy of everything about a person, made in the background; the row tells how far it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="exports")
    file = models.FileField(upload_to="exports/", blank=True, help_text=_("Empty when it could not be made."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=models.Q(finished_at=None), name="one_export_at_a_time")
        ]
