from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from portal.held_requests import held_by
from services.accounts.models import User
from services.agencies.models import Membership
from services.ledger.standing import standing
from services.workflow.queries import notices_of


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give every page what its frame needs: whether this is the demo, and the ways open to the person."""
    roles = roles_of(request)
    unread = 0 if roles else unread_notices(request)
    limit, holds = idle_limit_of(request), hasattr(request, "session") and bool(held_by(request))
    frame = {"is_demo": settings.IS_DEMO, "roles": roles, "unread": unread, "idle_limit_s": limit, "holds": holds}
    return {"portal": {**frame, "standing": standing(timezone.now()) if roles else None}}


def idle_limit_of(request: HttpRequest) -> int:
    """Give after how many seconds without a visit a person is signed out: sooner for officials."""
    return int(settings.IDLE_LIMIT_STAFF_S if roles_of(request) else settings.IDLE_LIMIT_S)


def unread_notices(request: HttpRequest) -> int:
    """Count what the portal has told a citizen since the list was last read."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return 0
    since = {"opened_at__gt": user.notices_read_at} if user.notices_read_at else {}
    return notices_of(user).filter(**since).count()


def roles_of(request: HttpRequest) -> set[str]:
    """Give the roles of the signed-in person, read once a request."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return set()
    if not hasattr(request, "_roles"):
        request._roles = set(Membership.objects.of(user).values_list("role", flat=True))  # type: ignore[attr-defined]
    return request._roles  # type: ignore[attr-defined,no-any-return]
