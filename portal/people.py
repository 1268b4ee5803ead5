"""Who asks."""

from django.http import HttpRequest

from services.accounts.models import User


def person(request: HttpRequest) -> User:
    """Give the signed-in person of a page that only signed-in people reach."""
    assert isinstance(request.user, User)
    return request.user
