"""What is told of figures is made once and kept until they are counted on, and holds nobody's own things."""

import re
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.transparency.models import Cursor, OfficeFigures
from services.transparency.periods import months_after
from tests import worlds
from tests.public.figured import add, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figured", "keeping")]
PAGES: list[tuple[str, tuple[str, ...]]] = [
    ("figures", ()),
    ("figures_of", ("permit",)),
    ("figures_of_agency", ("north",)),
    ("figures_of_office", ("west-hall",)),
    ("figures_index", ()),
    ("figures_compare", ()),
    ("figures_file", ("permit", "csv")),
    ("state_file", ("json",)),
    ("figures_chart", ("permit", "volume", "svg")),
]


@pytest.fixture
def keeping(settings: Any) -> Any:
    settings.FIGURES_KEPT_S = 600
    caches["figures"].clear()
    Cursor.objects.create(pk=1, transaction=1, event_id=1)
    with time_machine.travel(timezone.now(), tick=False):  # no midnight between two visits
        yield
    caches["figures"].clear()


def count_on() -> None:
    """Let last month have other figures, and tell that they were counted."""
    add("received", 900, months_after(timezone.localdate().replace(day=1), -1), office="west-hall")
    OfficeFigures.objects.filter(office="west-hall").update(numbers={"received": 1000}, made_at=timezone.now())
    Cursor.objects.update(event_id=2)


def without_own(text: str) -> str:
    """Give a page without what is of one visit: tokens against forgery and nonces."""
    return re.sub(r'(nonce="|CSRFToken": "|value=")[\w+/=-]{20,}', r"\1", text)


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_a_second_visit_costs_a_query_and_gives_the_same(
    client: Client, name: str, args: tuple[str, ...], django_assert_max_num_queries: Any
) -> None:
    first = page(client, name, *args)
    with django_assert_max_num_queries(1):
        again = page(client, name, *args)

    assert without_own(again) == without_own(first)


def test_it_is_made_anew_once_figures_are_counted_on(client: Client) -> None:
    before = page(client, "figures_of", "permit")
    count_on()
    after = page(client, "figures_of", "permit")

    assert "1,200" not in before
    assert re.search(r"1[,\s ]?200", after)


def test_addresses_and_languages_have_their_own(client: Client) -> None:
    page(client, "figures_of", "permit")
    french = client.get(reverse("figures_of", args=["permit"]), headers={"Accept-Language": "fr"}).content.decode()

    assert 'lang="fr"' in french
    assert "La moitié" in french
    assert page(client, "figures_file", "permit", "csv", rows="1") != page(client, "figures_file", "permit", "csv")


def test_nobody_is_shown_the_frame_of_another(client: Client) -> None:
    aysel = worlds.citizen()
    client.force_login(aysel)
    own = page(client, "figures")
    everybody = page(Client(), "figures")

    assert reverse("account_logout") in own
    assert reverse("account_logout") not in everybody
    assert str(aysel) not in everybody
    tokens = {re.search(r'CSRFToken": "(\w+)', text)[1] for text in (own, everybody)}  # type: ignore[index]
    assert len(tokens) == 2


def test_faults_are_not_kept(client: Client) -> None:
    assert client.get(reverse("figures_of", args=["nothing"])).status_code == 404
    assert client.get(reverse("figures_of", args=["permit"]), {"unit": "second"}).status_code == 400
    worlds.published([worlds.desk("judge")], towns=("south",), service="nothing")

    assert client.get(reverse("figures_of", args=["nothing"])).status_code == 200


def test_an_endless_address_is_answered_and_not_kept(client: Client, django_assert_num_queries: Any) -> None:
    words = {"q": "permit", "more": "x" * 400}
    with django_assert_num_queries(6):
        page(client, "figures", **words)
    with django_assert_num_queries(6):
        page(client, "figures", **words)
