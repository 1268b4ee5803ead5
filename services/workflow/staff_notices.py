"""What the portal tells officials about deadlines; a model of the workflow, in a file of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.requests.models import ServiceRequest


class StaffNotice(models.Model):
    """One official was told one thing about a request or a step of it, once; shown on the desk, and sent by e-mail."""

    class Kind(models.TextChoices):
        DUE_SOON = "due_soon", _("Due within a day")
        LATE = "late", _("Late")
        SILENCE = "silence", _("Silence has decided")

    user = models.ForeignKey(User, models.CASCADE, related_name="staff_notices")
    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="staff_notices")
    step = models.ForeignKey("workflow.Step", models.CASCADE, null=True, related_name="staff_notices")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "workflow"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "service_request", "step", "kind"], name="official_told_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["user", "-at"], name="told_to_official"),
            models.Index(fields=["user"], name="to_mail_to_official", condition=models.Q(mailed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
