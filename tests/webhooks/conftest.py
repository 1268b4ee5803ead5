from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Agency
from services.webhooks.models import Webhook
from services.webhooks.operations import make_webhook
from tests import worlds
from tests.webhooks.receiver import Receiver, running_receiver


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """Run a receiver that webhooks may go to."""
    with running_receiver() as receiver:
        settings.WEBHOOK_ALLOW = [f"127.0.0.1/32:{receiver.server_port}"]
        yield receiver


@pytest.fixture
def at_once(settings: Any) -> None:
    """Let what a test wrote count as final: it never commits."""
    settings.GUARDS = {**settings.GUARDS, "final_order": False}


@pytest.fixture
def dilara(at_once: None) -> User:
    worlds.build_agencies("north", "south")
    return worlds.clerk("dilara", desks=(), role="manager")


@pytest.fixture
def webhook(dilara: User, receiver: Receiver) -> Webhook:
    """Make a webhook of the north that wants everything."""
    return made(dilara, receiver.url)


def made(by: User, url: str, *kinds: str, agency: str = "north") -> Webhook:
    place = Agency.objects.get(code=agency)
    wanted = kinds or Webhook.Kind.values
    webhook, _ = make_webhook(agency=place, url=url, kinds=wanted, by=by, now=timezone.now())
    return webhook
