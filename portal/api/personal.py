"""What every call that belongs to a person begins with: who asks, and what was sent."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.views import APIView

from portal.access import lacks_second_factor
from services.accounts.models import User


def require_second_factor(user: User) -> None:
    """Raise `PermissionDenied` for an official who lacks the second factor that their pages ask for."""
    if lacks_second_factor(user):
        raise exceptions.PermissionDenied(
            _("Officials sign in with a second factor. Set one up on the portal first."), "second_factor_needed"
        )


class ByPerson(APIView):
    """A call by somebody who is known: by a session, or by a token."""

    def person(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    def data(self, kind: type[Any], **context: Any) -> dict[str, Any]:
        """Give what was sent, checked; raise `ValidationError` with each fault at its name."""
        return checked(kind, self.request.data, context)


def checked(kind: type[Any], sent: object, context: dict[str, Any]) -> dict[str, Any]:
    """Give what was sent as a serializer reads it; raise `ValidationError` with each fault at its name."""
    serializer = kind(data=sent, context=context)
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data
