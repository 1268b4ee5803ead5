"""Which webhooks a person answers for."""

from django.db.models import QuerySet

from services.accounts.models import User
from services.webhooks.models import Delivery, Webhook
from services.workflow.operations.roles import agencies_managed_by


def webhooks_of(user: User) -> QuerySet[Webhook]:
    """Give the webhooks of the agencies that a person manages, those in use first, then the newest."""
    own = Webhook.objects.filter(agency__in=agencies_managed_by(user)).select_related("agency", "made_by")
    return own.order_by("-ended_at", "-made_at", "pk")


def log_of(webhook: Webhook) -> QuerySet[Delivery]:
    """Give the messages of a webhook with each try, the newest first."""
    return webhook.deliveries.order_by("-asked_at", "-id").prefetch_related("tries")
