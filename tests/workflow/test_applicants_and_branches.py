"""Steps that wait for applicants and for other agencies."""

from datetime import timedelta
from itertools import permutations

import pytest
import time_machine

from services.accounts.models import User
from services.workflow.models import Step
from services.workflow.operations import applicant, desk, file
from services.workflow.refusals import Refused
from tests import worlds
from tests.workflow.walks import decide, fresh, kinds
from tests.worlds import DAY, NOON, apply, open_step, published, run_robots

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def agencies() -> None:
    worlds.build_agencies("north", "south")


@pytest.fixture
def bruno() -> User:
    return worlds.clerk("bruno")


@pytest.fixture
def aysel() -> User:
    return worlds.citizen()


def payment(**more: object) -> dict[str, object]:
    step = {"key": "pay", "kind": "applicant", "title": worlds.text("Pay"), "waits_for": "payment"}
    return {**step, "next": [{"to": "granted"}], **more}


class TestApplicant:
    def test_payment_is_recorded_at_the_counter(self, bruno, aysel) -> None:
        request = apply(published([payment()]), by=aysel)
        step = open_step(request, kind=Step.Kind.APPLICANT)
        with pytest.raises(Refused):
            applicant.confirm(step, aysel, NOON)
        with pytest.raises(Refused):
            file.record_at_counter(step, worlds.clerk("carla", "south"), NOON)
        file.record_at_counter(step, bruno, NOON + DAY)
        assert fresh(request).status == "approved"

    def test_who_does_not_come_in_time_is_late(self, aysel) -> None:
        late = payment(within={"days": 5}, if_late="judge")
        request = apply(published([late, worlds.desk("judge")]), by=aysel)
        with time_machine.travel(NOON + 20 * DAY):
            run_robots()
        assert open_step(request).key == "judge"

    def test_withdrawal_cancels_everything(self, bruno, aysel) -> None:
        request = apply(published([worlds.desk("judge")]), by=aysel)
        with pytest.raises(Refused):
            applicant.withdraw(request, worlds.citizen("elvin"), NOON)
        step = open_step(request)
        applicant.withdraw(request, aysel, NOON)
        assert fresh(request).status == "withdrawn"
        with pytest.raises(Refused):
            desk.claim(step, bruno, NOON)
        with pytest.raises(Refused):
            applicant.withdraw(request, aysel, NOON)
        assert kinds(request)[-1] == "ended"


def parallel(**more: object) -> dict[str, object]:
    branches = [{"key": key, "start": f"ask_{key}", "title": worlds.text(key)} for key in ("a", "b", "c")]
    step = {"key": "ask", "kind": "parallel", "title": worlds.text("Ask"), "branches": branches}
    return {**step, "next": [{"to": "granted"}], **more}


OPINIONS = [
    {**worlds.desk(f"ask_{key}"), "outcomes": [{"key": "yes", "title": worlds.text("Yes"), "to": "ask"}]}
    for key in "abc"
]


class TestParallel:
    @pytest.mark.parametrize("order", list(permutations("abc")))
    def test_any_order_gives_the_same_join(self, bruno, order) -> None:
        request = apply(published([parallel(), *OPINIONS]))
        for number, key in enumerate(order, start=1):
            decide(request, bruno, key=f"ask_{key}")
            assert fresh(request).is_in_progress == (number < 3)
        assert fresh(request).status == "approved"

    def test_a_quorum_cancels_the_rest(self, bruno) -> None:
        request = apply(published([parallel(quorum=2), *OPINIONS]))
        decide(request, bruno, key="ask_c")
        decide(request, bruno, key="ask_a")
        assert fresh(request).status == "approved"
        assert request.steps.all().get(key="ask_b").state == Step.State.CANCELLED

    def test_silence_is_no_objection(self, bruno) -> None:
        request = apply(published([parallel(within={"days": 5}), *OPINIONS]))
        with time_machine.travel(NOON + timedelta(days=20)):
            run_robots()
        assert fresh(request).status == "approved"

    def test_branches_without_reason_are_not_walked(self) -> None:
        ask = parallel()
        ask["branches"] = [{**branch, "when": "answers.rooms > 2"} for branch in ask["branches"]]  # type: ignore[attr-defined]
        request = apply(published([ask, *OPINIONS]), {"rooms": 1})
        assert fresh(request).status == "approved"
