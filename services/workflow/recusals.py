"""Who stands aside from a request, and why. The ledger tells that somebody did; the reason stays here."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.requests.models import ServiceRequest


class Recusal(models.Model):
    """An official who may not work a request: found by a rule, or declared by the official."""

    class Rule(models.TextChoices):
        OWN = "own", _("It is the official’s own request.")
        NAMED = "named", _("The request names the official.")
        HOUSEHOLD = "household", _("Official and applicant live at the same address.")
        FAMILY_NAME = "family_name", _("Official and applicant have the same family name.")
        DECLARED = "declared", _("The official has declared a conflict of interest.")

    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="recusals")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    rule = models.CharField(max_length=12, choices=Rule)
    words = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "workflow"
        constraints = [
            models.UniqueConstraint(fields=["service_request", "user"], name="recused_once"),
            models.CheckConstraint(
                name="declared_in_words", condition=~models.Q(rule="declared") | ~models.Q(words="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.rule}"
