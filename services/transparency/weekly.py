"""The figures of the week by e-mail, to managers who want them: one letter a week, every try counted."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from services.accounts.models import User
from services.catalogue.models import Service
from services.transparency import reading
from services.transparency.alerts import alerts_of
from services.transparency.background import Subscription, WeeklyLetter
from services.transparency.managed import agencies_of, services_of
from services.transparency.queries import plain_numbers
from services.transparency.rules import DECIDED
from services.transparency.steering_words import alert_words
from services.workflow.background import own, work_off

DUE_AT, WEEK = time(7), timedelta(days=7)
SALT = "weekly letter"


def subscribe(user: User, now: datetime) -> Subscription:
    """Let a manager get the letter each week, from the next one on."""
    try:
        with transaction.atomic():
            return Subscription.objects.create(user=user, since=now)
    except IntegrityError:
        return Subscription.objects.get(user=user, ended_at=None)


def unsubscribe(subscription: UUID, now: datetime) -> None:
    """End a subscription; who does it twice changes nothing."""
    Subscription.objects.filter(pk=subscription, ended_at=None).update(ended_at=now)


def token_of(subscription: Subscription) -> str:
    """Give what ends a subscription without signing in; nothing of it is stored."""
    return signing.Signer(salt=SALT).sign(str(subscription.pk))


def read_token(token: str) -> UUID | None:
    """Give the subscription that a token ends; None for nonsense. It holds for ever, as letters lie in mailboxes."""
    try:
        return UUID(signing.Signer(salt=SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def send_weekly(now: datetime) -> int:
    """Send this week's letters to all who subscribed before it was due; give how many went out.

    A row a week and subscriber is written first, so nobody gets two. A try that failed is made again, five times at
    most; a letter whose sending was cut off may come twice, under the same Message-ID.
    """
    monday = due_week(now)
    due = timezone.make_aware(datetime.combine(monday, DUE_AT))
    waiting = Subscription.objects.filter(ended_at=None, since__lt=due).exclude(letters__week=monday)
    WeeklyLetter.objects.bulk_create(
        [WeeklyLetter(subscription=one, week=monday, asked_at=now) for one in waiting], ignore_conflicts=True
    )
    return work_off(WeeklyLetter, _send, now)


def due_week(now: datetime) -> date:
    """Give the Monday whose letter is due: this week's from seven in the morning on."""
    local = timezone.localtime(now)
    monday = local.date() - timedelta(days=local.weekday())
    return monday if local.date() > monday or local.time() >= DUE_AT else monday - WEEK


def _send(letter: WeeklyLetter) -> bool:
    user, now = letter.subscription.user, timezone.now()
    is_wanted = letter.subscription.ended_at is None and user.is_active and bool(user.email)
    services = list(services_of(agencies_of(user))) if is_wanted else []
    if services:
        _message(letter, services).send()
    own(letter).update(finished_at=now, lease_until=None, sent_at=now if services else None)
    return bool(services)


@dataclass(frozen=True)
class Line:
    """One service in the letter: what came and was decided in the week, what is open, and what is unusual."""

    service: Service
    link: str
    received: int
    decided: int
    open: int
    alerts: list[str]


def lines_of(services: list[Service], monday: date) -> list[Line]:
    """Give the lines of the week before a Monday, in the active language; three queries."""
    codes, week = [service.code for service in services], (monday - WEEK, monday)
    counts, plain, alerts = reading.between(codes, *week), plain_numbers(codes, monday), alerts_of(codes, monday)
    return [
        Line(
            service,
            settings.STEERING_URL.format(code=service.code),
            counts[service.code]["received"],
            sum(counts[service.code][outcome] for outcome in DECIDED),
            plain[service.code]["open"],
            [alert_words(alert) for alert in alerts if alert.service == service.code],
        )
        for service in services
    ]


def _message(letter: WeeklyLetter, services: list[Service]) -> EmailMultiAlternatives:
    subscription, user = letter.subscription, letter.subscription.user
    end_url = settings.UNSUBSCRIBE_URL.format(token=token_of(subscription))
    with override(user.language):
        first, last = letter.week - WEEK, letter.week - timedelta(days=1)
        days = {"first": date_format(first, "SHORT_DATE_FORMAT"), "last": date_format(last, "SHORT_DATE_FORMAT")}
        subject = _("Your services from %(first)s to %(last)s") % days
        context = {
            "subject": subject,
            "name": str(user),
            "lines": lines_of(services, letter.week),
            "end_url": end_url,
            "language": user.language,
        }
        text, html = (render_to_string(f"mail/weekly.{kind}", context) for kind in ("txt", "html"))
    headers = {
        "Message-ID": f"<weekly.{subscription.pk}.{letter.week}@{settings.MAIL_DOMAIN}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{end_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    message = EmailMultiAlternatives(subject, text, to=[user.email], headers=headers)
    message.attach_alternative(html, "text/html")
    return message
