"""Conflicts of interest: nobody decides their own, and whoever is too near stands aside."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.models import User
from services.agencies.models import Absence, Desk
from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.requests.assistance import Assistance
from services.requests.models import ServiceRequest
from services.workflow import places
from services.workflow.assignment import digest_of
from services.workflow.conflict_rules import Side, conflict_between, family_name, written_address
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.standing_aside import stand_aside
from services.workflow.queries import queue_of, requests_at_desks_of, requests_to_read, told_to
from services.workflow.recusals import Recusal
from services.workflow.refusals import Refused
from services.workflow.rules import drawn
from tests import worlds

HOME = {"street": "Nizami küçəsi", "house": "14", "apartment": "2", "city": "Sumqayıt", "postal_code": "AZ5001"}
PIN = "7EV4TNX"


class TestRules:
    @pytest.mark.parametrize(
        ("name", "family"),
        [
            ("Aysel Məmmədova", "memmedov"),
            ("Rauf Məmmədov", "memmedov"),
            ("Aysel Məmmədova Rauf qızı", "memmedov"),
            ("Aysel Hüseynzadə", "huseynzade"),
            ("Aysel", ""),
            ("", ""),
        ],
    )
    def test_a_family_name_is_the_same_for_women_and_men(self, name: str, family: str) -> None:
        assert family_name(name) == family

    def test_an_address_is_one_however_it_is_written(self) -> None:
        other = {**HOME, "street": "  NİZAMİ  küçəsi ", "postal_code": ""}

        assert written_address(HOME) == written_address(other) != ""
        assert written_address({"city": "Sumqayıt"}) == ""

    @given(st.text(), st.text())
    def test_nothing_known_is_never_a_conflict(self, name: str, email: str) -> None:
        assert conflict_between(Side(), Side(name=name, email=email), [], ["household", "family_name"]) == ""

    def test_the_nearest_rule_is_told(self) -> None:
        home = frozenset({written_address(HOME)})
        bruno = Side("1", "Bruno Aliyev", PIN, "bruno@example.org", home)
        far = Side("2", "Aysel Aliyeva", "other", "aysel@example.org", home)

        assert conflict_between(bruno, bruno, [], []) == "own"
        assert conflict_between(bruno, far, [PIN], []) == "named"
        assert conflict_between(bruno, far, [], ["household", "family_name"]) == "household"
        assert conflict_between(bruno, far, [], ["family_name"]) == "family_name"
        assert conflict_between(bruno, far, [], []) == ""

    @given(st.text(min_size=1), st.integers(1, 50))
    def test_a_draw_can_be_repeated_and_stays_inside(self, seed: str, count: int) -> None:
        assert 0 <= drawn(seed, count) == drawn(seed, count) < count


def in_group(key: str) -> list[dict[str, Any]]:
    person = {"key": "pin", "kind": "personal_identifier", "label": worlds.text("Identifier")}
    group = {"key": key, "kind": "group", "label": worlds.text("Household"), "item": worlds.text("Person")}
    return [{"key": "about", "title": worlds.text("About"), "fields": [{**group, "fields": [person], "at_least": 0}]}]


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north")
    return worlds.published([worlds.desk("judge")], pages=in_group("household"), conflicts=["household", "family_name"])


@pytest.fixture
def bruno(version: ServiceVersion) -> User:
    bruno = worlds.clerk("bruno")
    bruno.name, bruno.address, bruno.personal_identifier = "Bruno Qasımov", HOME, PIN
    bruno.save()
    return bruno


@pytest.fixture
def carla(version: ServiceVersion) -> User:
    return worlds.clerk("carla")


def kinds(request: ServiceRequest) -> list[str]:
    return list(Event.objects.filter(subject=request.pk).order_by("seq").values_list("kind", flat=True))


@pytest.mark.django_db
class TestNobodyDecidesTheirOwn:
    def test_it_stands_in_no_queue_of_theirs_and_opens_only_as_theirs(
        self, version: ServiceVersion, bruno: User
    ) -> None:
        own = worlds.apply(version, by=bruno)

        assert not queue_of(bruno).filter(service_request=own).exists()
        assert not requests_at_desks_of(bruno).filter(pk=own.pk).exists()
        assert not requests_to_read(bruno).filter(pk=own.pk).exists()
        assert desk.claim_next(bruno, worlds.NOON) is None

    def test_taking_it_is_refused_and_on_record(self, version: ServiceVersion, bruno: User, carla: User) -> None:
        own = worlds.apply(version, by=bruno)
        step = worlds.open_step(own)

        with pytest.raises(Refused, match="nobody decides their own"):
            desk.claim(step, bruno, worlds.NOON)

        assert Recusal.objects.get().rule == "own"
        assert kinds(own)[-1] == "stood_aside"
        assert desk.claim(step, carla, worlds.NOON).assignee == carla

    def test_one_under_another_account_is_found_by_the_identifier(self, version: ServiceVersion, bruno: User) -> None:
        request = worlds.apply(version, by=worlds.citizen())
        ServiceRequest.objects.update(contact={"name": "Somebody", "personal_identifier": PIN})

        with pytest.raises(Refused):
            desk.claim(worlds.open_step(request), bruno, worlds.NOON)


@pytest.mark.django_db
class TestTooNear:
    @pytest.mark.parametrize(
        ("known", "answers", "rule"),
        [
            ({"address": HOME}, {}, "household"),
            ({"name": "Leyla Qasımova"}, {}, "family_name"),
            ({}, {"household": [{"pin": PIN}]}, "named"),
        ],
    )
    def test_each_rule_moves_the_request_on(
        self, version: ServiceVersion, bruno: User, known: dict[str, Any], answers: dict[str, Any], rule: str
    ) -> None:
        request = worlds.apply(version, answers, by=worlds.citizen(**known))

        assert desk.claim_next(bruno, worlds.NOON) is None
        recusal = Recusal.objects.get(service_request=request)
        assert (recusal.user, recusal.rule) == (bruno, rule)
        assert told_to(bruno, queue_of(bruno)).get(service_request=request).is_barred

    def test_the_next_one_is_taken_instead(self, version: ServiceVersion, bruno: User) -> None:
        worlds.apply(version, by=worlds.citizen("leyla", address=HOME))
        other = worlds.apply(version, by=worlds.citizen(), at=worlds.NOON + worlds.DAY)

        taken = desk.claim_next(bruno, worlds.NOON)

        assert taken is not None
        assert taken.service_request_id == other.pk

    def test_a_rule_that_the_definition_leaves_out_bars_nobody(self, bruno: User) -> None:
        version = worlds.published([worlds.desk("judge")], conflicts=[])
        request = worlds.apply(version, by=worlds.citizen(address=HOME))

        assert desk.claim(worlds.open_step(request), bruno, worlds.NOON).assignee == bruno

    def test_nobody_can_be_given_it_either(self, version: ServiceVersion, bruno: User, carla: User) -> None:
        request = worlds.apply(version, by=worlds.citizen(address=HOME))
        step = desk.claim(worlds.open_step(request), carla, worlds.NOON)

        with pytest.raises(Refused, match="too near"):
            desk.reassign(step, bruno, carla, worlds.NOON)

        assert worlds.open_step(request).assignee == carla

    def test_the_ledger_does_not_tell_what_connects_them(self, version: ServiceVersion, bruno: User) -> None:
        request = worlds.apply(version, by=worlds.citizen(address=HOME))

        desk.claim_next(bruno, worlds.NOON)

        assert Event.objects.get(subject=request.pk, kind="stood_aside").facts == {"step": "judge", "how": "found"}


@pytest.mark.django_db
class TestDeclaring:
    def test_the_step_goes_back_and_never_returns(self, version: ServiceVersion, bruno: User, carla: User) -> None:
        request = worlds.apply(version, by=worlds.citizen())
        step = desk.claim(worlds.open_step(request), bruno, worlds.NOON)

        stand_aside(step, bruno, worlds.NOON, words="She is my cousin.")

        assert worlds.open_step(request).assignee is None
        assert Recusal.objects.get().words == "She is my cousin."
        assert "cousin" not in str(list(Event.objects.values_list("facts", flat=True)))
        assert desk.claim_next(bruno, worlds.NOON) is None
        assert desk.claim_next(carla, worlds.NOON) is not None

    def test_it_needs_words_and_the_step(self, version: ServiceVersion, bruno: User, carla: User) -> None:
        request = worlds.apply(version, by=worlds.citizen())
        step = desk.claim(worlds.open_step(request), bruno, worlds.NOON)

        with pytest.raises(Refused, match="few words"):
            stand_aside(step, bruno, worlds.NOON, words="  ")
        with pytest.raises(Refused, match="don't hold"):
            stand_aside(step, carla, worlds.NOON, words="She is my cousin.")


@pytest.mark.django_db
class TestChance:
    @pytest.fixture
    def drawn_by_lot(self, version: ServiceVersion) -> ServiceVersion:
        return worlds.published([worlds.desk("judge", assigned="at_random")], conflicts=["household"], identity="none")

    def test_everybody_gets_some(self, drawn_by_lot: ServiceVersion, bruno: User, carla: User) -> None:
        requests = [worlds.apply(drawn_by_lot, by=None) for _ in range(40)]

        holders = [worlds.open_step(request).assignee for request in requests]

        assert set(holders) == {bruno, carla}
        assert 8 <= holders.count(bruno) <= 32  # missed by chance once in 10,000 runs

    def test_the_draw_can_be_checked(self, drawn_by_lot: ServiceVersion, bruno: User, carla: User) -> None:
        request = worlds.apply(drawn_by_lot)

        facts = Event.objects.get(subject=request.pk, kind="assigned").facts
        able = sorted([bruno.pk, carla.pk])
        assert (facts["among"], facts["of"]) == (2, digest_of(able))
        assert facts["to"] == f"clerk:{able[drawn(facts['seed'], 2)]}"

    def test_it_never_falls_on_who_is_near_away_full_or_aside(
        self, drawn_by_lot: ServiceVersion, bruno: User, carla: User
    ) -> None:
        today = worlds.NOON.date()
        Absence.objects.create(user=carla, first_day=today, last_day=today)
        near = worlds.apply(drawn_by_lot, by=worlds.citizen(address=HOME))
        Desk.objects.update(most_held=1)
        places.forget()
        first = worlds.apply(drawn_by_lot, by=worlds.citizen("orkhan"))
        second = worlds.apply(drawn_by_lot, by=worlds.citizen("nigar"))

        assert worlds.open_step(near).assignee is None
        assert worlds.open_step(first).assignee == bruno
        assert worlds.open_step(second).assignee is None

    def test_who_declares_a_conflict_is_followed_by_another(
        self, drawn_by_lot: ServiceVersion, bruno: User, carla: User
    ) -> None:
        request = worlds.apply(drawn_by_lot)
        step = worlds.open_step(request)
        assert step.assignee is not None

        stand_aside(step, step.assignee, worlds.NOON, words="She is my cousin.")

        assert worlds.open_step(request).assignee == ({bruno, carla} - {step.assignee}).pop()

    def test_an_assistant_is_never_drawn(self, drawn_by_lot: ServiceVersion, bruno: User, carla: User) -> None:
        helping = {"assistant": bruno, "assistance": Assistance("official", "Asked at the counter", "Aysel")}

        for _ in range(12):
            request = worlds.apply(drawn_by_lot, contact={"name": "Aysel", "personal_identifier": "6HZZ3VE"}, **helping)
            assert worlds.open_step(request).assignee == carla


@pytest.mark.django_db
class TestPicking:
    def test_a_desk_without_picking_gives_only_the_most_urgent(self, version: ServiceVersion, carla: User) -> None:
        Desk.objects.update(allows_picking=False)
        first = worlds.apply(version, by=worlds.citizen())
        later = worlds.apply(version, by=worlds.citizen("nigar"), at=worlds.NOON + worlds.DAY)

        with pytest.raises(Refused, match="take the next"):
            desk.claim(worlds.open_step(later), carla, worlds.NOON)

        assert desk.claim(worlds.open_step(first), carla, worlds.NOON).assignee == carla

    def test_what_was_passed_over_is_on_record(self, version: ServiceVersion, carla: User) -> None:
        worlds.apply(version, by=worlds.citizen())
        later = worlds.apply(version, by=worlds.citizen("nigar"), at=worlds.NOON + worlds.DAY)

        desk.claim(worlds.open_step(later), carla, worlds.NOON)

        assert Step.objects.get(service_request=later, kind="desk").passed_over == 1
        assert Event.objects.get(subject=later.pk, kind="claimed").facts["passed_over"] == 1
