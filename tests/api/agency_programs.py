"""A program of an agency, confirmed by a second manager, and how it asks for a token."""

import base64
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Agency
from services.workflow.operations.programs import confirm_program, make_program
from services.workflow.programs import Program
from tests import worlds

FORM = "application/x-www-form-urlencoded"
READ, REPORT = "desk:read", "reports:submit"


def manager(name: str, town: str = "north") -> User:
    return worlds.clerk(name, town, desks=(), role="manager")


def made(by: User, answers: User, *scopes: str, **more: Any) -> tuple[Program, str]:
    """Make a program of the northern town; it waits for a second person."""
    scopes = scopes or (READ,)
    desks = [worlds.desk_of("north", "permits")] if READ in scopes else []
    told = {"name": "Archive", "purpose": "Keeps closed files", "desks": desks, "days": 90, "now": timezone.now()}
    agency = Agency.objects.get(code="north")
    return make_program(**{"agency": agency, "responsible": answers, "scopes": scopes, "by": by, **told, **more})


def confirmed(answers: User, *scopes: str) -> tuple[Program, str]:
    """Make a program that may act."""
    program, secret = made(manager("dilara"), answers, *scopes)
    confirm_program(program, manager("carla"), timezone.now())
    program.refresh_from_db()
    return program, secret


def ask(program: Program | str, secret: str, **more: str) -> HttpResponse:
    """Ask for a token, with the secret in the header."""
    client_id = program if isinstance(program, str) else program.client_id
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return send({"grant_type": "client_credentials", **more}, Authorization=f"Basic {basic}")


def send(form: dict[str, Any], **headers: str) -> HttpResponse:
    return Client(enforce_csrf_checks=True).post("/oauth/token", urlencode(form, doseq=True), FORM, headers=headers)


def call(bearer: str, path: str = "/api/desk/tasks/", method: str = "get") -> HttpResponse:
    return getattr(Client(enforce_csrf_checks=True), method)(path, headers={"Authorization": f"Bearer {bearer}"})
