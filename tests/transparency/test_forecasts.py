from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transparency.expectations import expected
from services.transparency.forecasts import SPAN, renew_forecast, renew_forecasts
from services.transparency.models import Forecast, MeasuredRequest
from services.transparency.survival import Lives, age_when_decided, curve_of, undecided_after
from tests import worlds

DAY = timedelta(days=1)
NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
ages = st.integers(1, 400).map(lambda hours: timedelta(hours=hours))


def lives_of(*decided: int, still_open: tuple[int, ...] = ()) -> Lives:
    """Give requests decided at an age of days, and open ones of an age of days."""
    lives = Lives()
    for days in decided:
        lives.add(entered=-DAY, last_seen=days * DAY, is_decided=True)
    for days in still_open:
        lives.add(entered=-DAY, last_seen=days * DAY, is_decided=False)
    return lives


def about(days: float) -> object:
    return pytest.approx(days * DAY / DAY, rel=0.02)


def days(age: timedelta | None) -> float:
    assert age is not None
    return age / DAY


class TestCurve:
    def test_without_open_ones_is_what_happened(self):
        curve = curve_of(lives_of(*range(1, 11)))

        assert days(age_when_decided(curve, 0.5)) == about(5)
        assert days(age_when_decided(curve, 0.9)) == about(9)
        assert undecided_after(curve, timedelta(days=5.5)) == pytest.approx(0.5)

    def test_open_ones_make_it_later(self):
        quick = curve_of(lives_of(*range(1, 11)))
        piled_up = curve_of(lives_of(*range(1, 11), still_open=(8,) * 10))

        assert days(age_when_decided(piled_up, 0.5)) > days(age_when_decided(quick, 0.5))

    def test_tells_nothing_that_the_past_does_not_know(self):
        curve = curve_of(lives_of(1, 2, still_open=(3,) * 10))

        assert age_when_decided(curve, 0.9) is None

    def test_of_an_old_one_looks_only_at_those_that_grew_as_old(self):
        curve = curve_of(lives_of(1, 1, 1, 1, 1, 10, 20, 30, 40, 50))

        assert days(age_when_decided(curve, 0.5)) == about(1)
        assert days(age_when_decided(curve, 0.5, 2 * DAY)) == about(30)

    def test_those_that_came_in_old_count_only_from_then_on(self):
        lives = lives_of(*range(1, 11))
        for _ in range(10):
            lives.add(entered=20 * DAY, last_seen=30 * DAY, is_decided=True)

        assert undecided_after(curve_of(lives), 9.5 * DAY) == pytest.approx(0.1)

    @given(st.lists(ages, min_size=1), st.lists(ages), ages)
    def test_never_rises_and_never_answers_with_the_past(self, decided, still_open, age):
        lives = Lives()
        for last_seen in decided:
            lives.add(entered=-DAY, last_seen=last_seen, is_decided=True)
        for last_seen in still_open:
            lives.add(entered=-DAY, last_seen=last_seen, is_decided=False)
        curve = curve_of(lives)
        shares = [share for _, share in curve]

        assert shares == sorted(shares, reverse=True)
        assert all(0 <= share <= 1 for share in shares)
        half, most = (age_when_decided(curve, share, age) for share in (0.5, 0.9))
        assert half is None or half > age
        assert most is None or (half is not None and half <= most)


def measured(
    submitted_at: datetime, ended_at: datetime | None, office: str = "north", outcome: str = "approved"
) -> None:
    MeasuredRequest.objects.create(
        subject=uuid4(), service="permit", version=1, office=office, office_seq=1, channel="online",
        day=date(2026, 5, 1), submitted_at=submitted_at, ended_at=ended_at, outcome=outcome if ended_at else "",
        robot_steps=0, clerk_steps=0, saved_minutes=0,
    )  # fmt: skip


@pytest.mark.django_db
class TestExpected:
    def test_comes_from_the_office_where_it_decided_enough(self):
        for number in range(40):
            measured(NOW - 50 * DAY, NOW - (40 - number % 10) * DAY)
            measured(NOW - 50 * DAY, NOW - 2 * DAY, office="south")
        renew_forecast("permit", NOW)

        north, nowhere = (expected("permit", office, NOW, NOW) for office in ("north", "elsewhere"))

        assert north is not None
        assert nowhere is not None
        assert (north.half_by - NOW) / DAY == about(14)
        assert (nowhere.most_by - NOW) / DAY == about(48)
        assert (north.decisions, nowhere.decisions) == (40, 80)

    def test_comes_from_all_offices_where_the_own_past_does_not_reach(self):
        for number in range(40):
            measured(NOW - 50 * DAY, NOW - (40 - number % 10) * DAY if number < 30 else None)
            measured(NOW - 50 * DAY, NOW - (30 - number % 10) * DAY, office="south")
            measured(NOW - 50 * DAY, NOW - (30 - number % 10) * DAY, office="west")
        renew_forecast("permit", NOW)

        north = expected("permit", "north", NOW, NOW)

        assert north is not None
        assert north.decisions == 110

    def test_is_not_told_on_few_decisions(self):
        for _ in range(29):
            measured(NOW - 20 * DAY, NOW - 10 * DAY)
        renew_forecast("permit", NOW)

        assert expected("permit", "north", NOW, NOW) is None

    def test_looks_neither_at_the_future_nor_at_the_old_past(self):
        for _ in range(40):
            measured(NOW - 20 * DAY, NOW - 10 * DAY)
        renew_forecast("permit", NOW)
        before = list(Forecast.objects.order_by("office").values_list("office", "curve"))
        measured(NOW + DAY, NOW + 2 * DAY)
        measured(NOW - SPAN - 9 * DAY, NOW - SPAN - DAY)
        renew_forecast("permit", NOW)

        assert list(Forecast.objects.order_by("office").values_list("office", "curve")) == before

    def test_what_was_withdrawn_is_no_decision(self):
        for _ in range(40):
            measured(NOW - 20 * DAY, NOW - 10 * DAY, outcome="withdrawn")
        renew_forecast("permit", NOW)

        assert Forecast.objects.get(office="").decided == 0

    def test_is_renewed_once_an_hour(self):
        worlds.build_agencies("north")
        worlds.published([worlds.desk("judge")])

        assert [renew_forecasts(NOW + minutes * timedelta(minutes=1)) for minutes in (0, 30, 61)] == [1, 0, 1]
