"""The desk: what a clerk holds, what waits, the next thing to do, and finding a request."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Desk
from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.looking import SavedView, Search
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.saved_views import save_view
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

        assert [step.service_request for step in page.context["steps"]] == [seen]
        assert page.context["counts"]["late"] == 1  # a request of March is late by now
        body = page.content.decode()
        for words in (seen.written_reference, "judge", "Late", "Take the next step"):
            assert words in body

    def test_names_nobody_before_the_step_is_taken(
        self, desk_client: Client, seen: ServiceRequest, bruno: User
    ) -> None:
        assert "Aysel" not in desk_client.get(reverse("desk")).content.decode()

        desk.claim(worlds.open_step(seen), bruno, timezone.now())

        assert "Aysel" in desk_client.get(reverse("desk")).content.decode()

    def test_keeps_what_i_hold_apart(self, desk_client: Client, seen: ServiceRequest, bruno: User) -> None:
        held = desk.claim(worlds.open_step(seen), bruno, timezone.now())
        page = desk_client.get(reverse("desk"))

        assert list(page.context["mine"]) == [held]
        assert not page.context["steps"]
        assert "In your hands" in page.content.decode()

    def test_filters_by_desk(self, desk_client: Client, seen: ServiceRequest) -> None:
        permits, roads = (worlds.desk_of("north", code).pk for code in ("permits", "roads"))

        assert len(desk_client.get(reverse("desk"), {"desk": permits}).context["steps"]) == 1
        assert len(desk_client.get(reverse("desk"), {"desk": roads}).context["steps"]) == 0
        assert len(desk_client.get(reverse("desk"), {"desk": "nonsense"}).context["steps"]) == 1

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
        with django_assert_max_num_queries(16):
            first = desk_client.get(reverse("desk"))
        second = desk_client.get(reverse("desk"), {"from": str(first.context["page"].following)})

        shown = [step.pk for page in (first, second) for step in page.context["steps"]]
        assert (len(first.context["steps"]), len(second.context["steps"])) == (25, 2)
        assert len(set(shown)) == 27
        assert second.context["page"].following is None

    @pytest.mark.parametrize("place", ["x", "2026-03-02", "2026-03-02T00:00~1", "2026-03-02T00:00+00:00~" + "9" * 30])
    def test_begins_anew_at_a_place_that_is_none(self, desk_client: Client, seen: ServiceRequest, place: str) -> None:
        assert len(desk_client.get(reverse("desk"), {"from": place}).context["steps"]) == 1

    @pytest.mark.parametrize(
        ("wish", "count"),
        [
            ({"state": "late"}, 1),
            ({"state": "soon"}, 0),
            ({"state": "free"}, 1),
            ({"state": "stopped"}, 0),
            ({"state": "robot"}, 0),
            ({"service": "permit"}, 1),
            ({"service": "other"}, 0),
            ({"state": "nonsense"}, 1),
        ],
    )
    def test_filters_by_what_the_address_says(
        self, desk_client: Client, seen: ServiceRequest, wish: dict[str, str], count: int
    ) -> None:
        assert len(desk_client.get(reverse("desk"), wish).context["steps"]) == count

    def test_gives_the_counts_alone(self, desk_client: Client, seen: ServiceRequest) -> None:
        told = desk_client.get(reverse("desk_counts"), {"state": "late"})

        assert told.context["counts"] == {"all": 1, "late": 1, "soon": 0, "free": 1, "stopped": 0, "robot": 0}
        assert b"<h1>" not in told.content

    def test_asking_for_counts_keeps_nobody_signed_in(self, desk_client: Client) -> None:
        desk_client.get(reverse("desk"))
        session = desk_client.session
        session["seen_at"] -= 600
        session.save()
        before = desk_client.session["seen_at"]

        desk_client.get(reverse("desk_counts"))
        assert desk_client.session["seen_at"] == before

        desk_client.get(reverse("desk"))
        assert desk_client.session["seen_at"] > before

    def test_keeps_and_forgets_a_view(self, desk_client: Client, seen: ServiceRequest) -> None:
        desk_client.post(reverse("desk_views") + "?state=late&desk=9999", {"name": "Late ones"})
        view = SavedView.objects.get()
        assert view.query == "desk=9999&state=late"
        assert "Late ones" in desk_client.get(reverse("desk")).content.decode()

        desk_client.post(reverse("desk_view_removal", args=[view.pk]))
        assert not SavedView.objects.exists()

    def test_a_view_needs_a_name_and_there_are_20_at_most(self, desk_client: Client, bruno: User) -> None:
        answer = desk_client.post(reverse("desk_views"), {"name": " "}, follow=True)
        assert "Give the view a name." in answer.content.decode()

        for number in range(20):
            save_view(bruno, f"View {number}", "")
        answer = desk_client.post(reverse("desk_views"), {"name": "One more"}, follow=True)
        assert "Remove one first." in answer.content.decode()

    def test_leaves_no_taking_to_desks_that_give_the_next(self, desk_client: Client, seen: ServiceRequest) -> None:
        Desk.objects.update(allows_picking=False)

        assert "/claim/" not in desk_client.get(reverse("desk")).content.decode()

    def test_takes_the_next(self, desk_client: Client, seen: ServiceRequest, bruno: User) -> None:
        answer = desk_client.post(reverse("desk_next"))

        assert answer["Location"] == reverse("desk_request", args=[seen.pk])
        assert worlds.open_step(seen).assignee == bruno

    def test_offers_the_next_of_the_desk_that_is_shown(self, desk_client: Client, seen: ServiceRequest) -> None:
        permits = worlds.desk_of("north", "permits").pk
        assert 'name="desk" value' not in desk_client.get(reverse("desk")).content.decode()

        body = desk_client.get(reverse("desk"), {"desk": permits}).content.decode()

        assert f'name="desk" value="{permits}"' in body
        assert "Take the next step of this desk" in body

    def test_takes_the_next_of_one_desk(self, desk_client: Client, version: ServiceVersion, bruno: User) -> None:
        worlds.apply(version)
        paving = office.published(service="paving")
        later = worlds.apply(paving, at=worlds.NOON + worlds.DAY)
        Step.objects.filter(service_request=later).update(desk=worlds.desk_of("north", "roads"))

        desk_client.post(reverse("desk_next"), {"desk": worlds.desk_of("north", "roads").pk})

        assert list(Step.objects.filter(assignee=bruno)) == [worlds.open_step(later)]

    @pytest.mark.parametrize("place", ["x", "0", "9" * 30, "south"])
    def test_takes_nothing_at_a_desk_that_is_not_ones_own(
        self, desk_client: Client, seen: ServiceRequest, bruno: User, place: str
    ) -> None:
        named = str(worlds.desk_of("south", "permits").pk) if place == "south" else place
        expected = bruno if place in ("x", "9" * 30) else None  # what is no number is no wish

        desk_client.post(reverse("desk_next"), {"desk": named})

        assert worlds.open_step(seen).assignee == expected

    def test_says_when_there_is_no_next(self, desk_client: Client) -> None:
        answer = desk_client.post(reverse("desk_next"), follow=True)

        assert "There is no free step at your desks." in answer.content.decode()


class TestFinding:
    @pytest.mark.parametrize("written", [str, str.lower, lambda reference: f" {reference.replace('-', '')} "])
    def test_opens_a_request_by_its_reference(
        self, desk_client: Client, seen: ServiceRequest, written: Callable[[str], str]
    ) -> None:
        answer = desk_client.post(reverse("desk_find"), {"words": written(seen.written_reference)})

        assert answer["Location"] == reverse("desk_request", args=[seen.pk])
        searched = Search.objects.get()
        assert (searched.kind, searched.hits) == ("reference", 1)

    def test_of_a_reference_of_another_town_is_on_record_though_nothing_is_found(
        self, desk_client: Client, version: ServiceVersion
    ) -> None:
        southern = office.published(service="southern", towns=("south",))
        far = worlds.apply(southern, by=worlds.citizen(), office="south-hall")

        answer = desk_client.post(reverse("desk_find"), {"words": far.written_reference})

        assert answer.context["found"] == []
        assert Search.objects.filter(kind="reference", hits=0).count() == 1

    def test_of_a_name_finds_those_written_so_and_similar_ones_only_when_there_is_none(
        self, desk_client: Client, version: ServiceVersion
    ) -> None:
        for name in ("Leyla Hüseynova", "Leyla Huseynova", "Leyla Hasanova"):
            worlds.apply(version, contact={"name": name})

        def found(words: str) -> list[str]:
            hits = desk_client.post(reverse("desk_find"), {"words": words}).context["found"]
            return sorted(hit.contact["name"] for hit in hits)

        assert found("huseynova leyla") == ["Leyla Huseynova", "Leyla Hüseynova"]
        assert found("leyla huseynva") == ["Leyla Hasanova", "Leyla Huseynova", "Leyla Hüseynova"]
        assert found("leyla hasanova") == ["Leyla Hasanova"]

    def test_of_many_takes_no_more_statements_than_of_one(
        self, desk_client: Client, version: ServiceVersion, django_assert_max_num_queries: Any
    ) -> None:
        for _number in range(25):
            worlds.apply(version, contact={"name": "Leyla Huseynova"})

        with django_assert_max_num_queries(20):
            answer = desk_client.post(reverse("desk_find"), {"words": "Leyla Huseynova"})

        assert len(answer.context["found"]) == 25
        assert Event.objects.filter(kind="found_in_search").count() == 25

    @pytest.mark.parametrize("words", ["", "ab", "x" * 101])
    def test_says_what_is_missing(self, desk_client: Client, words: str) -> None:
        answer = desk_client.post(reverse("desk_find"), {"words": words})

        assert answer.status_code == 422
        assert answer.context["form"].errors["words"]

    @pytest.mark.parametrize(
        "words", ["məmmədova", "MEMMEDOVA aysel", "aysel memedova", "Şükrü", "7EV4TNX", "7ev-4tnx"]
    )
    def test_finds_people_however_they_are_written(self, desk_client: Client, seen: ServiceRequest, words: str) -> None:
        contact = {"name": "Aysel Şükrü Məmmədova", "personal_identifier": "7EV4TNX"}
        ServiceRequest.objects.filter(pk=seen.pk).update(contact=contact)

        answer = desk_client.post(reverse("desk_find"), {"words": words})

        assert answer.context["found"] == [seen]
        assert "Məmmədova" in answer.content.decode()

    def test_finds_nobody_else(self, desk_client: Client, seen: ServiceRequest, version: ServiceVersion) -> None:
        worlds.apply(office.published(service="southern", towns=("south",)), by=worlds.citizen(), office="south-hall")

        assert desk_client.post(reverse("desk_find"), {"words": "Aysel"}).context["found"] == [seen]
        answer = desk_client.post(reverse("desk_find"), {"words": "Zzyzx"})
        assert "No request at your desks fits." in answer.content.decode()

    def test_is_on_record_for_both_sides_without_the_name(
        self, desk_client: Client, seen: ServiceRequest, bruno: User
    ) -> None:
        desk_client.post(reverse("desk_find"), {"words": "Aysel"})
        desk_client.post(reverse("desk_find"), {"words": "aysel "})

        first, second = Search.objects.order_by("pk")
        assert (first.by, first.kind, first.hits) == (bruno, "name", 1)
        assert first.digest == second.digest
        assert "aysel" not in first.digest
        told = Event.objects.get(subject=seen.pk, kind="found_in_search")
        assert told.actor == f"clerk:{bruno.pk}"
