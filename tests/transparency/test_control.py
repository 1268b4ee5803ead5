"""Alarms of measures: series that must alarm, series that must not, and how often chance alone alarms."""

import random
from collections.abc import Callable
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transparency import control
from services.transparency.control import Tally, number_alarm, share_alarm, share_limits, tail

STEADY = [Tally(part, 100) for part in (90, 92, 88, 91, 89, 93, 90, 87, 91, 90, 92, 89)]
DAYS = [6.0, 6.0, 7.0, 6.0, 5.0, 6.0, 7.0, 6.0, 6.0, 6.0]


class TestShares:
    @pytest.mark.parametrize(
        ("last", "expected"),
        [
            (Tally(60, 100), ("beyond", False)),
            (Tally(300, 300), ("beyond", True)),
            (Tally(84, 100), None),
            (Tally(0, 29), None),  # too few cases, whatever they show
            (Tally(9, 30), ("beyond", False)),
        ],
    )
    def test_alarm_when_the_last_month_leaves_the_limits(self, last, expected) -> None:
        alarm = share_alarm([*STEADY, last])

        assert (alarm and (alarm.kind, alarm.is_above)) == expected

    def test_alarm_when_eight_months_in_a_row_are_worse_though_none_is_beyond(self) -> None:
        drift = [Tally(part, 100) for part in (88, 87, 88, 89, 87, 88, 88, 87)]

        alarm = share_alarm([*STEADY, *drift])

        assert alarm
        assert (alarm.kind, alarm.is_above) == ("run", False)
        assert share_alarm([*STEADY, *drift[:6]]) is None

    def test_do_not_alarm_before_eight_months_are_known(self) -> None:
        assert share_alarm([*STEADY[:7], Tally(10, 100)]) is None
        assert share_alarm([*STEADY[:8], Tally(10, 100)])
        assert share_alarm([]) is None

    def test_months_with_few_cases_neither_judge_nor_are_judged(self) -> None:
        assert share_alarm([*STEADY[:7], *[Tally(1, 2)] * 20, Tally(10, 100)]) is None

    def test_months_that_always_differ_widen_their_limits(self) -> None:
        """With 10,000 cases a month chance alone is ±0.9 points: that months differ by more is no news."""
        restless = [Tally(part * 100, 10_000) for part in (90, 86, 92, 88, 93, 87, 91, 85, 92, 88)]

        low, high = share_limits(restless, 10_000)

        assert low < 0.85
        assert high > 0.93
        assert share_alarm([*restless, Tally(8600, 10_000)]) is None

    def test_two_late_of_thirty_are_no_alarm_where_one_of_a_hundred_is_late(self) -> None:
        """Three deviations would alarm; chance does that once in 28 months."""
        good = [Tally(99, 100)] * 12

        assert share_limits(good, 30).low > 28 / 30
        assert share_alarm([*good, Tally(28, 30)]) is None
        assert share_alarm([*good, Tally(24, 30)])

    def test_the_exact_tail_is_what_keeps_it_from_alarming(self, monkeypatch) -> None:
        monkeypatch.setattr(control, "RARE", 1.1)

        assert share_alarm([*[Tally(99, 100)] * 12, Tally(28, 30)])

    def test_the_first_late_decision_ever_is_no_alarm_and_many_are(self) -> None:
        assert share_alarm([Tally(50, 50)] * 12) is None
        assert share_alarm([*[Tally(50, 50)] * 12, Tally(49, 50)]) is None
        assert share_alarm([*[Tally(50, 50)] * 12, Tally(40, 50)])


class TestNumbers:
    @pytest.mark.parametrize(
        ("last", "expected"), [(20.0, ("beyond", True)), (0.0, ("beyond", False)), (8.0, None), (6.0, None)]
    )
    def test_alarm_when_the_last_month_leaves_the_limits(self, last, expected) -> None:
        alarm = number_alarm([*DAYS, last], finest=1)

        assert (alarm and (alarm.kind, alarm.is_above)) == expected

    def test_a_day_more_is_no_alarm_where_all_months_were_alike(self) -> None:
        assert number_alarm([*[6.0] * 12, 7.0], finest=1) is None
        assert number_alarm([*[6.0] * 12, 10.0], finest=1)

    def test_counts_spread_at_least_as_chance_spreads_them(self) -> None:
        assert number_alarm([*[100.0] * 12, 125.0], finest=1, is_count=True) is None
        assert number_alarm([*[100.0] * 12, 140.0], finest=1, is_count=True)
        assert number_alarm([*[100.0] * 12, 125.0], finest=1)

    def test_do_not_alarm_before_eight_months_are_known(self) -> None:
        assert number_alarm([*DAYS[:7], 90.0], finest=1) is None


def alarms(make: Callable[[random.Random], bool], times: int = 2000) -> float:
    chance = random.Random(20261126)
    return sum(make(chance) for _ in range(times)) / times


def of(chance: random.Random, cases: int, share: float) -> Tally:
    return Tally(sum(chance.random() < share for _ in range(cases)), cases)


class TestChance:
    """How often a month of an unchanged service alarms, and one that got worse: drawn with a fixed seed."""

    def test_alone_alarms_rarely(self) -> None:
        def steady(chance: random.Random) -> bool:
            share = chance.choice([0.7, 0.9, 0.98])
            return share_alarm([of(chance, 60, share) for _ in range(25)]) is not None

        assert alarms(steady) < 0.025

    def test_a_service_that_falls_by_twenty_points_alarms_at_once(self) -> None:
        def falling(chance: random.Random) -> bool:
            months = [of(chance, 100, 0.9) for _ in range(24)]
            return share_alarm([*months, of(chance, 100, 0.7)]) is not None

        assert alarms(falling, 500) > 0.95


@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.01, 0.99))
def test_the_tail_is_the_binomials(most: int, whole: int, share: float) -> None:
    exact = sum(comb(whole, one) * share**one * (1 - share) ** (whole - one) for one in range(min(most, whole) + 1))

    assert tail(most, whole, share) == pytest.approx(min(1, exact), abs=1e-9)
