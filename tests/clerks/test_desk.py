"""The desk: what a clerk holds, what waits, the next thing to do, and finding a request."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.requests.models import ServiceRequest
from services.workflow.operations import desk
from tests import worlds
from tests.clerks import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north", "south")
    return office.published()


@pytest.fixture
def seen(version: ServiceVersion) -> ServiceRequest:
    """Give a request that waits at the desk for permits."""
    return worlds.apply(version, by=worlds.citizen())


@pytest.fixture
def bruno(version: ServiceVersion) -> User:
    return worlds.clerk("bruno")


@pytest.fixture
def desk_client(client: Client, bruno: User) -> Client:
    client.force_login(bruno)
    return client


class TestDesk:
    def test_shows_what_waits_with_the_clock_in_words(self, desk_client: Client, seen: ServiceRequest) -> None:
        page = desk_client.get(reverse("desk"))

        assert [step.service_request for step in page.context["page"]] == [seen]
        assert page.context["late"] == 1  # a request of March is late by now
        body = page.content.decode()
        for words in (seen.written_reference, "Aysel", "judge", "Late", "Take the next step"):
            assert words in body

    def test_keeps_what_i_hold_apart(self, desk_client: Client, seen: ServiceRequest, bruno: User) -> None:
        held = desk.claim(worlds.open_step(seen), bruno, timezone.now())
        page = desk_client.get(reverse("desk"))

        assert list(page.context["mine"]) == [held]
        assert not page.context["page"].object_list
        assert "In your hands" in page.content.decode()

    def test_filters_by_desk(self, desk_client: Client, seen: ServiceRequest) -> None:
        permits, roads = (worlds.desk_of("north", code).pk for code in ("permits", "roads"))

        assert len(desk_client.get(reverse("desk"), {"desk": permits}).context["page"]) == 1
        assert len(desk_client.get(reverse("desk"), {"desk": roads}).context["page"]) == 0
        assert len(desk_client.get(reverse("desk"), {"desk": "nonsense"}).context["page"]) == 1

    @pytest.mark.parametrize("chosen", ["9" * 30, "²", "-1", "0"])
    def test_bears_any_desk(self, desk_client: Client, seen: ServiceRequest, chosen: str) -> None:
        assert desk_client.get(reverse("desk"), {"desk": chosen}).status_code == 200

    def test_says_when_nothing_waits(self, desk_client: Client) -> None:
        assert "Nothing waits here." in desk_client.get(reverse("desk")).content.decode()

    def test_says_when_a_clerk_has_no_desk(self, client: Client, version: ServiceVersion) -> None:
        client.force_login(worlds.clerk("erna", desks=()))

        assert "You work at no desk yet." in client.get(reverse("desk")).content.decode()

    def test_shows_25_a_page_with_few_queries(
        self, desk_client: Client, version: ServiceVersion, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(27):
            worlds.apply(version)
        with django_assert_max_num_queries(15):
            first = desk_client.get(reverse("desk"))
        second = desk_client.get(reverse("desk"), {"page": 2})

        assert (len(first.context["page"]), len(second.context["page"])) == (25, 2)

    def test_takes_the_next(self, desk_client: Client, seen: ServiceRequest, bruno: User) -> None:
        answer = desk_client.post(reverse("desk_next"))

        assert answer["Location"] == reverse("desk_request", args=[seen.pk])
        assert worlds.open_step(seen).assignee == bruno

    def test_says_when_there_is_no_next(self, desk_client: Client) -> None:
        answer = desk_client.post(reverse("desk_next"), follow=True)

        assert "There is no free step at your desks." in answer.content.decode()

    @pytest.mark.parametrize("written", [str, str.lower, lambda reference: f" {reference.replace('-', '')} "])
    def test_finds_by_reference(self, desk_client: Client, seen: ServiceRequest, written: Callable[[str], str]) -> None:
        answer = desk_client.get(reverse("desk_find"), {"reference": written(seen.written_reference)})

        assert answer["Location"] == reverse("desk_request", args=[seen.pk])

    @pytest.mark.parametrize("reference", ["", "nonsense", "AAAA-AAAA-AA"])
    def test_tells_when_nothing_is_found(self, desk_client: Client, reference: str) -> None:
        answer = desk_client.get(reverse("desk_find"), {"reference": reference}, follow=True)

        assert "No request at your desks has this reference." in answer.content.decode()
