"""What every call that belongs to a person begins with: who asks, and what was sent."""

from typing import Any

from rest_framework.views import APIView

from services.accounts.models import User


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
