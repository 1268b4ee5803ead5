"""Who works at desks by programs: whoever comes to the desk's pages, and no further; programs of agencies read."""

from typing import Any

from django.http import Http404
from rest_framework import permissions
from rest_framework.request import Request

from portal.api.personal import ByPerson, require_second_factor
from portal.api.tokens import HasScope
from services.accounts.models import User
from services.accounts.tokens import Token
from services.agencies.models import Membership

METHODS = ("GET", "POST", "DELETE")


class IsClerk(permissions.BasePermission):
    """Ask of each call what the desk's pages ask: a role that hasn't ended, and the second factor of officials."""

    def has_permission(self, request: Request, view: Any) -> bool:
        assert isinstance(request.user, User)
        if request.user.is_program:
            return request.method in permissions.SAFE_METHODS  # what a program may see is told by its desks
        if not Membership.objects.of(request.user).clerks().exists():
            raise Http404
        require_second_factor(request.user)
        return True


class AtDesk(ByPerson):
    """A call about the work of a desk; what isn't at one's desks answers 404."""

    scopes = {**dict.fromkeys(METHODS, Token.Scope.DESK), "GET": Token.Scope.DESK_READ}
    permission_classes = [permissions.IsAuthenticated, HasScope, IsClerk]
