"""Entries elsewhere of which nobody knows whether they were made: asked for by key, or left to an official."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override

from services.accounts.models import User
from services.catalogue.soundness import Unsound
from services.connectors.models import CallsOfDay, Connector
from services.connectors.operations import pause, resume
from services.ledger.queries import broken_links
from services.requests.models import ServiceRequest
from services.workflow import admission, breakers, outside
from services.workflow.automation import run_lane
from services.workflow.models import Breaker, Step
from services.workflow.operations import desk
from services.workflow.operations.outcomes import tell_done, tell_not_done
from services.workflow.operations.robots import try_again
from services.workflow.queries import parked_of
from services.workflow.refusals import Refused
from services.workflow.troubles import in_words
from tests import worlds
from tests.connectors.faults import FAULTS, http
from tests.connectors.register import Register, running_register
from tests.proxy import Proxy
from tests.workflow.walks import fresh, kinds

pytestmark = pytest.mark.django_db

NOON, State = worlds.NOON, Step.State
ASK = {"method": "GET", "path": "/effects/cars/{idempotency_key}", "answer": {"receipt": "receipt"}}
LANE = Step.Lane.REGISTRIES


@pytest.fixture
def register() -> Iterator[Register]:
    with running_register() as register:
        yield register


@pytest.fixture
def proxy(register: Register) -> Iterator[Proxy]:
    with Proxy(register.server_port) as proxy:
        yield proxy


def version_with(proxy: Proxy, *, honoured: bool | None = None, asks: bool = False, **more: Any) -> Any:
    """Publish a service that makes one entry: at a register that honours keys, can be asked, or neither."""
    worlds.build_agencies("north")
    known = worlds.connector("cars", f"http://127.0.0.1:{proxy.port}", limits={"deadline_s": 0.5, **more})
    if honoured is not None or asks:
        known["idempotency"] = {"honoured": bool(honoured)}
    if asks:
        known["operations"]["ask"] = ASK
    worlds.build_connectors(known)
    settings = {"registry": "cars", "key": "'10-AB'", "save_as": "entry"}
    enter = worlds.robot("enter", "registry_update", to="granted", settings=settings, saves_minutes=5)
    return worlds.published([enter, worlds.desk("judge")])


def applied(version: Any, times: int = 1) -> ServiceRequest:
    request = [worlds.apply(version) for _ in range(times)][-1]
    worlds.run_robots()
    return request


def run_again(request: ServiceRequest) -> Step:
    """Let the next attempt come."""
    request.steps.all().filter(key="enter", state=State.DUE).update(run_at=NOON)
    Breaker.objects.all().delete()
    run_lane(LANE)
    return request.steps.all().get(key="enter")


def cut(proxy: Proxy) -> None:
    proxy.mode = "cut_after"


class TestOutcomeUnknown:
    def test_is_asked_for_by_key_where_that_can_be_asked(self, register: Register, proxy: Proxy) -> None:
        register.honours = False
        version = version_with(proxy, asks=True)
        cut(proxy)
        request = applied(version)
        proxy.mode = "pass"
        run_again(request)

        assert len(register.made) == 1
        assert fresh(request).status == "approved"
        assert fresh(request).facts["found"]["entry"] == {"receipt": "r-1", "found": True}
        assert [asked.split("/")[1] for asked in register.asked] == ["cars", "effects"]

    def test_is_made_after_asking_when_it_was_not(self, register: Register, proxy: Proxy) -> None:
        register.honours = False
        version = version_with(proxy, asks=True)
        cut(proxy)
        request = applied(version)
        register.made.clear()
        proxy.mode = "pass"
        run_again(request)

        assert len(register.made) == 1
        assert fresh(request).status == "approved"

    def test_is_repeated_with_the_same_key_where_the_key_is_honoured(self, register: Register, proxy: Proxy) -> None:
        version = version_with(proxy, honoured=True)
        cut(proxy)
        request = applied(version)
        proxy.mode = "pass"
        run_again(request)

        assert len(register.made) == 1
        assert [headers["Idempotency-Key"] for headers in register.headers] == [register.made[0]] * 2
        assert fresh(request).status == "approved"

    def test_is_an_official_s_at_once_where_nobody_can_tell(self, register: Register, proxy: Proxy) -> None:
        register.honours = False
        version = version_with(proxy)
        cut(proxy)
        request = applied(version)
        step = worlds.open_step(request)

        assert len(register.made) == 1
        assert step.trouble["code"] == "outcome_unknown"
        assert "“Cars”, and no clear answer came" in in_words(step.trouble)

    def test_without_the_guard_it_is_repeated_blindly(self, register: Register, proxy: Proxy, settings: Any) -> None:
        """The control: with the guard off the same fault makes the entry twice."""
        settings.GUARDS = {**settings.GUARDS, "unknown": False}
        register.honours = False
        version = version_with(proxy, asks=True)
        cut(proxy)
        request = applied(version)
        proxy.mode = "pass"
        run_again(request)

        assert len(register.made) == 2

    def test_stays_unknown_when_the_register_is_down_ever_after(self, register: Register, proxy: Proxy) -> None:
        version = version_with(proxy, honoured=True)
        cut(proxy)
        request = applied(version)
        proxy.mode = "refuse"
        for _ in range(4):
            run_again(request)

        assert len(register.made) == 1
        assert worlds.open_step(request).trouble["code"] == "outcome_unknown"

    def test_is_known_when_nothing_was_sent(self, register: Register, proxy: Proxy) -> None:
        version = version_with(proxy)
        proxy.mode = "refuse"
        request = applied(version)

        assert request.steps.all().get(key="enter").state == State.DUE
        proxy.mode = "pass"
        run_again(request)
        assert len(register.made) == 1

    def test_a_worker_that_died_in_the_call_leaves_it_unknown(self, register: Register, proxy: Proxy) -> None:
        register.honours = False
        request = worlds.apply(version_with(proxy))
        long_ago = NOON + timedelta(minutes=1)
        request.steps.all().filter(key="enter").update(state=State.RUNNING, lease_until=long_ago, fence=1, attempts=1)
        run_lane(LANE)

        assert register.made == []
        assert worlds.open_step(request).trouble["code"] == "outcome_unknown"

    @pytest.mark.parametrize("status", ["500 Oops", "302 Found", "409 Conflict", "200 OK"])
    def test_what_an_answer_says_of_it(self, proxy: Proxy, status: str) -> None:
        version = version_with(proxy)
        proxy.answer, proxy.mode = lambda: [http(status, b"<html>", "text/html")], "say"
        request = applied(version)

        refused = status.startswith("409")
        assert worlds.open_step(request).trouble["code"] == ("refused" if refused else "outcome_unknown")


class TestWordOfAnOfficial:
    @pytest.fixture
    def held(self, register: Register, proxy: Proxy) -> Step:
        register.honours = False
        version = version_with(proxy)
        cut(proxy)
        request = applied(version)
        proxy.mode = "pass"
        Breaker.objects.all().delete()
        return desk.claim(worlds.open_step(request), worlds.clerk("bruno"), NOON)

    def test_that_it_was_done_goes_on_without_a_call(self, register: Register, held: Step) -> None:
        tell_done(held, User.objects.get(name="Bruno"), NOON, receipt=" r-7 ")
        worlds.run_robots()
        request = fresh(held.service_request)

        assert len(register.made) == 1
        assert request.status == "approved"
        assert request.facts["found"]["entry"] == {"receipt": "r-7", "found": True}
        assert "found_done" in kinds(request)
        assert not list(broken_links())

    def test_that_it_was_not_done_lets_the_robot_do_it(self, register: Register, held: Step) -> None:
        tell_not_done(held, User.objects.get(name="Bruno"), NOON)
        worlds.run_robots()
        request = fresh(held.service_request)

        assert len(register.made) == 2
        assert request.status == "approved"
        assert "found_not_done" in kinds(request)

    def test_is_taken_from_the_holder_only_and_once(self, held: Step) -> None:
        bruno, chloe = User.objects.get(name="Bruno"), worlds.clerk("chloe")
        with pytest.raises(Refused, match="Take this step first"):
            tell_done(held, chloe, NOON)
        tell_done(held, bruno, NOON)
        with pytest.raises(Refused):
            tell_not_done(held, bruno, NOON)

    def test_is_needed_before_a_manager_lets_a_robot_try(self, held: Step) -> None:
        desk.release(held, User.objects.get(name="Bruno"), NOON)
        dilara = worlds.clerk("dilara", desks=(), role="manager")
        with pytest.raises(Refused, match="Nobody knows yet"):
            try_again(parked_of(dilara).get(), dilara, NOON)


def test_a_robot_that_tries_again_keeps_its_key(register: Register, proxy: Proxy) -> None:
    version = version_with(proxy, honoured=True)
    proxy.mode = "refuse"
    request = applied(version)
    for _ in range(4):
        run_again(request)
    first = request.steps.all().get(key="enter")
    dilara = worlds.clerk("dilara", desks=(), role="manager")
    proxy.mode = "pass"
    Breaker.objects.all().delete()
    try_again(parked_of(dilara).get(), dilara, NOON)
    worlds.run_robots()

    assert register.made == [f"{request.pk}/{first.pk}"]


class TestAdmission:
    def test_lets_out_no_more_calls_at_once_than_agreed(self, proxy: Proxy) -> None:
        version = version_with(proxy, concurrent=2)
        for _ in range(3):
            worlds.apply(version)
        claims = [outside._claim(LANE, NOON)[1] for _ in range(3)]

        assert [claim is not None for claim in claims] == [True, True, False]
        assert admission.closed(NOON) == ["cars"]

    def test_lets_out_one_at_a_time_while_the_register_fails(self, proxy: Proxy) -> None:
        version = version_with(proxy, concurrent=2)
        Breaker.objects.create(name="cars", failures=1)
        for _ in range(2):
            worlds.apply(version)
        claims = [outside._claim(LANE, NOON)[1] for _ in range(2)]

        assert [claim is not None for claim in claims] == [True, False]

    def test_a_full_register_does_not_hold_up_another(self, register: Register, proxy: Proxy) -> None:
        version = version_with(proxy, concurrent=1)
        worlds.build_connectors(worlds.connector("homes", f"http://127.0.0.1:{register.server_port}"))
        settings = {"registry": "homes", "key": "'1'", "save_as": "home"}
        other = worlds.published(
            [worlds.robot("look", "registry_lookup", to="granted", settings=settings), worlds.desk("judge")],
            service="other",
        )
        for _ in range(2):
            worlds.apply(version)
        outside._claim(LANE, NOON)
        request = worlds.apply(other)
        run_lane(LANE, NOON)

        assert fresh(request).status == "approved"
        assert register.made == []

    def test_lets_out_no_more_calls_a_minute_than_agreed(self, register: Register, proxy: Proxy) -> None:
        register.honours = False
        version = version_with(proxy, calls_a_minute=2)
        for _ in range(3):
            worlds.apply(version)
        run_lane(LANE, NOON)
        assert len(register.made) == 2
        run_lane(LANE, NOON + timedelta(minutes=1))

        assert len(register.made) == 3

    def test_steps_of_a_paused_register_wait(self, register: Register, proxy: Proxy) -> None:
        version = version_with(proxy)
        pause("cars", "They move house.", NOON)
        request = applied(version)
        assert request.steps.all().get(key="enter").attempts == 0
        resume("cars", NOON, User.objects.create_superuser("admin@example.org"))
        run_lane(LANE)

        assert fresh(request).status == "approved"


class TestFailures:
    def test_wait_as_long_as_the_register_asks(self, proxy: Proxy, settings: Any) -> None:
        settings.ROBOT_PAUSES_S = [1] * 4
        version = version_with(proxy)
        proxy.answer, proxy.mode = lambda: [http("429 Slow down", b"", "text/plain", "Retry-After: 600")], "say"
        request = worlds.apply(version)
        run_lane(LANE, NOON)
        step = request.steps.all().get(key="enter")

        assert step.run_at >= NOON + timedelta(seconds=600)
        assert Breaker.objects.get().no_calls_before == NOON + timedelta(seconds=600)

    def test_name_the_register_by_its_title_while_nobody_calls_it(self, proxy: Proxy, settings: Any) -> None:
        settings.ROBOT_PAUSES_S = []
        version = version_with(proxy)
        titles = {"en": "Vehicles", "fr": "Véhicules"}
        Connector.objects.update(source={**Connector.objects.get().source, "title": titles})
        for _ in range(breakers.FAILURES_TO_OPEN):
            breakers.note_failure("cars", NOON)
        request = worlds.apply(version)
        run_lane(LANE, NOON)
        kept = worlds.open_step(request).trouble

        told = []
        for language in titles:
            with override(language):
                told.append(in_words(kept))
        assert kept["code"] == "no_answer"
        assert all(title in words for title, words in zip(titles.values(), told, strict=True))
        assert not any("cars" in words for words in told)

    def test_are_counted_by_day_without_a_word_about_whom(self, register: Register, proxy: Proxy) -> None:
        version = version_with(proxy)
        applied(version)
        proxy.mode = "refuse"
        applied(version)
        day = CallsOfDay.objects.get()

        assert (day.calls, day.failures, day.failed_by, sum(day.durations)) == (2, 1, "no_answer", 2)
        assert day.succeeded_at is not None

    @pytest.mark.parametrize("name", FAULTS)
    def test_end_within_the_deadline_and_never_refuse_the_citizen(self, proxy: Proxy, name: str) -> None:
        import time

        version = version_with(proxy, asks=True)
        fault = FAULTS[name]
        if fault.is_tls:
            Connector.objects.update(
                source={**Connector.objects.get().source, "base_url": f"https://127.0.0.1:{proxy.port}"}
            )
        proxy.answer, proxy.mode = fault.answer, fault.mode
        list(zip(range(3), proxy.answer(), strict=False))
        request = worlds.apply(version)
        began = time.monotonic()
        run_lane(LANE)

        assert time.monotonic() - began < 0.5 + 1
        assert fresh(request).status == "in_progress"
        assert request.steps.all().get(key="enter").state == State.DUE


def test_definitions_name_connectors_that_are_there_and_can(proxy: Proxy) -> None:
    version_with(proxy)
    Connector.objects.get().delete()
    settings = {"registry": "cars", "key": "'1'", "save_as": "car"}
    steps = [worlds.robot("look", "registry_lookup", to="granted", settings=settings), worlds.desk("judge")]
    with pytest.raises(Unsound, match="there is no connector 'cars'"):
        worlds.published(steps)
    known = worlds.connector("cars")
    del known["operations"]["look_up"]
    worlds.build_connectors(known)
    with pytest.raises(Unsound, match="has no operation 'look_up'"):
        worlds.published(steps)
