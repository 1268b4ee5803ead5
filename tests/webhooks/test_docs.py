"""What the documentation says of signatures holds."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from services.accounts.models import User
from services.webhooks.automation import deliver_due
from services.webhooks.models import Webhook
from services.webhooks.operations import send_test
from services.webhooks.secrets import secret_of
from tests.webhooks.receiver import Receiver

DOCS = Path(__file__).parents[2] / "docs" / "webhooks.md"


@pytest.mark.django_db
def test_its_example_knows_a_genuine_message(receiver: Receiver, webhook: Webhook, dilara: User) -> None:
    known: dict[str, Any] = {}
    exec(re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)[1], known)  # noqa: S102 - our own example
    is_genuine, secret = known["is_genuine"], secret_of(webhook.pk, 1)
    send_test(webhook, timezone.now(), dilara)
    deliver_due(timezone.now())
    [headers], [body] = receiver.headers, receiver.bodies

    assert is_genuine(secret, headers, body)
    assert not is_genuine(secret, headers, body + b" ")
    assert not is_genuine(secret_of(webhook.pk, 2), headers, body)
    assert not is_genuine(secret, {**headers, "webhook-timestamp": "1772438400"}, body)


@pytest.mark.parametrize("kind", Webhook.Kind.values)
def test_every_type_is_told_there(kind: str) -> None:
    assert f"`{kind}`" in DOCS.read_text()
