"""The picture of a process on pages: what a service does, and how far one request has come."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.operations import desk
from services.workflow.operations.applicant import withdraw
from tests import worlds

pytestmark = pytest.mark.django_db
NOON = worlds.NOON
ROW = r'<li class="(\w*)(?: ending)?"([^>]*)>.*?<strong[^>]*>([^<]+)</strong>(.*?)</div>'
STEPS = [worlds.desk("look", to="judge"), worlds.desk("judge", to="granted")]


@pytest.fixture
def seen() -> ServiceRequest:
    worlds.build_agencies("north")
    return worlds.apply(worlds.published(STEPS), by=worlds.citizen("aysel"))


def states(seen: ServiceRequest) -> dict[str, str]:
    """Give the state of each row of the picture on the applicant's page."""
    client = Client()
    client.force_login(User.objects.get(email="aysel@example.org"))
    body = client.get(reverse("my_request", args=[seen.pk])).content.decode()
    picture = body.split('<ol class="process"')[1].split("</ol>")[0]
    rows = re.findall(
        r'<li class="(\w*)(?: ending)?"([^>]*)>.*?<strong[^>]*>([^<]+)</strong>(.*?)</div>', picture, re.DOTALL
    )
    for state, attributes, _title, told in rows:
        assert ('aria-current="step"' in attributes) == (state == "now")
        assert {"done": "done", "now": "now, since", "unneeded": "not needed", "next": ""}[state] in told
    return {title: state for state, _attributes, title, _told in rows}


def decide(seen: ServiceRequest, outcome: str, **more: Any) -> None:
    bruno = User.objects.filter(email="bruno@north.example.org").first() or worlds.clerk("bruno")
    desk.decide(desk.claim(worlds.open_step(seen), bruno, NOON), outcome, bruno, NOON, **more)


def test_a_service_shows_its_steps_and_where_a_decision_leads(seen: ServiceRequest, client: Client) -> None:
    body = client.get(reverse("service", args=["permit"])).content.decode()

    assert body.count("<li class=") >= 4
    assert "Yes" in body
    assert 'aria-current="step"' not in body.split('<ol class="process"')[1]


def test_a_new_request_is_at_its_first_step(seen: ServiceRequest) -> None:
    assert states(seen) == {"look": "now", "judge": "next", "Granted": "next", "Refused": "next"}


def test_a_request_on_its_way(seen: ServiceRequest) -> None:
    decide(seen, "yes")

    assert states(seen) == {"look": "done", "judge": "now", "Granted": "next", "Refused": "next"}


def test_a_refused_one_shows_what_was_not_needed(seen: ServiceRequest) -> None:
    decide(seen, "no", reason="unfit")

    assert states(seen) == {"look": "done", "judge": "unneeded", "Granted": "unneeded", "Refused": "done"}


def test_a_withdrawn_one(seen: ServiceRequest) -> None:
    assert seen.applicant
    withdraw(seen, seen.applicant, NOON)

    assert states(seen) == {"look": "unneeded", "judge": "unneeded", "Granted": "unneeded", "Refused": "unneeded"}


def test_one_that_waits_for_an_answer_is_still_at_the_office(seen: ServiceRequest) -> None:
    bruno = worlds.clerk("bruno")
    desk.ask_applicant(desk.claim(worlds.open_step(seen), bruno, NOON), "Why?", bruno, NOON)

    assert states(seen)["look"] == "now"
