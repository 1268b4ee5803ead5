import time
from collections.abc import Iterator

import pytest

from portal.embedded.processes import Child
from portal.embedded.supervisor import Supervisor


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(said.append)
    yield supervisor
    supervisor.close()


def pid(supervisor: Supervisor, name: str) -> int:
    process = supervisor.children[name].process
    assert process
    return process.pid


class TestTend:
    def test_leaves_the_living_alone(self, supervisor: Supervisor, said: list[str]) -> None:
        supervisor.start(Child("sleeper", ["sleep", "60"]))
        before = pid(supervisor, "sleeper")

        supervisor.tend(time.monotonic())

        assert (pid(supervisor, "sleeper"), said) == (before, [])

    def test_starts_the_dead_again_after_a_pause(self, supervisor: Supervisor, said: list[str]) -> None:
        supervisor.start(Child("sleeper", ["sleep", "60"]))
        supervisor.kill("sleeper")
        now = time.monotonic()

        supervisor.tend(now)
        assert not supervisor.children["sleeper"].is_running
        supervisor.tend(now + 1.1)

        assert supervisor.children["sleeper"].is_running
        assert said[0].startswith("sleeper ended (code -9); starting it again in 1 s.")

    def test_pauses_longer_each_time_up_to_a_limit(self, supervisor: Supervisor) -> None:
        supervisor.start(Child("sleeper", ["sleep", "60"]))
        now, pauses = time.monotonic(), []

        for _ in range(6):
            supervisor.kill("sleeper")
            supervisor.tend(now)
            pauses.append(supervisor.due["sleeper"] - now)
            now = supervisor.due["sleeper"]
            supervisor.tend(now)

        assert pauses == pytest.approx([1, 2, 4, 8, 16, 30])

    def test_forgets_old_troubles_of_a_child_that_lived_long(self, supervisor: Supervisor) -> None:
        supervisor.start(Child("sleeper", ["sleep", "60"]))
        supervisor.pauses["sleeper"] = 16
        supervisor.kill("sleeper")

        supervisor.tend(supervisor.children["sleeper"].started_at + 61)

        assert supervisor.pauses["sleeper"] == 1


class TestStop:
    def test_ends_the_named_and_keeps_the_others(self, supervisor: Supervisor) -> None:
        supervisor.start(Child("first", ["sleep", "60"]))
        supervisor.start(Child("second", ["sleep", "60"]))

        supervisor.stop(["second"])

        assert list(supervisor.children) == ["first"]
        assert supervisor.children["first"].is_running
