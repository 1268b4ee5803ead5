"""Officials and applicants at the same moment, on connections of their own; with the locks off, each race is lost."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings as known
from django.db import connection, transaction
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Absence
from services.ledger.models import Event
from services.requests.models import Decision, ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import applicant, desk, preparing
from services.workflow.operations.absences import record_absence
from services.workflow.refusals import Refused
from tests import worlds
from tests.clerks import office

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("ledger")]
CLERKS, STEPS = 50, 200
OVER = "This request has already come to an end."
Act = Callable[[], object]


@pytest.fixture
def without_locks(settings: Any) -> None:
    settings.GUARDS = {**known.GUARDS, "locks": False}


@pytest.fixture
def waiting() -> list[ServiceRequest]:
    """Give requests that wait at one desk."""
    worlds.build_agencies("north")
    version = office.published()
    return [worlds.apply(version) for _ in range(STEPS)]


@pytest.fixture
def clerks(waiting: list[ServiceRequest]) -> list[User]:
    return [worlds.clerk(f"clerk{number}") for number in range(CLERKS)]


def at_once(acts: Iterable[Act]) -> list[object]:
    """Do acts at the same time, each on a connection of its own; give what each gave or raised."""
    acts = list(acts)
    with ThreadPoolExecutor(len(acts)) as people:
        return [end_of(begun) for begun in [people.submit(on_own_connection, act) for act in acts]]


def end_of(begun: Future[object]) -> object:
    """Give what an act gave or raised."""
    return begun.exception() or begun.result()


def on_own_connection(act: Act) -> object:
    try:
        return act()
    finally:
        connection.close()


class TestTakingTheNext:
    @staticmethod
    def take_all(user: User) -> list[int]:
        """Take steps until there is none; give their numbers."""
        taken = []
        while step := desk.claim_next(user, worlds.NOON):
            taken.append(step.pk)
        return taken

    def wins(self, clerks: list[User]) -> Counter[int]:
        answers = at_once(lambda user=user: self.take_all(user) for user in clerks)
        return Counter(number for answer in answers if isinstance(answer, list) for number in answer)

    def test_fifty_clerks_take_two_hundred_steps_once_each(self, clerks: list[User]) -> None:
        wins = self.wins(clerks)

        assert (len(wins), wins.total()) == (STEPS, STEPS)
        assert Event.objects.filter(kind="claimed").count() == STEPS
        assert not Step.objects.filter(assignee=None).exists()

    @pytest.mark.usefixtures("without_locks")
    def test_without_locks_they_collide(self, clerks: list[User]) -> None:
        wins = self.wins(clerks)

        assert wins.total() > STEPS or Event.objects.filter(kind="claimed").count() != STEPS


class TestDecidingWhileTheApplicantWithdraws:
    @pytest.fixture
    def held(self) -> Step:
        worlds.build_agencies("north")
        request = worlds.apply(office.published(), by=worlds.citizen())
        return desk.claim(worlds.open_step(request), worlds.clerk("bruno"), worlds.NOON)

    @staticmethod
    def acts(held: Step) -> dict[str, Act]:
        bruno, aysel = User.objects.get(name="Bruno"), User.objects.get(name="Aysel")
        return {
            "decide": lambda: desk.decide(held, "yes", bruno, worlds.NOON),
            "withdraw": lambda: applicant.withdraw(held.service_request, aysel, worlds.NOON),
        }

    @pytest.mark.parametrize(("first", "second"), [("decide", "withdraw"), ("withdraw", "decide")])
    def test_the_first_wins_and_the_second_is_told(self, held: Step, first: str, second: str) -> None:
        won, told = one_into_the_other(self.acts(held)[first], self.acts(held)[second])

        assert not isinstance(won, Exception)
        assert isinstance(told, Refused)
        assert told.message == OVER
        status = ServiceRequest.objects.get(pk=held.service_request_id).status
        assert status == {"decide": "approved", "withdraw": "withdrawn"}[first]
        assert Decision.objects.count() == (first == "decide")
        assert Event.objects.filter(subject=held.service_request_id, kind="ended").count() == 1

    @pytest.mark.usefixtures("without_locks")
    @pytest.mark.parametrize(("first", "second"), [("decide", "withdraw"), ("withdraw", "decide")])
    def test_without_locks_nobody_is_told(self, held: Step, first: str, second: str) -> None:
        _won, other = one_into_the_other(self.acts(held)[first], self.acts(held)[second])

        assert not isinstance(other, Refused)

    def test_a_withdrawal_in_the_seconds_before_a_decision_takes_effect_wins(self, held: Step) -> None:
        bruno, aysel = User.objects.get(name="Bruno"), User.objects.get(name="Aysel")
        prepared = preparing.decide_soon(held, "yes", bruno, worlds.NOON)
        assert prepared.takes_effect_at is not None
        effect = prepared.takes_effect_at + worlds.DAY

        one_into_the_other(
            lambda: applicant.withdraw(held.service_request, aysel, worlds.NOON), lambda: preparing.take_effect(effect)
        )

        assert ServiceRequest.objects.get(pk=held.service_request_id).status == "withdrawn"
        prepared.refresh_from_db()
        assert prepared.refused == OVER


def test_of_two_absences_for_the_same_days_one_is_entered() -> None:
    worlds.build_agencies("north")
    bruno, today, all_there = worlds.clerk("bruno"), timezone.localdate(), Barrier(8)

    def enter() -> object:
        connection.ensure_connection()
        all_there.wait(20)
        return record_absence(bruno, today, today, bruno, timezone.now())

    ended = at_once([enter] * 8)

    assert [type(one) for one in ended].count(Refused) == 7
    assert Absence.objects.count() == 1


def one_into_the_other(first: Act, second: Act) -> tuple[object, object]:
    """Let one act come as far as its first event, then another as far as it can, then let both go on."""
    with ThreadPoolExecutor(2) as people:
        with ledger_shut():
            leading = people.submit(on_own_connection, first)
            wait_for_stopped(1, [leading])
            following = people.submit(on_own_connection, second)
            wait_for_stopped(2, [leading, following])
        return end_of(leading), end_of(following)


@contextmanager
def ledger_shut() -> Iterator[None]:
    """Let everybody wait who wants to write an event."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE ledger_event IN SHARE MODE")
        yield


def wait_for_stopped(count: int, acts: list[Future[object]]) -> None:
    """Wait until so many connections wait for a lock."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= count:
                return
        assert not all(act.done() for act in acts), [end_of(act) for act in acts]
        time.sleep(0.01)
    raise AssertionError(f"never {count} waited")
