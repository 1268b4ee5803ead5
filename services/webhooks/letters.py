"""Letters to the managers of an agency when one of its webhooks stopped by itself."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from services.agencies.models import Membership
from services.webhooks.models import Letter, Webhook
from services.workflow.background import own, work_off


def write_to_managers(webhook: Webhook, now: datetime) -> None:
    """Let every manager of the agency be told; the rows are written with what they tell of."""
    members = Membership.objects.managers().filter(agency=webhook.agency_id, ended_at=None)
    users = members.values_list("user", flat=True).distinct()
    Letter.objects.bulk_create([Letter(webhook=webhook, user_id=user, asked_at=now) for user in users])


def send_letters(now: datetime) -> int:
    """Send the letters that wait; give how many went out. A try that failed is made again, five times at most."""
    return work_off(Letter, _send, now)


def _send(letter: Letter) -> bool:
    is_wanted = bool(letter.user.is_active and letter.user.email)
    if is_wanted:
        _message(letter).send()
    own(letter).update(finished_at=timezone.now(), lease_until=None)
    return is_wanted


def _message(letter: Letter) -> EmailMessage:
    webhook = letter.webhook
    with override(letter.user.language):
        subject = _("A webhook of your agency has stopped")
        what = (
            _("The receiver at %(address)s wants no more messages (410 Gone). The webhook has ended.")
            if webhook.ended_at
            else _("The receiver at %(address)s failed for five days. The webhook is switched off; its messages wait.")
        )
        body = "\n\n".join([what % {"address": webhook.url}, settings.WEBHOOK_URL.format(id=webhook.pk)])
    message_id = f"<webhook.{letter.pk}@{settings.MAIL_DOMAIN}>"
    headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, body, to=[letter.user.email], headers=headers)
