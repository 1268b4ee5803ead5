"""Who may do what is changed by two people; a model of the workflow, in a file of its own."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.agencies.models import Agency, Desk, Membership


class RoleChange(models.Model):
    """A role that one person proposes to give or to end, and that another must confirm before it counts."""

    class Kind(models.TextChoices):
        GIVE = "give", _("Give the role")
        END = "end", _("End the role")

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=4, choices=Kind)
    user = models.ForeignKey(User, models.PROTECT, related_name="role_changes")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="role_changes")
    role = models.CharField(max_length=10, choices=Membership.Role)
    desks = models.ManyToManyField(Desk, related_name="+")
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)

    class Meta:
        app_label = "workflow"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency", "role"], condition=models.Q(settled_at=None), name="one_open_role_change"
            ),
            models.CheckConstraint(
                name="settled_by_a_second_person",
                condition=models.Q(settled_by=None)
                | ~models.Q(outcome="confirmed")
                | (~models.Q(settled_by=models.F("proposed_by")) & ~models.Q(settled_by=models.F("user"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.role}: {self.user}"
