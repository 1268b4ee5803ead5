from typing import Any

from django.conf import settings
from django.http import HttpRequest

from services.agencies.models import Membership


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give every page what its frame needs: whether this is the demo, and the ways open to the person."""
    return {"portal": {"is_demo": settings.IS_DEMO, "roles": roles_of(request)}}


def roles_of(request: HttpRequest) -> set[str]:
    """Give the roles of the signed-in person, read once a request."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return set()
    if not hasattr(request, "_roles"):
        request._roles = set(Membership.objects.of(user).values_list("role", flat=True))  # type: ignore[attr-defined]
    return request._roles  # type: ignore[attr-defined,no-any-return]
