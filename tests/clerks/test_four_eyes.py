"""Four eyes: a second official confirms or sends back, and reads what the first one decided."""

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.refusals import Refused
from tests import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def first_decided(aysel: User, bruno: User) -> ServiceRequest:
    confirm = worlds.desk("confirm", not_by_decider_of="judge")
    confirm["outcomes"][1] = {"key": "back", "title": worlds.text("Send back"), "to": "judge"}
    judge = worlds.desk("judge", to="confirm")
    seen = worlds.apply(worlds.published([judge, confirm], service="weighty"), by=aysel)
    step = desk.claim(worlds.open_step(seen), bruno, timezone.now())
    desk.decide(step, "yes", bruno, timezone.now(), words="All papers are there.")
    return seen


def test_the_second_confirms(client: Client, first_decided: ServiceRequest) -> None:
    chloe = worlds.clerk("chloe")
    client.force_login(chloe)
    step = desk.claim(worlds.open_step(first_decided), chloe, timezone.now())

    body = client.get(reverse("desk_request", args=[first_decided.pk])).content.decode()
    assert "Decided before you" in body
    assert "All papers are there." in body
    desk.decide(step, "yes", chloe, timezone.now())
    assert ServiceRequest.objects.get().status == "approved"


def test_the_second_sends_back_to_whoever_decides_anew(first_decided: ServiceRequest, bruno: User) -> None:
    chloe = worlds.clerk("chloe")
    step = desk.claim(worlds.open_step(first_decided), chloe, timezone.now())
    desk.decide(step, "back", chloe, timezone.now(), words="One is missing.")

    again = desk.claim(worlds.open_step(first_decided), bruno, timezone.now())
    assert again.key == "judge"
    desk.decide(again, "yes", bruno, timezone.now())
    with pytest.raises(Refused, match="second official"):
        desk.claim(worlds.open_step(first_decided), bruno, timezone.now())


def test_the_database_holds_it_too(first_decided: ServiceRequest, bruno: User) -> None:
    step = Step.objects.filter(pk=worlds.open_step(first_decided).pk)

    with pytest.raises(IntegrityError, match="second_official"):
        step.update(assignee=bruno, claimed_at=timezone.now())
