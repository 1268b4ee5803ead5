"""Who asks."""

from django.http import HttpRequest, QueryDict

from services.accounts.models import User


def person(request: HttpRequest) -> User:
    """Give the signed-in person of a page that only signed-in people reach."""
    assert isinstance(request.user, User)
    return request.user


def posted(request: HttpRequest) -> QueryDict | None:
    """Give what a form was sent with, an empty one too; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None
