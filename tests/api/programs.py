"""A program that calls the API with a person's token."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from services.accounts.models import User
from services.workflow.operations.tokens import make_token

READ, SUBMIT, ACT, DRAFT = "requests:read", "requests:submit", "requests:act", "drafts:write"


class Program:
    """Calls with `Authorization`, in JSON unless files are sent."""

    def __init__(self, user: User, *scopes: str, language: str = "en") -> None:
        self.token, secret = make_token(user=user, name="Firm", scopes=scopes, days=30, now=timezone.now())
        self.headers = {"Authorization": f"Bearer {secret}", "Accept-Language": language}
        self.client = Client(enforce_csrf_checks=True)

    def get(self, path: str) -> HttpResponse:
        return self.client.get(path, headers=self.headers)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> HttpResponse:
        """Send JSON; `if_match="..."` becomes the header If-Match."""
        known = {name.replace("_", "-").title(): value for name, value in headers.items()}
        raw = json.dumps({} if body is None else body)
        return self.client.generic(method, path, raw, "application/json", headers={**self.headers, **known})

    def bring(self, path: str, **data: Any) -> HttpResponse:
        return self.client.post(path, data, headers=self.headers)


def faults(answer: HttpResponse) -> list[tuple[str, str | None]]:
    """Give code and place of each fault."""
    return [(error["code"], error["attr"]) for error in answer.json()["errors"]]
