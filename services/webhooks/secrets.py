"""The secrets that webhooks sign with: made of the portal's own key, so that a copy of the database signs nothing."""

import base64
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

PREFIX = "whsec_"


def secret_of(webhook: UUID, number: int, key: str | bytes | None = None) -> str:
    """Give the secret with a number of a webhook, as receivers write it: 32 bytes."""
    digest = salted_hmac("portal.webhook", f"{webhook}/{number}", secret=key, algorithm="sha256").digest()
    return PREFIX + base64.b64encode(digest).decode()


def secrets_of(webhook: UUID, number: int) -> list[str]:
    """Give a secret under the portal's key, and under those that it had before."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [secret_of(webhook, number, key) for key in keys]
