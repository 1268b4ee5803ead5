import uuid
from datetime import date, datetime
from typing import Any, Literal, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _

import services.requests.clocks
import services.requests.corrections
import services.requests.evidence
import services.requests.sendings
import services.requests.share_links  # noqa: F401  their models belong to this app
from services.accounts.models import User
from services.agencies.models import Agency, Office
from services.catalogue.models import Service, ServiceVersion
from services.ledger.rules import new_salt
from services.requests.names import FoldedName
from services.requests.rules import new_reference, write_reference


class Channel(models.TextChoices):
    ONLINE = "online", _("Online")
    COUNTER = "counter", _("At the counter")
    PHONE = "phone", _("By phone")
    POST = "post", _("By post")
    EMAIL = "email", _("By e-mail")
    INTERNAL = "internal", _("By the agency itself")


class ServiceRequestQuerySet(models.QuerySet["ServiceRequest"]):
    def of(self, applicant: User) -> Self:
        return self.filter(applicant=applicant)

    def followed_by(self, user: User) -> Self:
        """Keep a person's own requests, and those that the person helps with and may follow."""
        return self.filter(models.Q(applicant=user) | models.Q(assistant=user, assistance__may_follow=True))

    def in_progress(self) -> Self:
        return self.filter(status=ServiceRequest.Status.IN_PROGRESS)

    def with_service(self) -> Self:
        return self.select_related("service", "version", "office__agency__calendar")


class ServiceRequest(models.Model):
    """A citizen's application for a service, with the version it was submitted under."""

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("In progress")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        CLOSED = "closed", _("Closed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="service_requests")
    version = models.ForeignKey(ServiceVersion, models.PROTECT, related_name="service_requests")
    office = models.ForeignKey(Office, models.PROTECT, related_name="service_requests")
    applicant = models.ForeignKey(User, models.SET_NULL, null=True, related_name="service_requests")
    assistant = models.ForeignKey(User, models.SET_NULL, null=True, related_name="assisted_requests")
    assistance = models.JSONField(default=dict, help_text=_("How somebody else helped; see `Assistance`."))
    contact = models.JSONField(default=dict, help_text=_("Name, e-mail, phone and identifier as they were given."))
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.ONLINE)
    status = models.CharField(max_length=12, choices=Status, default=Status.IN_PROGRESS)
    answers = models.JSONField(default=dict)
    salt = models.BinaryField(default=new_salt)
    facts = models.JSONField(default=dict, help_text=_("What robots found and desks decided, for conditions."))
    fee = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    submitted_at = models.DateTimeField()
    due_at = models.DateTimeField()
    clock_stopped_at = models.DateTimeField(null=True)
    silence = models.CharField(
        max_length=10, blank=True, help_text=_("What the law says if nobody decides in time; empty once it has spoken.")
    )
    ended_at = models.DateTimeField(null=True)
    appeal_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="appeals", help_text=_("The request that it objects to.")
    )
    barred = models.ManyToManyField(
        User,
        related_name="+",
        help_text=_("Officials who may not work it, because they had a part in the decision objected to."),
    )
    submission_key = models.CharField(max_length=64, unique=True, null=True)
    submission_digest = models.CharField(max_length=64, blank=True)

    objects = ServiceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("service request")
        verbose_name_plural = _("service requests")
        constraints = [
            models.CheckConstraint(
                name="ended_when_not_in_progress",
                condition=models.Q(status="in_progress", ended_at=None)
                | (~models.Q(status="in_progress") & models.Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="stopped_clock_only_in_progress",
                condition=models.Q(clock_stopped_at=None) | models.Q(status="in_progress"),
            ),
            models.UniqueConstraint(
                fields=["appeal_of"], condition=models.Q(status="in_progress"), name="one_appeal_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["applicant", "-submitted_at"], name="request_of_applicant"),
            models.Index(KT("contact__personal_identifier"), name="request_by_identifier"),
            GinIndex(
                models.F("office"), OpClass(FoldedName("contact"), "gin_trgm_ops"), name="request_by_place_and_name"
            ),
            models.Index(fields=["service", "submitted_at"], name="request_of_service"),
            models.Index(
                fields=["due_at"],
                name="request_silence_decides",
                condition=models.Q(status="in_progress", clock_stopped_at=None) & ~models.Q(silence=""),
            ),
            GinIndex(fields=["answers"], opclasses=["jsonb_path_ops"], name="request_by_answers"),
        ]

    def __str__(self) -> str:
        return self.written_reference

    @property
    def written_reference(self) -> str:
        return write_reference(self.reference)

    @property
    def is_in_progress(self) -> bool:
        return self.status == self.Status.IN_PROGRESS

    @property
    def is_clock_stopped(self) -> bool:
        return self.clock_stopped_at is not None

    def is_late(self, now: datetime) -> bool:
        """Tell whether the legal limit passed, or had passed when the request ended."""
        return not self.is_clock_stopped and (self.ended_at or now) > self.due_at


class Draft(models.Model):
    """Answers on their way to a submission, saved page by page."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="drafts")
    applicant = models.ForeignKey(User, models.CASCADE, null=True, related_name="drafts")
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")
    appeal_of = models.ForeignKey(ServiceRequest, models.CASCADE, null=True, related_name="appeal_drafts")
    answers = models.JSONField(default=dict)
    helped = models.JSONField(default=dict, help_text=_("Whom it is for, when its holder helps somebody else."))
    assistance = models.JSONField(default=dict, help_text=_("How its holder helps; see `Assistance`."))
    contact = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text=_("What somebody without an account typed of how to be reached; handed in with the rest."),
    )
    version = models.PositiveIntegerField(default=1, help_text=_("Grows with each save, so that two tabs notice."))
    tab = models.CharField(max_length=40, blank=True, help_text=_("Which open page saved it last."))
    secret_digest = models.CharField(max_length=64, blank=True, help_text=_("Of the link that opens it elsewhere."))
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.service} ({self.saved_at})"


class Message(models.Model):
    """Words between the office and the applicant."""

    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="messages")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    is_from_office = models.BooleanField()
    is_question = models.BooleanField(default=False, help_text=_("The request waits for the answer."))
    text = models.TextField()
    evidence_key = models.CharField(max_length=40, blank=True, help_text=_("The paper that is asked for."))
    field_key = models.CharField(max_length=40, blank=True, help_text=_("The answer that is asked about."))
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, help_text=_("When the other side first saw it."))

    def __str__(self) -> str:
        return f"{self.at}"


class Decision(models.Model):
    """What an official chose at a desk step, with the reason from the version's list and the official's words."""

    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="decisions")
    step_key = models.CharField(max_length=40)
    outcome = models.CharField(max_length=40)
    is_refusal = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="decisions")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="refusal_has_reason", condition=models.Q(is_refusal=False) | ~models.Q(reason="")
            )
        ]
        indexes = [models.Index(fields=["step_key", "-id"], name="decision_of_step")]

    def __str__(self) -> str:
        return f"{self.step_key}: {self.outcome}"


def document_path(document: "Document", name: str) -> str:
    return f"documents/{document.pk}.pdf"


class Document(models.Model):
    """What a decision issues: a signed PDF that anyone can verify by its number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="documents")
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    language = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text=_("In which it is written; empty: not recorded."),
    )
    number = models.CharField(max_length=32, unique=True)
    is_letter = models.BooleanField(default=False, help_text=_("Words to the applicant: no certificate to verify."))
    sha256 = models.CharField(max_length=64, unique=True)
    file = models.FileField(upload_to=document_path)
    issued_at = models.DateTimeField()
    valid_until = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service_request", "key"],
                condition=models.Q(revoked_at=None, is_letter=False),
                name="document_valid_once",
            ),
            models.CheckConstraint(
                name="revoked_with_reason", condition=models.Q(revoked_at=None) | ~models.Q(revoked_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    @property
    def titles(self) -> dict[str, str]:
        """Give the title by its language, as definitions give texts."""
        return {self.language: self.title}

    def state(self, today: date) -> Literal["valid", "revoked", "expired"]:
        """Tell whether the document holds on a day."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.valid_until is not None and self.valid_until < today else "valid"

    def facts(self) -> dict[str, Any]:
        return {"document": self.key, "sha256": self.sha256}
