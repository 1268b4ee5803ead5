"""Make, pause, resume, end, test and replay webhooks: managers of the agency only, each act on record."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.agencies.models import Agency
from services.connectors.addresses import Allowed, NotAllowed, check_base, read_allowed, read_base, resolve
from services.ledger.operations import Entry, record
from services.webhooks.letters import write_to_managers
from services.webhooks.models import Delivery, Webhook
from services.webhooks.rules import TEST, is_plain, written
from services.webhooks.secrets import secret_of
from services.workflow.operations.roles import agencies_managed_by
from services.workflow.operations.walking import clerk, require
from services.workflow.refusals import Refused

MOST, OVERLAP, LOOK_UP_S = 20, timedelta(hours=24), 3.0


class BadAddress(Refused):
    """Webhooks may not go to this address, or can't; the message says why."""


def allowed() -> Sequence[Allowed]:
    """Give which inside addresses and other ports the administrators let webhooks go to."""
    return tuple(read_allowed(line) for line in settings.WEBHOOK_ALLOW)


def check_address(url: str) -> None:
    """Raise `BadAddress` unless messages may go to an address, as its name stands now."""
    try:
        base = read_base(url)
    except NotAllowed:
        base = None
    if base is None or not is_plain(url):
        raise BadAddress(_("Write a whole address that begins with https://, without a question mark or a name in it."))
    try:
        check_base(base, allowed(), read_base(settings.BASE_URL))
        resolve(base, allowed(), LOOK_UP_S)
    except NotAllowed:
        raise BadAddress(
            _("Webhooks may not go there: it must be outside, by https on port 443. An administrator can allow more.")
        ) from None
    except OSError:
        raise BadAddress(_("This name leads nowhere. Look whether it is spelt right.")) from None


def make_webhook(*, agency: Agency, url: str, kinds: Collection[str], by: User, now: datetime) -> tuple[Webhook, str]:
    """Let an address be told from now on; give the webhook and its secret, which is shown only now."""
    require(bool(kinds) and set(kinds) <= set(Webhook.Kind.values), _("Choose what it is told."))
    check_address(url)
    known = {"url": url, "kinds": [kind for kind in Webhook.Kind.values if kind in kinds]}
    with transaction.atomic():
        _require_manager(agency, by)
        agency = Agency.objects.select_for_update().get(pk=agency.pk)
        others = Webhook.objects.in_use().filter(agency=agency)
        require(others.count() < MOST, _("The agency has 20 webhooks already. End one first."))
        if others.filter(url=url).exists():
            raise BadAddress(_("This address has a webhook already."))
        webhook = Webhook.objects.create(agency=agency, made_by=by, made_at=now, **known)
        digest = hashlib.sha256(url.encode()).hexdigest()
        _tell(webhook, "webhook_made", now, by, kinds=known["kinds"], address=digest)
    return webhook, secret_of(webhook.pk, webhook.secret_number)


@transaction.atomic
def pause(webhook: Webhook, now: datetime, by: User) -> None:
    """Send nothing until it is resumed; what happens meanwhile waits."""
    fresh = _locked(webhook, by)
    require(fresh.paused_at is None, _("It is paused already."))
    _pause(fresh, now, by)


@transaction.atomic
def switch_off(webhook: Webhook, now: datetime) -> None:
    """Pause a webhook that failed too long, and tell its managers."""
    if webhook.paused_at is None:
        _pause(webhook, now, None)
        write_to_managers(webhook, now)


def _pause(webhook: Webhook, now: datetime, by: User | None) -> None:
    webhook.paused_at, webhook.paused_by = now, by
    webhook.save(update_fields=["paused_at", "paused_by"])
    _tell(webhook, "webhook_paused", now, by)


@transaction.atomic
def resume(webhook: Webhook, now: datetime, by: User) -> None:
    """Send again, at once what waits; failures until now are forgotten."""
    fresh = _locked(webhook, by)
    require(fresh.paused_at is not None, _("It isn’t paused."))
    names = ("paused_at", "paused_by", "failing_since", "rests_until")
    for name in names:
        setattr(fresh, name, None)
    fresh.failures = 0
    fresh.save(update_fields=[*names, "failures"])
    fresh.deliveries.filter(finished_at=None).update(due_at=now)
    _tell(fresh, "webhook_resumed", now, by)


@transaction.atomic
def end(webhook: Webhook, now: datetime, by: User) -> None:
    """Tell an address nothing more; what waits isn't sent."""
    _end(_locked(webhook, by), now, by)


@transaction.atomic
def end_as_gone(webhook: Webhook, now: datetime) -> None:
    """End a webhook whose receiver wants no more, and tell its managers."""
    if webhook.ended_at is None:
        _end(webhook, now, None)
        write_to_managers(webhook, now)


def _end(webhook: Webhook, now: datetime, by: User | None) -> None:
    webhook.ended_at, webhook.ended_by = now, by
    webhook.save(update_fields=["ended_at", "ended_by"])
    webhook.deliveries.filter(finished_at=None).update(finished_at=now, lease_until=None)
    _tell(webhook, "webhook_ended", now, by)


@transaction.atomic
def renew_secret(webhook: Webhook, now: datetime, by: User) -> str:
    """Give a new secret, which is shown only now; the one before signs beside it for a day more."""
    fresh = _locked(webhook, by)
    fresh.secret_number, fresh.former_until = fresh.secret_number + 1, now + OVERLAP
    fresh.save(update_fields=["secret_number", "former_until"])
    _tell(fresh, "webhook_secret_renewed", now, by)
    return secret_of(fresh.pk, fresh.secret_number)


@transaction.atomic
def send_test(webhook: Webhook, now: datetime, by: User) -> Delivery:
    """Let a message be sent that tells of no request."""
    fresh = _locked(webhook, by)
    require(fresh.paused_at is None, _("Resume it first."))
    _tell(fresh, "webhook_tested", now, by)
    body = written(TEST, now, {"agency": fresh.agency.code})
    return Delivery.objects.create(webhook=fresh, kind=TEST, body=body, asked_at=now, due_at=now)


@transaction.atomic
def replay(delivery: Delivery, now: datetime, by: User) -> None:
    """Send a message once more, under the same id, however it went before."""
    webhook = _locked(delivery.webhook, by)
    fresh = Delivery.objects.select_for_update().get(pk=delivery.pk)
    require(fresh.finished_at is not None, _("It waits to be sent anyway."))
    fresh.tried_before, fresh.due_at = fresh.attempts, now
    fresh.finished_at = fresh.delivered_at = None
    fresh.save(update_fields=["tried_before", "due_at", "finished_at", "delivered_at"])
    _tell(webhook, "webhook_replayed", now, by, messages=1)


@transaction.atomic
def replay_failed(webhook: Webhook, since: datetime, now: datetime, by: User) -> int:
    """Send all messages once more that came up since a moment and failed for good; give how many."""
    fresh = _locked(webhook, by)
    failed = fresh.deliveries.exclude(finished_at=None).filter(delivered_at=None, asked_at__gte=since)
    count = failed.update(tried_before=F("attempts"), due_at=now, finished_at=None)
    require(count, _("No message has failed since then."))
    _tell(fresh, "webhook_replayed", now, by, messages=count)
    return count


def _locked(webhook: Webhook, by: User) -> Webhook:
    fresh = Webhook.objects.select_for_update(of=("self",)).select_related("agency").get(pk=webhook.pk)
    _require_manager(fresh.agency, by)
    require(fresh.ended_at is None, _("This webhook has ended."))
    return fresh


def _require_manager(agency: Agency, by: User) -> None:
    require(agencies_managed_by(by).filter(pk=agency.pk).exists(), _("Only managers of the agency may do this."))


def _tell(webhook: Webhook, kind: str, now: datetime, by: User | None, **facts: Any) -> None:
    actor = clerk(by) if by else "system"
    record([Entry(webhook.pk, kind, actor, now, {"agency": webhook.agency.code, **facts})])
