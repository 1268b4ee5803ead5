"""What tests of the desk do with its pages."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from services.requests.models import ServiceRequest
from services.workflow.models import Step

NOTHING: dict[str, str] = {}


def post(client: Client, step: Step, act: str, data: dict[str, Any] = NOTHING) -> HttpResponse:
    return client.post(reverse("desk_act", args=[step.pk, act]), data, follow=True)


def told(client: Client, seen: ServiceRequest) -> str:
    return client.get(reverse("desk_request", args=[seen.pk])).content.decode()


def fresh(step: Step) -> Step:
    return Step.objects.select_related("service_request").get(pk=step.pk)
