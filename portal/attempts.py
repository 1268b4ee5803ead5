"""Try what a person asked for, and tell how it went."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from services.workflow.refusals import Refused


def attempt(request: HttpRequest, operation: Callable[[], str]) -> bool:
    """Do an operation, which gives the words of its success, and tell these or why it was refused."""
    try:
        messages.success(request, operation())
    except Refused as refused:
        messages.error(request, str(refused.message))
        return False
    return True
