"""Places by rounds: who gets which, that it is fair, and that anyone can work it out again."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.catalogue.soundness import Unsound
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.allocating import (
    Candidate,
    allocate,
    last_admitted,
    lot_of,
    ranked,
    read_places,
    seed_of,
)
from services.workflow.automation import run_lane
from services.workflow.erasure import erase_content
from services.workflow.models import Step
from services.workflow.operations import applicant, desk
from services.workflow.rounds import Round, RoundEntry
from tests import worlds
from tests.workflow.walks import fresh

CLOSED = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)  # midnight in Baku
NAMES = ("north", "south", "west")


def candidate(code: str, points: int, *wishes: str) -> Candidate:
    return Candidate(code, points, wishes)


class TestRules:
    def test_points_come_before_lots(self) -> None:
        order = ranked([candidate("a", 10, "north"), candidate("b", 30, "north")], "seed")

        assert [one.code for one in order] == ["b", "a"]
        assert allocate(order, {"north": 1}) == {"b": "north"}

    def test_equal_points_go_by_lot(self) -> None:
        many = [candidate(str(number), 0, "north") for number in range(20)]
        order = ranked(many, "seed")

        assert order == sorted(many, key=lambda one: lot_of("seed", one.code))
        assert order != ranked(many, "another seed")

    def test_a_second_wish_counts_when_the_first_is_full(self) -> None:
        order = [candidate("a", 2, "north"), candidate("b", 1, "north", "south"), candidate("c", 0, "north")]

        assert allocate(order, {"north": 1, "south": 5}) == {"a": "north", "b": "south"}

    def test_who_is_behind_never_takes_it_by_wishing_it_first(self) -> None:
        order = [candidate("a", 2, "north", "south"), candidate("b", 1, "north"), candidate("c", 0, "south")]

        assert allocate(order, {"north": 0, "south": 1}) == {"a": "south"}

    def test_the_seed_depends_on_everybody_and_not_on_their_order(self) -> None:
        assert seed_of("round", ["a", "b"]) == seed_of("round", ["b", "a"]) != seed_of("round", ["a", "c"])

    def test_tells_the_points_of_the_last_one(self) -> None:
        order = [candidate("a", 9, "north"), candidate("b", 4, "north"), candidate("c", 2, "north")]

        assert last_admitted(order, allocate(order, {"north": 2})) == {"north": 4}

    @pytest.mark.parametrize("wrong", ["", "north", "north=x", "north=1;south=2", "north=-1"])
    def test_places_are_written_in_one_way(self, wrong: str) -> None:
        with pytest.raises(ValueError, match=""):
            read_places(wrong)
        assert read_places("north=20, south=0") == {"north": 20, "south": 0}

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 3), st.lists(st.sampled_from(NAMES), unique=True)), max_size=12),
        st.fixed_dictionaries({name: st.integers(0, 3) for name in NAMES}),
    )
    def test_nobody_envies_somebody_behind_and_no_place_is_wasted(
        self, known: list[tuple[int, list[str]]], places: dict[str, int]
    ) -> None:
        everybody = [candidate(str(number), points, *wishes) for number, (points, wishes) in enumerate(known)]
        order = ranked(everybody, "seed")
        given_to = allocate(order, places)

        for name, number in places.items():
            assert list(given_to.values()).count(name) <= number
        for rank, one in enumerate(order):
            place = given_to.get(one.code)
            better = one.wishes[: one.wishes.index(place)] if place else one.wishes
            for wish in better:
                holders = [order.index(other) for other in order if given_to.get(other.code) == wish]
                assert len(holders) == places[wish]
                assert all(holder < rank for holder in holders)


# -- the action -------------------------------------------------------------------------------------------------------

OPTIONS = [{"value": name, "label": worlds.text(name.title())} for name in NAMES]
WISH = {"key": "garden", "kind": "one_of", "label": worlds.text("Garden"), "options": OPTIONS}
GROUP = {"key": "wishes", "kind": "group", "label": worlds.text("Wishes"), "item": worlds.text("Wish"), "at_most": 3}
FIELDS = [
    {**GROUP, "at_least": 1, "fields": [WISH]},
    {"key": "sibling", "kind": "yes_no", "label": worlds.text("Sibling"), "required": False},
]
SETTINGS = {
    "wishes": "wishes",
    "wish": "garden",
    "places": "places",
    "points": {"answers.sibling": 30},
    "day": 15,
    "save_as": "given",
}
NEXT = [{"to": "granted", "when": "found.given.given"}, {"to": "judge"}]


def published(places: str = "north=1, south=1, west=0", **changed: Any) -> ServiceVersion:
    give = worlds.robot("give", "allocate_places", settings={**SETTINGS, **changed}, next=NEXT)
    again = [{"key": "again", "title": worlds.text("Again"), "to": "give"}, *worlds.desk("judge")["outcomes"][1:]]
    return worlds.published(
        [give, {**worlds.desk("judge"), "outcomes": again}],
        pages=[{"key": "about", "title": worlds.text("About"), "fields": FIELDS}],
        parameters={"places": worlds.text("Places")},
        delivered_by=[{"office": "north-hall", "parameters": {"places": places}}],
    )


def ask(version: ServiceVersion, *wishes: str, sibling: bool = False, **more: Any) -> ServiceRequest:
    answers = {"wishes": [{"garden": wish} for wish in wishes], "sibling": sibling}
    return worlds.apply(version, answers, **more)


def hold(at: datetime = CLOSED) -> None:
    while run_lane(Step.Lane.RULES, at + timedelta(seconds=1)):
        pass


def got(request: ServiceRequest) -> str:
    return str(fresh(request).facts["allocation"]["place"])


@pytest.mark.django_db
class TestRound:
    @pytest.fixture
    def version(self) -> ServiceVersion:
        worlds.build_agencies("north")
        return published()

    def test_everybody_waits_until_it_closes(self, version: ServiceVersion) -> None:
        first, second = ask(version, "north"), ask(version, "north", sibling=True)
        hold(CLOSED - timedelta(seconds=2))
        before = Round.objects.count(), first.steps.all().get(key="give").run_at
        hold()

        assert before == (0, CLOSED)
        assert (got(first), got(second)) == ("", "north")
        assert (fresh(second).status, worlds.open_step(first).key) == ("approved", "judge")

    def test_each_is_told_why(self, version: ServiceVersion) -> None:
        first, second = ask(version, "north", "west"), ask(version, "north", sibling=True)
        hold()

        told = fresh(first).facts["allocation"]
        assert (told["points"], told["rank"], told["of"], told["last"]) == (0, 2, 2, {"north": 30, "west": None})
        facts = Event.objects.get(subject=second.pk, kind="places_allocated").facts
        assert facts == {"step": "give", "round": "2026-03-15", "list": Round.objects.get().digest}

    def test_anyone_can_work_the_public_list_out_again(self, version: ServiceVersion, client: Client) -> None:
        for number in range(8):
            ask(version, "north", "south", sibling=number % 3 == 0)
        hold()
        held = Round.objects.get()
        told = client.get(reverse("allocation_round", args=[held.pk])).json()

        known = [Candidate(one["code"], one["points"], tuple(one["wishes"])) for one in told["candidates"]]
        assert seed_of(told["round"], [one.code for one in known]) == told["seed"]
        order = ranked(known, told["seed"])
        assert [one.code for one in order] == [one["code"] for one in told["candidates"]]
        given_to = allocate(order, told["places"])
        assert given_to == {one["code"]: one["place"] for one in told["candidates"] if one["place"]}
        digest = told.pop("digest")
        text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == digest

    def test_the_public_list_names_nobody(self, version: ServiceVersion, client: Client) -> None:
        request = ask(version, "north", by=worlds.citizen())
        hold()

        told = client.get(reverse("allocation_round", args=[Round.objects.get().pk])).content.decode()
        for secret in (request.reference, str(request.pk), "Aysel"):
            assert secret not in told

    def test_who_comes_after_it_closed_waits_for_the_next(self, version: ServiceVersion) -> None:
        first = ask(version, "north")
        late = ask(version, "north", at=CLOSED + timedelta(seconds=1))
        hold()

        assert got(first) == "north"
        assert late.steps.all().get(key="give").run_at > CLOSED + timedelta(days=29)

    def test_a_place_that_somebody_holds_is_not_given_again(self, version: ServiceVersion) -> None:
        ask(version, "north")
        hold()
        second = ask(version, "north", at=CLOSED + timedelta(days=1))
        hold(CLOSED + timedelta(days=31))

        assert got(second) == ""

    def test_a_place_given_back_goes_to_the_next_round(self) -> None:
        worlds.build_agencies("north")
        aysel, version = worlds.citizen(), published()
        first = ask(version, "north", by=aysel)
        hold()
        ServiceRequest.objects.filter(pk=first.pk).update(status="closed")
        second = ask(version, "north", at=CLOSED + timedelta(days=1))
        hold(CLOSED + timedelta(days=31))

        assert got(second) == "north"

    def test_who_withdrew_takes_no_part(self, version: ServiceVersion) -> None:
        aysel = worlds.citizen()
        gone, stays = ask(version, "north", sibling=True, by=aysel), ask(version, "north")
        applicant.withdraw(gone, aysel, worlds.NOON)
        hold()

        assert got(stays) == "north"
        assert RoundEntry.objects.count() == 1

    def test_an_official_may_keep_it_for_the_next_round(self, version: ServiceVersion) -> None:
        bruno = worlds.clerk("bruno")
        ask(version, "north", sibling=True)
        second = ask(version, "north", "south")
        third = ask(version, "north", "south")
        hold()
        [without] = [one for one in (second, third) if not got(one)]
        step = desk.claim(worlds.open_step(without), bruno, CLOSED + timedelta(days=1))
        desk.decide(step, "again", bruno, CLOSED + timedelta(days=1))
        hold(CLOSED + timedelta(days=31))

        assert RoundEntry.objects.filter(service_request=without).count() == 2

    def test_what_is_erased_leaves_the_list_whole(self, version: ServiceVersion) -> None:
        request = ask(version, "north")
        hold()
        erase_content(fresh(request), CLOSED + timedelta(days=9))

        assert RoundEntry.objects.get().service_request is None

    def test_the_applicant_reads_points_rank_and_the_last_ones_points(
        self, version: ServiceVersion, client: Client
    ) -> None:
        aysel: User = worlds.citizen()
        request = ask(version, "north", "west", by=aysel)
        ask(version, "north", sibling=True)
        hold()
        client.force_login(aysel)
        body = client.get(reverse("my_request", args=[request.pk])).content.decode()

        assert "This request had 0 points and came 2 of 2." in body
        assert "the last one who got a place had 30 points" in body
        assert "no place was free" in body

    def test_the_applicant_reads_the_wishes_in_their_order(self, version: ServiceVersion, client: Client) -> None:
        aysel: User = worlds.citizen()
        request = ask(version, "north", "south", "west", by=aysel)
        other = ask(version, "west", "south", "north", by=aysel)
        hold()
        client.force_login(aysel)

        for asked, names in ((request, ["North", "South", "West"]), (other, ["West", "South", "North"])):
            body = client.get(reverse("my_request", args=[asked.pk])).content.decode()
            assert re.findall("<li><strong>(.*?)</strong>", body) == names


@pytest.mark.django_db
class TestFaults:
    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"wish": "street"}, "is no group with the choice 'street'"),
            ({"wishes": "sibling"}, "'sibling' is no group"),
            ({"places": "seats"}, "no places are given for 'north-hall'"),
            ({"points": {"answers.brother": 30}}, "doesn't compile"),
            ({"day": 30}, "less than or equal to 28"),
        ],
    )
    def test_what_does_not_fit_is_a_fault(self, changed: dict[str, Any], words: str) -> None:
        worlds.build_agencies("north")
        with pytest.raises(Unsound, match=words):
            published(**changed)
