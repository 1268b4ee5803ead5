"""A visitor chooses the municipality once, and sees what holds there."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def services() -> None:
    worlds.build_agencies("north", "south")
    worlds.published([worlds.desk("judge")], towns=("north",), service="stall", title=worlds.text("Market stall"))
    worlds.published([worlds.desk("judge")], towns=("north", "south"))


def choose(client: Client, code: str, back: str = "/services/") -> Any:
    return client.post(reverse("place"), {"place": code, "next": back})


def text(client: Client, name: str, *args: str, query: str = "") -> str:
    return client.get(reverse(name, args=args) + query).content.decode()


def test_the_choice_is_kept_and_leads_back(client: Client) -> None:
    answer = choose(client, "south")
    cookie = answer.cookies["place"]

    assert answer["Location"] == "/services/"
    assert (cookie.value, bool(cookie["httponly"]), cookie["samesite"]) == ("south", True, "Lax")
    assert "You see what holds in: south." in text(client, "home")


def test_a_service_tells_how_it_is_delivered_there(client: Client) -> None:
    choose(client, "south")
    permit, stall = text(client, "service", "permit"), text(client, "service", "stall")

    assert "In your place: south" in permit
    assert "south hall" in permit
    assert "Not delivered by south" in stall


def test_the_list_shows_only_what_can_be_got_there(client: Client) -> None:
    choose(client, "south")
    everything, here = text(client, "services"), text(client, "services", query="?here=1")
    found = text(client, "services", query="?here=1&q=stall")

    assert "Market stall" in everything
    assert "Market stall" not in here
    assert "Permit" in here
    assert "No service was found." in found
    assert '<input type="hidden" name="here" value="1">' in here


def test_the_address_wins_over_the_cookie_and_keeps_nothing(client: Client) -> None:
    choose(client, "south")
    other = client.get(reverse("service", args=["permit"]) + "?place=north")

    assert "In your place: north" in other.content.decode()
    assert "place" not in other.cookies
    assert "Cookie" in other["Vary"]


def test_the_office_of_the_place_is_marked_in_the_form(client: Client) -> None:
    client.force_login(worlds.citizen())
    choose(client, "south")

    assert 'value="south-hall" checked' in text(client, "apply", "permit")


def test_it_is_forgotten_when_asked(client: Client) -> None:
    choose(client, "south")
    choose(client, "")

    assert "Choose your municipality" in text(client, "home")


@pytest.mark.parametrize("code", ["nowhere", "north\0", "x" * 5000, "'; --", "ə"])
def test_an_unknown_place_is_told_and_does_no_harm(client: Client, code: str) -> None:
    answer = choose(client, code)
    client.cookies["place"] = "nowhere"

    assert answer.status_code == (302 if code == "north\0" else 422)
    assert client.get(reverse("services"), {"place": code}).status_code == 200
    assert text(client, "home").count("Choose your municipality") == 1


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "2026-02-30", "services"]
)
def test_it_never_leads_elsewhere(client: Client, back: str) -> None:
    assert choose(client, "south", back)["Location"] == "/"
    page = text(client, "place", query=f"?next={back}")
    assert f'value="{back}"' not in page
    assert f'href="{back}"' not in page


def test_a_list_needs_as_many_queries_as_before(client: Client, django_assert_max_num_queries: Any) -> None:
    choose(client, "south")
    with django_assert_max_num_queries(8):
        text(client, "services", query="?here=1")
