"""The outlook's bounds come from its own errors, tell how often they held, and use nothing that wasn't known."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.management.receipt import read_cases
from services.transparency import outlook as method
from services.transparency.models import DayCount
from services.transparency.outlook import AHEAD, FEWEST_TRIES, PAST, outlook
from services.transparency.outlooks import outlooks_of

LOG = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "receipt.csv.gz"
FEWEST_WEEKS = PAST + AHEAD + FEWEST_TRIES - 1


def test_a_steady_past_goes_on() -> None:
    told = outlook([10] * 40)

    assert told
    assert (told.expected, told.low, told.high) == (40, 40, 40)
    assert told.held == told.tries > 0


@pytest.mark.parametrize(("weeks", "is_told"), [(0, False), (FEWEST_WEEKS - 1, False), (FEWEST_WEEKS, True)])
def test_a_short_past_tells_nothing(weeks: int, is_told: bool) -> None:
    assert (outlook([10] * weeks) is not None) == is_told


def test_what_the_method_does_not_fit_gets_wide_bounds_and_says_how_often_they_held() -> None:
    """Twelve quiet weeks and twelve busy ones in turn: the mean of six is always late."""
    told = outlook(([2] * 12 + [40] * 12) * 4)

    assert told
    assert told.high - told.low > 100
    assert told.tries > 60
    assert told.held < told.tries


@given(st.lists(st.integers(0, 50), min_size=FEWEST_WEEKS, max_size=80), st.integers(0, 500))
def test_what_comes_later_changes_no_earlier_try(weeks: list[int], later: int) -> None:
    """The record of the past is the same whoever looks at it, and grows by at most one try a week."""
    before, after = outlook(weeks), outlook([*weeks, later])

    assert before
    assert after
    assert after.tries - before.tries in (0, 1)
    assert after.held - before.held in (0, 1)


def test_of_chance_alone_the_bounds_hold_nine_times_of_ten() -> None:
    chance = random.Random(20261126)
    held = tries = 0
    for _ in range(40):
        told = outlook([sum(chance.random() < 0.1 for _ in range(200)) for _ in range(104)])
        assert told
        held, tries = held + told.held, tries + told.tries

    assert 0.86 < held / tries < 0.94


def test_a_try_that_knew_its_own_four_weeks_would_flatter_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    weeks = ([2] * 12 + [40] * 12) * 4
    honest = outlook(weeks)
    monkeypatch.setattr(method, "_known_at", lambda at: at + AHEAD)
    flattered = outlook(weeks)

    assert honest
    assert flattered
    assert flattered.held / flattered.tries != honest.held / honest.tries


@pytest.mark.django_db
class TestService:
    def test_counts_whole_weeks_only(self) -> None:
        today = date(2026, 11, 26)
        for back in range(60 * 7):
            day = today - timedelta(days=back)
            rows = [("received", 3), ("approved", 2), ("withdrawn", 1)]
            DayCount.objects.bulk_create(
                [DayCount(service="permit", day=day, measure=name, number=number) for name, number in rows]
            )
        DayCount.objects.filter(day=today, measure="received").update(number=900)

        told = outlooks_of("permit", today)

        assert told.first == date(2026, 11, 23)
        assert told.received
        assert told.decided
        assert told.change
        assert (told.received.expected, told.decided.expected, told.change.expected) == (84, 56, 0)

    def test_nothing_is_told_of_a_service_without_a_past(self) -> None:
        assert not outlooks_of("permit", date(2026, 11, 26)).is_known


@pytest.mark.skipif(not LOG.exists(), reason=f"The receipt log isn't at {LOG}")
def test_on_real_applications_the_record_is_as_the_decision_tells() -> None:
    """docs/decisions/0022: received 34 of 44, decided 44 of 44, the change of the backlog 41 of 44."""
    cases = read_cases(LOG)
    received = Counter(monday(case.first_seen_at) for case in cases)
    decided = Counter(monday(case.ended_at) for case in cases if case.ended_at)
    first, last = min(received), max(received)
    weeks = [first + timedelta(days=7 * number) for number in range((last - first).days // 7 + 1)]
    came, done = [received[week] for week in weeks], [decided[week] for week in weeks]
    change = [one - other for one, other in zip(came, done, strict=True)]
    sizes = [one + other for one, other in zip(came, done, strict=True)]

    told = [outlook(came), outlook(done), outlook(change, sizes)]

    assert [(one.held, one.tries) for one in told if one] == [(34, 44), (44, 44), (41, 44)]


def monday(moment: datetime) -> date:
    return moment.date() - timedelta(days=moment.weekday())
