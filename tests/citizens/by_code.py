"""Somebody without an account, and what was sent so: for all tests of what reference and code give."""

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.catalogue.operations import publish
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.requests.status_codes import status_code_of
from services.workflow.actions import FORMS
from services.workflow.models import Step
from services.workflow.operations import desk
from tests import objections, worlds
from tests.clerks import office

CONTACT = {"email": "someone@example.org"}


def sent_without_account() -> ServiceRequest:
    """Give a request that was sent without an account, for a service that asks nobody who they are."""
    worlds.build_agencies("north")
    publish(objections.appeal_definition(), worlds.NOON, FORMS)
    return worlds.apply(office.published(identity="none"), {"rooms": 4}, at=timezone.now(), contact=CONTACT)


def open_by_code(client: Client, seen: ServiceRequest, code: str = "") -> HttpResponse:
    typed = {"reference": seen.written_reference, "code": code or status_code_of(seen.pk)}
    return client.post(reverse("status"), typed)


def ask(seen: ServiceRequest, **about: str) -> Step:
    bruno, now = worlds.clerk("bruno"), timezone.now()
    desk.ask_applicant(desk.claim(worlds.open_step(seen), bruno, now), "Which plan?", bruno, now, **about)
    return worlds.open_step(seen, kind=Step.Kind.APPLICANT)


def decide(seen: ServiceRequest, outcome: str) -> None:
    objections.decide(worlds.open_step(seen), worlds.clerk("bruno"), outcome, timezone.now())


def page_of(client: Client, seen: ServiceRequest) -> str:
    return client.get(reverse("my_request", args=[seen.pk])).content.decode()


def actors(seen: ServiceRequest, kind: str) -> list[str]:
    return list(Event.objects.filter(subject=seen.pk, kind=kind).order_by("seq").values_list("actor", flat=True))
