"""A clerk's program at desks, and how its answers are read."""

import json

from django.http import HttpResponse

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from tests.api import programs

WORK = "desk:work"
READING, ACTING = ("", "history/"), ("claim/", "decision/", "question/", "activities/", "purpose/", "found-out/")
GIVING = ("handover/", "standing-aside/", "letter/", "opinions/")
WITH_REQUEST, OF_REQUEST = (
    ("extension/", "messages/", "after-care/", "purpose/", "counter/"),
    ("", "history/", "files/"),
)


class Program:
    """A clerk's program, with the token of that clerk."""

    def __init__(self, user: User, *scopes: str) -> None:
        self.program = made = programs.Program(user, *(scopes or [WORK]))
        self.token, self.headers, self.client = made.token, made.headers, made.client

    def get(self, where: str = "", **query: object) -> HttpResponse:
        return self.client.get(f"/api/desk/tasks/{where}", query, headers=self.headers)

    def post(self, where: str, body: object = None) -> HttpResponse:
        raw = json.dumps(body or {})
        return self.client.post(f"/api/desk/tasks/{where}", raw, "application/json", headers=self.headers)

    def send(self, seen: ServiceRequest, what: str, body: object = None, **headers: str) -> HttpResponse:
        """Send something about a whole request; `idempotency_key="..."` becomes that header."""
        return self.program.send("POST", f"/api/desk/requests/{seen.pk}/{what}", body, **headers)

    def look(self, seen: ServiceRequest, what: str = "") -> HttpResponse:
        return self.client.get(f"/api/desk/requests/{seen.pk}/{what}", headers=self.headers)

    def delete(self, where: str) -> HttpResponse:
        return self.client.delete(f"/api/desk/tasks/{where}", headers=self.headers)

    def all(self, step: Step) -> dict[str, int]:
        """Try everything at a task; give what is answered."""
        read = {what: self.get(f"{step.pk}/{what}").status_code for what in READING}
        done = {what: self.post(f"{step.pk}/{what}").status_code for what in (*ACTING, *GIVING)}
        whole = {f"/{what}": self.send(step.service_request, what).status_code for what in WITH_REQUEST}
        opened = {f"//{what}": self.look(step.service_request, what).status_code for what in OF_REQUEST}
        return read | done | whole | opened


def fault(answer: HttpResponse) -> tuple[int, str, str | None, str]:
    """Give status, code, name and words of the first fault."""
    error = answer.json()["errors"][0]
    return answer.status_code, error["code"], error["attr"], error["detail"]


def kinds(seen: ServiceRequest) -> list[str]:
    return list(Event.objects.filter(subject=seen.pk).order_by("seq").values_list("kind", flat=True))
