"""The breaker lives in the time that it is told, so that a history can be played again."""

import pytest

from services.workflow import breakers
from tests.worlds import NOON

pytestmark = pytest.mark.django_db


def fails(times: int) -> None:
    for _ in range(times):
        breakers.note_failure("tax", NOON)


class TestLetsThrough:
    def test_until_too_many_calls_failed(self) -> None:
        fails(breakers.FAILURES_TO_OPEN - 1)
        before = breakers.lets_through("tax", NOON)
        fails(1)

        assert (before, breakers.lets_through("tax", NOON)) == (True, False)

    def test_one_call_after_the_rest_to_see_whether_it_is_back(self) -> None:
        fails(breakers.FAILURES_TO_OPEN)
        later = NOON + breakers.REST

        assert [breakers.lets_through("tax", later) for _ in range(2)] == [True, False]

    def test_every_call_once_one_succeeded(self) -> None:
        fails(breakers.FAILURES_TO_OPEN)
        breakers.note_success("tax", NOON)

        assert breakers.lets_through("tax", NOON)
