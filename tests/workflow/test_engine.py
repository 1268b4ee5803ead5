"""Every kind of step, walked through the portal's own operations on a real database."""

from dataclasses import replace

import pytest
import time_machine

from services.accounts.models import User
from services.ledger.queries import broken_links
from services.workflow.models import Step
from services.workflow.operations import applicant, desk, file
from services.workflow.refusals import Refused
from tests import worlds
from tests.workflow.walks import decide, fresh, kinds
from tests.worlds import DAY, NOON, apply, open_step, published, robot, run_robots

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


class TestRobots:
    def test_drive_through_all_pure_steps_in_one_transaction(self, django_assert_max_num_queries) -> None:
        rules = [
            robot(f"r{n}", "check_rule", to=f"r{n + 1}", settings={"rule": "true", "save_as": f"x{n}"})
            for n in range(4)
        ]
        last = robot("r4", "check_rule", to="granted", settings={"rule": "found.x3.holds", "save_as": "x4"})
        version = published([*rules, last, worlds.desk("judge")])
        request = apply(version)
        run_robots()
        assert fresh(request).status == "approved"
        assert kinds(request) == ["submitted", *["step_done"] * 5, "ended"]
        assert not list(broken_links())

    def test_a_doubt_goes_to_a_clerk_with_the_reason(self) -> None:
        unknown = robot("check", "check_rule", to="granted", settings={"rule": "answers.rooms > 2", "save_as": "big"})
        request = apply(published([unknown, worlds.desk("judge")]))
        run_robots()
        step = open_step(request)
        assert step.key == "judge"
        assert step.trouble == {"code": "cannot_tell"}

    def test_a_robot_chooses_by_what_is_known(self) -> None:
        check = robot(
            "check",
            "check_rule",
            settings={"rule": "answers.rooms > 2", "save_as": "big"},
            next=[{"to": "granted", "when": "found.big.holds"}, {"to": "judge"}],
        )
        version = published([check, worlds.desk("judge")])
        large, small = apply(version, {"rooms": 3}), apply(version, {"rooms": 2})
        run_robots()
        assert fresh(large).status == "approved"
        assert fresh(small).status == "in_progress"


class TestDesk:
    def test_a_refusal_needs_a_reason_of_the_list(self, bruno) -> None:
        request = apply(published([worlds.desk("judge")]))
        step = desk.claim(open_step(request), bruno, NOON)
        with pytest.raises(Refused):
            desk.decide(step, "no", bruno, NOON)
        with pytest.raises(Refused):
            desk.decide(step, "no", bruno, NOON, reason="invented")
        desk.decide(step, "no", bruno, NOON, reason="unfit", words="Too small.")
        assert fresh(request).status == "refused"

    def test_only_one_clerk_holds_a_step(self, bruno) -> None:
        request, other = apply(published([worlds.desk("judge")])), worlds.clerk("zaur")
        step = desk.claim(open_step(request), bruno, NOON)
        assert desk.claim(step, bruno, NOON).assignee == bruno
        with pytest.raises(Refused):
            desk.claim(step, other, NOON)
        desk.release(step, bruno, NOON)
        assert desk.claim(step, other, NOON).assignee == other

    def test_a_clerk_of_another_agency_can_not_claim(self) -> None:
        request = apply(published([worlds.desk("judge")]))
        with pytest.raises(Refused):
            desk.claim(open_step(request), worlds.clerk("carla", "south"), NOON)

    def test_a_supervisor_reassigns(self, bruno) -> None:
        request, zaur = apply(published([worlds.desk("judge")])), worlds.clerk("zaur")
        step = desk.claim(open_step(request), bruno, NOON)
        with pytest.raises(Refused):
            desk.reassign(step, zaur, zaur, NOON)
        desk.reassign(step, zaur, worlds.clerk("leyla", role="supervisor"), NOON)
        assert open_step(request).assignee == zaur

    def test_claim_next_takes_the_most_urgent_once(self, bruno) -> None:
        version = published([worlds.desk("judge")])
        later, sooner = apply(version, at=NOON), apply(version, at=NOON - 10 * DAY)
        assert desk.claim_next(bruno, NOON).service_request == sooner
        assert desk.claim_next(bruno, NOON).service_request == later
        assert desk.claim_next(bruno, NOON) is None

    def test_activities_in_any_order_and_more_than_once(self, bruno) -> None:
        activities = [{"key": key, "title": worlds.text(key)} for key in ("a", "b")]
        judge = worlds.desk("judge", activities=activities, after_care=activities)
        request = apply(published([judge]))
        step = desk.claim(open_step(request), bruno, NOON)
        for key in ("b", "a", "b"):
            desk.complete_activity(step, key, bruno, NOON)
        with pytest.raises(Refused):
            desk.complete_activity(step, "c", bruno, NOON)
        with pytest.raises(Refused):
            file.after_care(request, "a", bruno, NOON)
        desk.decide(step, "yes", bruno, NOON)
        file.after_care(request, "a", bruno, NOON)
        done = request.activities.order_by("pk").values_list("key", "is_after_care", "by__name")
        assert list(done) == [(key, False, "Bruno") for key in "bab"] + [("a", True, "Bruno")]

    def test_four_eyes(self, bruno) -> None:
        second = worlds.desk("second", not_by_decider_of="judge")
        request = apply(published([worlds.desk("judge", to="second"), second]))
        decide(request, bruno)
        assert desk.claim_next(bruno, NOON) is None
        with pytest.raises(Refused):
            desk.claim(open_step(request), bruno, NOON)
        decide(request, worlds.clerk("zaur"))
        assert fresh(request).status == "approved"

    def test_pass_on_to_another_desk_of_the_agency(self, bruno) -> None:
        request = apply(published([worlds.desk("judge")]))
        step = desk.claim(open_step(request), bruno, NOON)
        with pytest.raises(Refused):
            desk.pass_on(step, worlds.desk_of("south", "roads"), bruno, NOON)
        desk.pass_on(step, worlds.desk_of("north", "roads"), bruno, NOON)
        assert open_step(request).desk.code == "roads"
        assert open_step(request).assignee is None


class TestClock:
    def test_stands_still_while_the_applicant_must_answer(self, bruno, aysel) -> None:
        request = apply(published([worlds.desk("judge")]), by=aysel)
        due = fresh(request).due_at
        step = desk.claim(open_step(request), bruno, NOON)
        desk.ask_applicant(step, "Which letter?", bruno, NOON)
        assert fresh(request).is_clock_stopped
        question = open_step(request, kind=Step.Kind.APPLICANT)
        with pytest.raises(Refused):
            applicant.answer(question, "Not mine", worlds.citizen("elvin"), NOON)
        applicant.answer(question, "This one.", aysel, NOON + 2 * DAY)
        assert not fresh(request).is_clock_stopped
        assert fresh(request).due_at == due + DAY  # one counted day ended while it stood still
        assert open_step(request).assignee == bruno
        with pytest.raises(Refused):
            applicant.answer(question, "Again", aysel, NOON + 3 * DAY)
        desk.decide(open_step(request), "yes", bruno, NOON + 3 * DAY)
        assert not list(broken_links())

    def test_a_question_without_answer_comes_back(self, bruno, aysel) -> None:
        request = apply(published([worlds.desk("judge")]), by=aysel)
        desk.ask_applicant(desk.claim(open_step(request), bruno, NOON), "Which letter?", bruno, NOON)
        with time_machine.travel(NOON + 40 * DAY, tick=False):
            run_robots()
        step = open_step(request)
        assert (step.state, step.assignee, step.trouble) == (Step.State.OPEN, bruno, {"code": "silence"})

    def test_an_extension_needs_law_and_reason_and_happens_once(self, bruno) -> None:
        request = apply(published([worlds.desk("judge")]))
        with pytest.raises(Refused):
            file.extend_deadline(request, bruno, NOON, reason="Much to do")
        limit = {"days": 10, "extension": {"days": 5}}
        request = apply(published([worlds.desk("judge")], time_limit=limit))
        with pytest.raises(Refused):
            file.extend_deadline(request, bruno, NOON, reason=" ")
        change = file.extend_deadline(request, bruno, NOON, reason="Much to do")
        assert change.after > change.before
        assert open_step(request).due_at == fresh(request).due_at == change.after
        with pytest.raises(Refused):
            file.extend_deadline(request, bruno, NOON, reason="Still much to do")

    def test_a_wait_goes_on_by_itself(self) -> None:
        wait = {"key": "pause", "kind": "wait", "title": worlds.text("Pause"), "span": {"days": 3}}
        request = apply(published([{**wait, "next": [{"to": "granted"}]}]))
        with time_machine.travel(NOON + DAY):
            run_robots()
            assert fresh(request).is_in_progress
        with time_machine.travel(NOON + 5 * DAY):
            run_robots()
        assert fresh(request).status == "approved"


class TestBatch:
    def test_a_bad_request_never_fails_the_others(self, monkeypatch) -> None:
        from services.workflow import driving

        check = robot("check", "check_rule", to="granted", settings={"rule": "true", "save_as": "x"})
        version = published([check, worlds.desk("judge")])
        requests = [apply(version, {"rooms": n}) for n in range(5)]
        real = driving.ACTIONS["check_rule"]

        def fails_once_in_five(walk, step):
            if walk.service_request == requests[2]:
                raise ZeroDivisionError
            return real.run(walk, step)

        monkeypatch.setitem(driving.ACTIONS, "check_rule", replace(real, run=fails_once_in_five))
        run_robots()
        assert [fresh(request).status for request in requests] == [
            "approved", "approved", "in_progress", "approved", "approved"
        ]  # fmt: skip
        step = requests[2].steps.all().get()
        assert (step.state, step.attempts) == (Step.State.DUE, 1)
