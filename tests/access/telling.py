"""A webhook of a town, with a message that failed."""

from datetime import datetime

from services.accounts.models import User
from services.agencies.models import Agency
from services.webhooks.models import Delivery, Webhook
from services.webhooks.operations import make_webhook, send_test


def told(name: str, manager: User, now: datetime) -> tuple[Webhook, Delivery]:
    agency, url = Agency.objects.get(code=name), f"https://8.8.8.8/Secret of {name}".replace(" ", "%20")
    webhook, _ = make_webhook(agency=agency, url=url, kinds=["request.ended"], by=manager, now=now)
    message = send_test(webhook, now, manager)
    Delivery.objects.filter(pk=message.pk).update(finished_at=now)
    return webhook, message
