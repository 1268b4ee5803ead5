"""Whether all are served alike: only of who said yes, no count of one to four, and chance isn't called injustice."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.transparency import fairness
from services.transparency.disclosure import are_told
from services.transparency.equity import Equity, count_equity, equity_of
from services.transparency.fairness import (
    FEWEST_COMPARED,
    OTHERS,
    Group,
    Tally,
    age_band,
    groups_of,
    may_be_told,
    summed,
)
from services.transparency.models import Count, EquityCount, EquityRun, MeasuredRequest
from services.transparency.periods import months_after
from tests import worlds

NOW = datetime(2026, 4, 10, 8, tzinfo=UTC)
SPRING = date(2026, 3, 5)
SMALL = st.one_of(st.integers(0, 9), st.integers(0, 120))


@st.composite
def tallies(draw: Any) -> Tally:
    decided = draw(SMALL)
    return Tally(decided, draw(st.integers(0, decided)), draw(st.integers(0, decided)))


GROUPS = st.dictionaries(st.sampled_from(["", "a", "b", "c", "d", "e"]), tallies(), min_size=1)


def parts_of(row: Group, name: str) -> tuple[int, int]:
    return row.shares[name].part, row.decided - row.shares[name].part


def only_the_small(rows: Mapping[str, Sequence[int]]) -> set[str]:
    """Keep back what is small and nothing that hides it: primary suppression alone."""
    return {key for key, numbers in rows.items() if not are_told(numbers)}


class TestGroups:
    @given(GROUPS, tallies())
    def test_no_count_of_one_to_four_follows_from_what_is_told(self, groups: dict[str, Tally], rest: Tally) -> None:
        """Sizes, and each measure with its contrary: of any told rows, their rest, and who isn't counted."""
        counted = summed(groups.values())
        whole = counted.plus(rest)
        measures = may_be_told(whole, counted)
        told = groups_of(groups, measures)

        assert are_told([row.decided for row in told])
        assert not told or sum(row.decided for row in told) == counted.decided
        for name in fairness.PARTS:
            known = [parts_of(row, name) for row in told if name in row.shares]
            if known:
                left = [
                    all_ - sum(some) for all_, some in zip(counted.parts(name), zip(*known, strict=True), strict=True)
                ]
                assert are_told([*left, *rest.parts(name), *(part for parts in known for part in parts)]), name

    def test_without_the_rows_that_hide_others_a_small_count_would_follow(self, monkeypatch: Any) -> None:
        groups = {"a": Tally(100, 97, 10), "b": Tally(100, 80, 20), "c": Tally(100, 70, 30)}
        measures = ["decided", "on_time", "refused"]
        hides_two = [row.key for row in groups_of(groups, measures) if "on_time" not in row.shares]
        monkeypatch.setattr(fairness, "told_together", only_the_small)
        hides_one = [row.key for row in groups_of(groups, measures) if "on_time" not in row.shares]

        assert len(hides_two) == 2
        assert hides_one == ["a"]  # three late of a: what is late of all less what is late of the others

    def test_two_kinds_with_the_same_people_tell_nothing_of_few_between_them(self) -> None:
        """Who didn't say a gender isn't who didn't say an age: the groups of each kind add up to the same people."""
        people = Tally(60, 50, 10)
        by_gender = {"woman": Tally(30, 25, 5), "man": Tally(27, 22, 5), "": Tally(3, 3, 0)}
        by_age = {"18-29": Tally(30, 25, 5), "30-44": Tally(30, 25, 5)}
        told = [groups_of(kind, ["decided"]) for kind in (by_gender, by_age)]

        for rows in told:
            sizes = [row.decided for row in rows]
            sums = {sum(some) for count in range(len(sizes) + 1) for some in combinations(sizes, count)}
            assert are_told([*sums, *(people.decided - one for one in sums)])

    def test_nothing_is_told_when_few_are_not_counted(self) -> None:
        assert may_be_told(Tally(103, 90, 5), Tally(100, 90, 5)) == []
        assert may_be_told(Tally(200, 98, 20), Tally(100, 95, 10)) == ["decided", "refused"]
        assert may_be_told(Tally(100, 90, 10), Tally(100, 90, 10)) == ["decided", "on_time", "refused"]
        assert may_be_told(Tally(100, 90, 10), Tally(0, 0, 0)) == []

    def test_a_large_difference_is_told_and_a_small_one_is_chance(self) -> None:
        unjust = groups_of({"a": Tally(200, 180, 20), "b": Tally(200, 120, 80)}, ["decided", "on_time", "refused"])
        chance = groups_of({"a": Tally(200, 180, 20), "b": Tally(200, 174, 26)}, ["decided", "on_time", "refused"])

        assert [(row.key, row.shares["on_time"].state, row.shares["refused"].state) for row in unjust] == [
            ("a", "more", "less"),
            ("b", "less", "more"),
        ]
        assert {share.state for row in chance for share in row.shares.values()} == {"chance"}

    def test_fewer_than_thirty_cases_are_not_compared(self) -> None:
        few = groups_of({"a": Tally(FEWEST_COMPARED - 1, 20, 9), "b": Tally(100, 20, 80)}, ["decided", "on_time"])

        assert {share.state for row in few for share in row.shares.values()} == {""}

    def test_groups_of_few_are_told_together(self) -> None:
        small = {"b": Tally(3, 3, 0), "c": Tally(4, 4, 0)}
        told = groups_of({"a": Tally(50, 40, 10), **small, "d": Tally(60, 50, 10)}, ["decided"])

        assert {(row.key, row.decided, row.others) for row in told} == {("a", 50, 0), ("d", 60, 0), (OTHERS, 7, 2)}

    @pytest.mark.parametrize(
        ("age", "band"), [(None, ""), (0, "-17"), (17, "-17"), (18, "18-29"), (44, "30-44"), (75, "75-"), (101, "75-")]
    )
    def test_ages_have_bands(self, age: int | None, band: str) -> None:
        assert age_band(age) == band


@pytest.fixture
def permit(db: None) -> None:
    worlds.build_agencies("north", "south")
    worlds.published([worlds.desk("judge")])


def decided(number: int, *, on_time: int = 0, refused: int = 0, ended: date = SPRING, **person: Any) -> list[User]:
    """Add decided requests, each of a person of its own, or of nobody."""
    people = [worlds.citizen(f"p{User.objects.count()}x{one}") if person else None for one in range(number)]
    office, version = (
        worlds.desk_of("north", "permits").office,
        ServiceRequest._meta.get_field("version").related_model.objects.get(),
    )
    for place, user in enumerate(people):
        if user:
            User.objects.filter(pk=user.pk).update(**{"may_be_counted": True, **person})
        request = ServiceRequest.objects.create(
            service=version.service, version=version, office=office, applicant=user, submitted_at=NOW, due_at=NOW
        )
        MeasuredRequest.objects.create(
            subject=request.pk,
            service="permit",
            version=1,
            office="north-hall",
            office_seq=1,
            channel="online",
            day=ended,
            ended_day=ended,
            outcome="refused" if place < refused else "approved",
            on_time=place < on_time,
            robot_steps=0,
            clerk_steps=0,
            saved_minutes=0,
        )
    return [user for user in people if user]


def sizes(equity: Equity | None, kind: str) -> dict[str, int]:
    return {row.key: row.decided for row in equity.kinds.get(kind, [])} if equity else {}


@pytest.mark.django_db
class TestCounting:
    def test_counts_who_said_yes_in_each_kind(self, permit) -> None:
        decided(10, gender="woman", birth_date=date(1990, 1, 1), address={"city": " NORTH "})
        decided(8, gender="man", birth_date=date(1950, 1, 1), address={"city": "Bruno’s house"})
        decided(9)

        assert count_equity(NOW) == 1

        told = equity_of("permit")
        assert told
        assert (told.counted, told.decided, told.until) == (18, 27, date(2026, 4, 1))
        assert sizes(told, "gender") == {"man": 8, "woman": 10}
        assert sizes(told, "age") == {"30-44": 10, "75-": 8}
        assert sizes(told, "place") == {"": 8, "north": 10}
        assert sizes(told, "language") == {}  # one group alone has nobody to differ from

    def test_leaves_out_who_did_not_say_yes_and_other_months(self, permit) -> None:
        decided(10, gender="woman")
        decided(10, gender="man")
        decided(10, gender="man", may_be_counted=False)
        decided(10, gender="man", ended=date(2026, 4, 2))
        decided(10, gender="man", ended=date(2025, 3, 31))
        count_equity(NOW)

        assert sizes(equity_of("permit"), "gender") == {"man": 10, "woman": 10}

    def test_who_takes_the_yes_back_is_missing_from_the_next_count(self, permit) -> None:
        women = decided(12, gender="woman")
        decided(20, gender="man")
        count_equity(NOW)
        User.objects.filter(pk__in=[user.pk for user in women[:6]]).update(may_be_counted=False)

        assert count_equity(NOW + timedelta(days=15)) == 0  # once a month
        assert sizes(equity_of("permit"), "gender") == {"man": 20, "woman": 12}
        assert count_equity(NOW + timedelta(days=25)) == 1
        assert sizes(equity_of("permit"), "gender") == {"man": 20, "woman": 6}

    def test_keeps_counts_only(self, permit) -> None:
        decided(10, gender="woman")
        count_equity(NOW)

        names = {field.name for model in (EquityRun, EquityCount) for field in model._meta.get_fields()}
        assert names == {"id", "service", "until", "decided", "on_time", "refused", "counts", "run", "kind", "key"}

    def test_nobody_is_counted_unasked(self, permit) -> None:
        assert User.objects.create(email="new@example.org").may_be_counted is False


@pytest.mark.django_db
class TestPages:
    def test_tell_differences_beyond_chance_in_words(self, permit, client: Client) -> None:
        decided(40, gender="woman", on_time=10, refused=5)
        decided(40, gender="man", on_time=35, refused=6)
        count_equity(NOW)
        month = months_after(timezone.localdate().replace(day=1), -1)
        for name, number in {"received": 80, "approved": 69, "refused": 11, "on_time": 45, "late": 35}.items():
            Count.objects.create(service="permit", month=month, measure=name, number=number)

        told = client.get(reverse("figures_of", args=["permit"])).content.decode()
        file = client.get(reverse("figures_file", args=["permit", "csv"])).content.decode()

        assert "Are all served alike?" in told
        assert "80 of 80 decisions" in told
        assert "More than chance explains: Men more often in time; Women less often in time." in told
        assert "permit,12m,equity,gender:woman,decided,40" in file
        assert "permit,12m,equity,gender:woman,on_time,10" in file

    def test_tell_nothing_of_few(self, permit, client: Client) -> None:
        decided(4, gender="woman")
        count_equity(NOW)

        assert "Are all served alike?" not in client.get(reverse("figures_of", args=["permit"])).content.decode()

    def test_people_say_yes_and_take_it_back_in_their_profile(self, client: Client) -> None:
        aysel = worlds.citizen()
        client.force_login(aysel)
        said = {"name": "Aysel", "language": "en", "gender": "woman", "may_be_counted": "on"}
        client.post(reverse("my_profile"), said)
        aysel.refresh_from_db()
        assert (aysel.gender, aysel.may_be_counted) == ("woman", True)

        client.post(reverse("my_profile"), {"name": "Aysel", "language": "en", "gender": ""})
        aysel.refresh_from_db()
        assert (aysel.gender, aysel.may_be_counted) == ("", False)
