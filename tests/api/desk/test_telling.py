"""What an official tells by a program: what happened at the counter, and what became of a robot's act."""

import pytest
from django.utils import timezone

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk
from tests import worlds
from tests.api.desk.desks import Program, fault, kinds
from tests.clerks import office

pytestmark = pytest.mark.django_db


class TestCounter:
    @pytest.fixture
    def unpaid(self, bruno: User) -> ServiceRequest:
        version = office.published(office.waiting_for("payment"), service="counter")
        return worlds.apply(version, by=worlds.citizen("leyla"))

    def test_a_payment_lets_the_request_go_on_once(self, program: Program, unpaid: ServiceRequest) -> None:
        [waiting] = (
            program.send(unpaid, "purpose/", {"purpose": "present"})
            and program.look(unpaid).json()["request"]["waiting_for"]
        )
        paid, again = (program.send(unpaid, "counter/", {"step": waiting["step"]}) for _ in range(2))

        assert waiting["kind"] == "applicant"
        assert paid.status_code == 200
        assert [step["kind"] for step in paid.json()["waiting_for"]] == ["desk"]
        assert fault(again)[:2] == (409, "conflict")
        assert kinds(unpaid).count("recorded_at_counter") == 1

    @pytest.mark.parametrize("step", [None, "", "judge", "none", ["x"], "a\0"])
    def test_nothing_else_is_recorded(self, program: Program, unpaid: ServiceRequest, step: object) -> None:
        assert program.send(unpaid, "counter/", {"step": step}).status_code in (400, 409)
        assert "recorded_at_counter" not in kinds(unpaid)


class TestFindingOut:
    @pytest.fixture
    def unknown(self, bruno: User) -> Step:
        rule = {"rule": "answers.rooms > 3", "save_as": "big"}
        version = office.published(worlds.robot("look", "check_rule", settings=rule), service="parked")
        seen = worlds.apply(version, by=worlds.citizen("leyla"))
        worlds.run_robots()
        step = desk.claim(worlds.open_step(seen), bruno, timezone.now())
        Step.objects.filter(pk=step.pk).update(trouble={"code": "outcome_unknown", "what": "Cars", "times": 1})
        return step

    @pytest.mark.parametrize(("was_done", "event"), [(True, "found_done"), (False, "found_not_done")])
    def test_is_told_once(self, program: Program, unknown: Step, was_done: bool, event: str) -> None:
        told, again = (program.post(f"{unknown.pk}/found-out/", {"was_done": was_done}) for _ in range(2))

        assert (told.status_code, again.status_code) == (204, 409)
        assert kinds(unknown.service_request).count(event) == 1

    @pytest.mark.parametrize("body", [{}, {"was_done": "perhaps"}, {"was_done": True, "receipt": "x" * 61}])
    def test_needs_a_clear_word(self, program: Program, unknown: Step, body: object) -> None:
        assert program.post(f"{unknown.pk}/found-out/", body).status_code == 400

    def test_is_for_what_nobody_knows(self, program: Program, held: Step) -> None:
        assert fault(program.post(f"{held.pk}/found-out/", {"was_done": True}))[:2] == (409, "conflict")
