"""Take what is sent once, however often a button was pressed."""

import hashlib
import json
from typing import Any

from django.conf import settings

from services.requests.sendings import Sending
from services.workflow.engine import Walk


def is_repeated(walk: Walk, key: str, *content: Any) -> bool:
    """Note that a form was sent with a key; tell whether the very same came before, and so is on record already.

    Two clicks send one key and one content. Other words with the same key, after a way back, are something new; what
    comes without a key is always new. The request is locked: the second waits until the first is there.
    """
    if not key or not settings.GUARDS["idempotency"]:
        return False
    encoded = json.dumps([key, *content], sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(encoded.encode()).hexdigest()
    known = {"service_request": walk.service_request, "digest": digest}
    _sending, is_new = Sending.objects.get_or_create(**known, defaults={"at": walk.now})
    return not is_new
