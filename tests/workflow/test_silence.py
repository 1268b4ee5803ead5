"""When a limit has passed and nobody has decided, silence decides as the law says: once, never while clocks stop."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as known
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.catalogue.operations import publish
from services.ledger.models import Event
from services.requests.models import Decision, Document, ServiceRequest
from services.requests.signing import make_keys
from services.transparency import automation
from services.transparency.queries import service_figures
from services.workflow.actions import FORMS
from services.workflow.models import Step
from services.workflow.operations import applicant, desk, file, preparing
from services.workflow.operations.silence import decide_by_silence, let_silence_decide
from services.workflow.refusals import Refused
from services.workflow.staff_notices import StaffNotice
from tests import objections, worlds
from tests.workflow.test_races import one_into_the_other
from tests.workflow.walks import fresh, kinds
from tests.worlds import DAY, NOON, apply, open_step, published, run_robots

PERMIT = {"key": "permit", "title": worlds.text("Permit"), "body": worlds.text("You may, {applicant_name}.")}
MOMENT = timedelta(seconds=1)
TODAY = date(2026, 4, 20)


def law(to: str, outcome: str = "approval") -> dict[str, Any]:
    explain = worlds.text("Nobody decided in time.")
    return worlds.robot("law", "tacit_decision", to=to, settings={"outcome": outcome}, explain=explain)


ISSUE = worlds.robot("issue", "issue_document", to="granted", settings={"document": "permit"})
YES = {
    "steps": [worlds.desk("judge", to="issue"), law("issue"), ISSUE],
    "time_limit": {"days": 5, "silence": "approval", "silence_to": "law"},
    "documents": [PERMIT],
}
NO = {
    "steps": [worlds.desk("judge"), law("refused", "refusal")],
    "time_limit": {"days": 5, "silence": "refusal", "silence_to": "law"},
}


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> None:
    settings.KEYS_DIR, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    make_keys(settings.KEYS_DIR)
    worlds.build_agencies("north")
    worlds.clerk("sara", role="supervisor")


@pytest.fixture
def bruno() -> User:
    return worlds.clerk("bruno")


@pytest.fixture
def aysel() -> User:
    return worlds.citizen()


def after(request: ServiceRequest) -> Any:
    return fresh(request).due_at + MOMENT


def decide_silently(request: ServiceRequest) -> int:
    return let_silence_decide(after(request))


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
class TestApproval:
    def test_issues_what_a_decision_would_and_writes_and_tells(self, aysel: User) -> None:
        request = apply(published(**YES), by=aysel)

        assert let_silence_decide(fresh(request).due_at) == 0  # its last moment is in time
        assert decide_silently(request) == 1
        with time_machine.travel(after(request)):
            run_robots()

        ended = fresh(request)
        assert (ended.status, ended.silence) == ("approved", "")
        assert request.steps.all().get(key="judge").state == Step.State.CANCELLED
        told = Event.objects.get(subject=request.pk, kind="decided_by_silence")
        assert (told.actor, told.facts["outcome"]) == ("robot:tacit_decision", "approval")
        documents = Document.objects.filter(service_request=request).order_by("is_letter")
        assert [(one.key, one.is_letter) for one in documents] == [("permit", False), ("silent_yes_letter", True)]
        assert request.steps.all().filter(kind="notice", key="silent_yes", branch="").get().outcome == "sent"
        assert [(one.user.name, one.kind) for one in StaffNotice.objects.all()] == [("Sara", "silence")]
        assert not Decision.objects.exists()

    def test_is_never_told_twice(self, aysel: User) -> None:
        request = apply(published(**YES), by=aysel)

        assert [decide_silently(request), decide_silently(request)] == [1, 0]
        assert kinds(request).count("decided_by_silence") == 1

    def test_what_is_left_to_do_after_it_is_no_silence_even_without_the_mark(self, aysel: User) -> None:
        request = apply(published(**YES), by=aysel)
        decide_silently(request)
        ServiceRequest.objects.filter(pk=request.pk).update(silence="approval")

        assert decide_silently(request) == 0
        assert fresh(request).silence == ""

    def test_never_speaks_while_the_clock_stands_still(self, bruno: User, aysel: User) -> None:
        request = apply(published(**YES), by=aysel)
        desk.ask_applicant(desk.claim(open_step(request), bruno, NOON), "Which?", bruno, NOON)

        assert let_silence_decide(NOON + 20 * DAY) == 0

        applicant.answer(open_step(request, kind="applicant"), "This", aysel, NOON + 21 * DAY)
        assert let_silence_decide(NOON + 21 * DAY) == 0
        assert decide_silently(request) == 1

    def test_would_speak_if_the_clock_were_not_looked_at(self, bruno: User, aysel: User) -> None:
        request = apply(published(**YES), by=aysel)
        desk.ask_applicant(desk.claim(open_step(request), bruno, NOON), "Which?", bruno, NOON)
        ServiceRequest.objects.filter(pk=request.pk).update(clock_stopped_at=None)

        assert let_silence_decide(NOON + 20 * DAY) == 1

    def test_a_request_that_was_decided_is_not_silent(self, bruno: User, aysel: User) -> None:
        request = apply(published(**YES), by=aysel)
        desk.decide(desk.claim(open_step(request), bruno, NOON), "yes", bruno, NOON)

        assert decide_silently(request) == 0
        assert fresh(request).is_in_progress  # the document is still to be issued

    def test_what_a_clerk_does_for_a_robot_after_a_decision_is_no_silence(self, bruno: User, aysel: User) -> None:
        request = apply(published(**YES), by=aysel)
        desk.decide(desk.claim(open_step(request), bruno, NOON), "yes", bruno, NOON)
        robot = request.steps.all().get(key="issue")
        robot.state, robot.run_at = Step.State.DONE, None
        robot.save()
        judge = Step(service_request=request, key="judge", kind="desk", state="open", opened_at=NOON, instead_of=robot)
        judge.desk = worlds.desk_of("north", "permits")
        judge.save()

        assert decide_silently(request) == 0

    def test_a_decision_that_was_made_in_time_and_may_be_undone_goes_first(
        self, bruno: User, aysel: User, settings: Any
    ) -> None:
        settings.UNDO_S = 30
        request = apply(published(**YES), by=aysel)
        step = desk.claim(open_step(request), bruno, NOON)
        preparing.decide_soon(step, "no", bruno, fresh(request).due_at - MOMENT, reason="unfit")

        assert decide_silently(request) == 0
        preparing.undo(step, bruno, after(request))
        assert decide_silently(request) == 1

    def test_a_decision_that_comes_seconds_too_late_is_refused(self, bruno: User, aysel: User, settings: Any) -> None:
        settings.UNDO_S = 30
        request = apply(published(**YES), by=aysel)
        step = desk.claim(open_step(request), bruno, NOON)
        prepared = preparing.decide_soon(step, "no", bruno, after(request), reason="unfit")

        assert decide_silently(request) == 1
        preparing.take_effect(after(request) + timedelta(minutes=1))
        prepared.refresh_from_db()
        assert prepared.refused
        assert fresh(request).facts["tacit"]["outcome"] == "approval"

    def test_an_extension_gives_the_office_its_time_and_comes_with_a_letter(self, bruno: User, aysel: User) -> None:
        limit = {**YES["time_limit"], "extension": {"days": 3}}
        request = apply(published(**{**YES, "time_limit": limit}), by=aysel)
        before = fresh(request).due_at
        change = file.extend_deadline(request, bruno, NOON, reason="The plan is large.")
        run_robots()

        assert let_silence_decide(before + MOMENT) == 0
        assert (change.before, change.after, change.by) == (before, fresh(request).due_at, bruno)
        letter = Document.objects.get(service_request=request)
        assert (letter.key, letter.is_letter) == ("extended_letter", True)
        assert kinds(request).count("letter_written") == 1
        with pytest.raises(Refused, match="already extended"):
            file.extend_deadline(request, bruno, NOON, reason="Once more.")

    def test_a_limit_that_has_passed_is_not_extended(self, bruno: User, aysel: User) -> None:
        limit = {"days": 5, "extension": {"days": 3}}
        request = apply(published([worlds.desk("judge")], time_limit=limit), by=aysel)
        with pytest.raises(Refused, match="passed"):
            file.extend_deadline(request, bruno, after(request), reason="Too late.")

    def test_the_applicant_the_clerk_and_everybody_read_of_it(self, aysel: User, bruno: User, client: Client) -> None:
        request = apply(published(**YES), by=aysel)
        desk.claim(open_step(request), bruno, NOON)
        service = client.get(reverse("service", args=["permit"])).content.decode()
        decide_silently(request)
        client.force_login(aysel)
        own = client.get(reverse("my_request", args=[request.pk])).content.decode()
        client.force_login(bruno)
        client.post(reverse("desk_purpose", args=[request.pk]), {"purpose": "message"})
        clerks = client.get(reverse("desk_request", args=[request.pk])).content.decode()

        assert "your request then counts as approved" in service
        for page in (own, clerks):
            assert "By law it counts as approved" in page
        assert "The office did not decide in time, and by law that decided" in own


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
class TestRefusal:
    def test_ends_the_request(self, aysel: User) -> None:
        request = apply(published(**NO), by=aysel)

        assert decide_silently(request) == 1

        ended = fresh(request)
        assert (ended.status, ended.facts["tacit"]["outcome"], ended.facts["tacit"]["undone"]) == (
            "refused",
            "refusal",
            "judge",
        )
        assert request.steps.all().filter(kind="notice", key="silent_no").exists()

    def test_an_objection_opens_what_was_left_undone_and_bars_nobody(self, bruno: User, aysel: User) -> None:
        publish(objections.appeal_definition(), NOON, FORMS)
        request = apply(published(**NO), by=aysel)
        decide_silently(request)
        appeal = objections.object_to(fresh(request), aysel, after(request))
        objections.decide(open_step(appeal), bruno, "annul", after(request) + DAY, "Judge it at last.")

        again = fresh(request)
        assert again.is_in_progress
        assert "tacit" not in again.facts
        assert open_step(request).key == "judge"
        assert not again.barred.exists()
        assert let_silence_decide(after(again)) == 0  # silence spoke once

    def test_services_without_that_law_wait(self, aysel: User) -> None:
        request = apply(published([worlds.desk("judge")], time_limit={"days": 5}), by=aysel)

        assert decide_silently(request) == 0
        assert fresh(request).is_in_progress


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
def test_one_that_fails_does_not_keep_the_others(aysel: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.workflow.operations import silence

    version = published(**YES)
    first, second = apply(version, by=aysel), apply(version, by=aysel)
    whole = silence._go_by_silence

    def faulty(walk: Any, waiting: Any) -> None:
        if walk.service_request.pk == first.pk:
            raise ValueError
        whole(walk, waiting)

    monkeypatch.setattr(silence, "_go_by_silence", faulty)
    assert decide_silently(first) == 1
    assert fresh(first).is_in_progress
    assert fresh(first).silence == "approval"
    assert "tacit" in fresh(second).facts


@pytest.mark.usefixtures("ledger", "world")
class TestFigures:
    def test_count_silence_apart_and_never_as_in_time(self, aysel: User) -> None:
        version = published(**NO)
        for _number in range(5):
            request = apply(version, by=aysel)
        decide_silently(request)
        automation.refresh()

        whole = service_figures("permit", TODAY, "all").whole
        assert (whole.refused, whole.silent_refusals, whole.silent_approvals) == (5, 5, 0)
        assert (whole.on_time, whole.late) == (0, 5)

    def test_count_opinions_that_never_came(self) -> None:
        branches = [{"key": key, "start": f"ask_{key}", "title": worlds.text(key)} for key in "ab"]
        ask = {"key": "ask", "kind": "parallel", "title": worlds.text("Ask"), "branches": branches}
        outcomes = [{"key": "yes", "title": worlds.text("Yes"), "to": "ask"}]
        opinions = [{**worlds.desk(f"ask_{key}"), "outcomes": outcomes} for key in "ab"]
        version = published([{**ask, "within": {"days": 2}, "next": [{"to": "granted"}]}, *opinions])
        bruno = worlds.clerk("bruno")
        for _number in range(5):
            request = apply(version)
            desk.decide(desk.claim(open_step(request, "ask_a"), bruno, NOON), "yes", bruno, NOON)
        with time_machine.travel(NOON + 20 * DAY):
            run_robots()
        automation.refresh()

        told = Event.objects.get(subject=request.pk, kind="opinions_silent")
        assert told.facts == {"step": "ask", "branches": ["b"]}
        assert service_figures("permit", TODAY, "all").whole.silent_opinions == 5


@pytest.mark.slow
@pytest.mark.usefixtures("ledger", "world")
class TestRaceWithAClerk:
    @pytest.fixture
    def held(self, bruno: User, aysel: User) -> Step:
        return desk.claim(open_step(apply(published(**NO), by=aysel)), bruno, NOON)

    @staticmethod
    def acts(held: Step) -> dict[str, Callable[[], object]]:
        bruno, moment = User.objects.get(name="Bruno"), after(held.service_request)
        return {
            "clerk": lambda: desk.decide(held, "yes", bruno, moment),
            "silence": lambda: decide_by_silence(held.service_request_id, moment),
        }

    @pytest.mark.parametrize(("first", "second"), [("clerk", "silence"), ("silence", "clerk")])
    def test_one_wins(self, held: Step, first: str, second: str) -> None:
        acts = self.acts(held)
        won, lost = one_into_the_other(acts[first], acts[second])

        assert not isinstance(won, Exception)
        assert lost is False if second == "silence" else isinstance(lost, Refused)
        status = fresh(held.service_request).status
        assert status == {"clerk": "approved", "silence": "refused"}[first]
        assert kinds(held.service_request).count("ended") == 1

    @pytest.mark.parametrize(("first", "second"), [("clerk", "silence"), ("silence", "clerk")])
    def test_without_locks_neither_is_told(self, held: Step, first: str, second: str, settings: Any) -> None:
        settings.GUARDS = {**known.GUARDS, "locks": False}
        acts = self.acts(held)
        _won, other = one_into_the_other(acts[first], acts[second])

        assert other is not False
        assert not isinstance(other, Refused)
