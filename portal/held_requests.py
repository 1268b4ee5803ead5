"""Requests that a visitor opened with reference and code: kept in the session for a time, never in an address.

A right so shown ends an hour after the last visit and twelve hours after the code was given, whichever comes first.
"""

import time
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

HELD = "held_requests"
HELD_AT_MOST_S = 12 * 60 * 60
NOTED_EVERY_S = 60
MOST_HELD = 10


def hold(request: HttpRequest, *requests: UUID) -> None:
    """Let a visitor who showed reference and code act on requests; the session gets a new key, as at a sign-in."""
    now, held = int(time.time()), request.session.get(HELD, {})
    new = {str(pk): [now, now] for pk in requests}
    kept = [(pk, times) for pk, times in held.items() if pk not in new]
    request.session.cycle_key()
    request.session[HELD] = dict([*kept, *new.items()][-MOST_HELD:])


def held_by(request: HttpRequest) -> list[str]:
    """Give the numbers of the requests that a visitor may act on by their codes now."""
    now = time.time()
    held: dict[str, list[int]] = request.session.get(HELD, {})
    return [
        pk
        for pk, (given, seen) in held.items()
        if now - given <= HELD_AT_MOST_S and now - seen <= settings.IDLE_LIMIT_S
    ]


def is_held(request: HttpRequest, pk: UUID) -> bool:
    return str(pk) in held_by(request)


def note_visit(request: HttpRequest) -> None:
    """Let the rights that still hold go on from this visit, and forget those that ended."""
    held = request.session.get(HELD, {})
    if not held:
        return
    now, good = int(time.time()), held_by(request)
    if len(good) < len(held) or any(now - held[pk][1] >= NOTED_EVERY_S for pk in good):
        request.session[HELD] = {pk: [held[pk][0], now] for pk in good}


def let_go(request: HttpRequest) -> None:
    """Forget all requests that were opened by their codes."""
    request.session.pop(HELD, None)
