"""Who goes away is signed out; who is still there can say so."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests import worlds

pytestmark = pytest.mark.django_db
NOON = 1_800_000_000


@pytest.fixture
def aysel(client: Client) -> Client:
    with time_machine.travel(NOON, tick=False):
        client.force_login(worlds.citizen())
        client.get(reverse("my_requests"))
    return client


def at(seconds: int, client: Client, name: str = "my_requests", method: str = "get") -> Any:
    with time_machine.travel(NOON + seconds, tick=False):
        return getattr(client, method)(reverse(name))


def test_an_hour_without_a_visit_ends_it(aysel: Client) -> None:
    assert at(3600, aysel).status_code == 200
    assert at(3600 + 3601, aysel)["Location"].startswith(reverse("account_login"))


def test_a_press_of_the_button_lets_it_go_on(aysel: Client) -> None:
    assert at(3500, aysel, "still_here", "post").status_code == 204
    assert at(3500 + 3600, aysel).status_code == 200


def test_officials_are_signed_out_sooner(client: Client) -> None:
    worlds.build_agencies("north")
    with time_machine.travel(NOON, tick=False):
        client.force_login(worlds.clerk("bruno"))
        client.get(reverse("desk"))

    assert at(1801, client, "desk").status_code == 302


def test_the_page_knows_when_to_warn(aysel: Client) -> None:
    body = at(10, aysel).content.decode()

    assert 'data-session-end="3600"' in body
    assert "I am still here" in body
