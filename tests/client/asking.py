"""The command line that asks the portal in this very process, within the test's transaction."""

from collections.abc import Callable

import httpx
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date

from services.accounts.models import User
from services.workflow.operations.tokens import make_token

Told = tuple[int, str, str]
Ctl = Callable[..., Told]


def ask(request: httpx.Request) -> httpx.Response:
    """Ask the portal in this very process, within the test's transaction; the date is what its server adds."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    where, kind = request.url.raw_path.decode(), request.headers.get("Content-Type", "")
    answer = client.generic(request.method, where, request.content, kind, headers=dict(request.headers))
    headers = {**answer.headers, "Date": http_date(timezone.now().timestamp())}
    return httpx.Response(answer.status_code, headers=headers, content=answer.getvalue())


HERE = httpx.MockTransport(ask)


def secret_of(user: User, *scopes: str) -> str:
    known = {"name": "ctl", "days": 30, "now": timezone.now()}
    return make_token(user=user, scopes=scopes or ["requests:read", "requests:submit"], **known)[1]
