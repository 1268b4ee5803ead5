"""Programs show a token: who it stands for, and what it lets them do."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from services.accounts.models import User
from services.accounts.tokens import Token, digest_of
from services.workflow.programs import Program

TOLD_EVERY = timedelta(minutes=1)
UNKNOWN = "This token isn't known, was ended or has expired. Make a new one."


def token_of(secret: str) -> Token | None:
    """Give the valid token whose secret this is, and note that it was used now.

    One of a program of an agency counts no longer than the program may act.
    """
    now = timezone.now()
    may_act = Exists(Program.objects.valid(now).filter(user=OuterRef("user")))
    acts = Q(user__is_active=True) | Q(may_act, user__is_program=True)  # a program of an agency never signs in
    found = Token.objects.valid(now).filter(acts, digest=digest_of(secret.strip()))
    token = found.select_related("user").first()
    if token and (token.last_used_at is None or now - token.last_used_at > TOLD_EVERY):
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer ...`; without that header others are asked who it is."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        token = token_of(secret)
        if token is None:
            raise exceptions.AuthenticationFailed(UNKNOWN)
        assert isinstance(token.user, User)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasScope(permissions.BasePermission):
    """A program may do what its token lets it, by `scopes` of the view; without scopes there is nothing that it may."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, Token):
            return True
        needed = getattr(view, "scopes", {}).get(request.method)
        self.message = f"The token needs the scope {needed}." if needed else "Programs can't do this."
        return bool(needed) and request.auth.allows(needed)
