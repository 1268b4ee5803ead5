"""Why officials look into requests, and what they search for; models of the workflow, in a file of their own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.requests.models import ServiceRequest


class Look(models.Model):
    """A look into a request that isn't one's work just now, with its purpose."""

    class Purpose(models.TextChoices):
        PRESENT = "present", _("The applicant is here or on the phone")
        MESSAGE = "message", _("To answer a message or a complaint")
        COLLEAGUE = "colleague", _("A colleague asked me for advice")
        SUPERVISION = "supervision", _("To supervise the work")
        DOCUMENT = "document", _("To check or revoke a document")
        OTHER = "other", _("Another purpose")

    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="looks")
    purpose = models.CharField(max_length=12, choices=Purpose)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "workflow"
        constraints = [
            models.CheckConstraint(
                name="another_purpose_in_words", condition=~models.Q(purpose="other") | ~models.Q(words="")
            ),
        ]
        indexes = [models.Index(fields=["by", "at"], name="look_of_official")]

    def __str__(self) -> str:
        return f"{self.by}: {self.purpose}"


class Search(models.Model):
    """A search for a request or a person, kept as a digest only: repetitions show, names don't."""

    class Kind(models.TextChoices):
        REFERENCE = "reference", _("Reference")
        IDENTIFIER = "identifier", _("Personal identifier")
        NAME = "name", _("Name")

    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    digest = models.CharField(max_length=64)
    hits = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        app_label = "workflow"
        indexes = [models.Index(fields=["by", "at"], name="search_of_official")]

    def __str__(self) -> str:
        return f"{self.by}: {self.kind}"


class SavedView(models.Model):
    """A choice of filters at the desk that an official keeps under a name."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=300)

    class Meta:
        app_label = "workflow"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="view_named_once")]

    def __str__(self) -> str:
        return self.name
