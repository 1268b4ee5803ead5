"""What webhooks tell and how long they wait between tries: pure functions without Django."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

# How long to wait after each failed try, as Standard Webhooks has it: ten tries over three days.
WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
LONGER_BY = 0.2  # at most, by chance, so that what failed together isn't tried together
TEST = "webhook.test"
# Kinds of events of a request that webhooks tell, by the names that receivers know.
TYPES: Mapping[str, str] = {
    "submitted": "request.submitted",
    "step_opened": "step.opened",
    "applicant_asked": "applicant.asked",
    "applicant_answered": "applicant.answered",
    "decided": "request.decided",
    "decided_by_silence": "request.decided",
    "document_issued": "document.issued",
    "ended": "request.ended",
}
TARGET = re.compile(r"https?://[^/\s]+(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?")


def type_of(kind: str, facts: Mapping[str, Any]) -> str:
    """Give the name under which webhooks tell an event; empty for what they don't tell.

    Of the steps only those of officials: a robot's open and end in the same moment.
    """
    if kind == "step_opened" and facts.get("kind") != "desk":
        return ""
    return TYPES.get(kind, "")


def wait_after(tries: int, asked_s: float | None, chance: float) -> timedelta | None:
    """Give how long to wait after so many tries; None after the last one. `chance` is from 0 to 1.

    The other side may ask for more, never for less.
    """
    if tries > len(WAITS):
        return None
    return max(WAITS[tries - 1] * (1 + LONGER_BY * chance), timedelta(seconds=asked_s or 0))


def written(kind: str, at: datetime, data: Mapping[str, Any]) -> str:
    """Give the text of a message, which is signed and sent as it stands."""
    message = {"type": kind, "timestamp": at.astimezone(UTC).isoformat(), "data": dict(data)}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def is_plain(url: str) -> bool:
    """Tell whether the path of an address can be sent as it is written."""
    return TARGET.fullmatch(url) is not None
