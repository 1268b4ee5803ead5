"""What if: requests that have ended, replayed through a draft, change nothing and tell exactly what would change."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.definition_text import write_text
from services.catalogue.drafting import check_draft
from services.catalogue.models import ServiceVersion
from services.requests.models import ServiceRequest
from services.workflow.actions import FORMS
from services.workflow.background import claim
from services.workflow.models import Step
from services.workflow.trials import Trial, TrialResult
from services.workflow.what_if import running
from services.workflow.what_if.running import run_trials, try_draft
from tests import worlds
from tests.workflow.walks import decide
from tests.worlds import DAY, NOON

pytestmark = pytest.mark.django_db
CHECK = worlds.robot(
    "check",
    "check_rule",
    settings={"rule": "answers.rooms > 2", "save_as": "large"},
    saves_minutes=10,
    next=[{"to": "granted", "when": "found.large.holds"}, {"to": "judge"}],
)
LATER = timezone.now() + DAY  # robots end what they do in the present
STEPS = [CHECK, worlds.desk("judge", minutes=30)]
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def bruno() -> User:
    worlds.build_agencies("north", "south")
    return worlds.clerk("bruno")


@pytest.fixture
def dilara(bruno: User) -> User:
    return worlds.clerk("dilara", desks=(), role="manager")


@pytest.fixture
def version(bruno: User) -> ServiceVersion:
    """Six requests with one to six rooms; those with one or two met a clerk, who refused the one with one room."""
    version = worlds.published(STEPS)
    for rooms in range(1, 7):
        request = worlds.apply(version, {"rooms": rooms}, at=NOON - DAY)
        worlds.run_robots()
        if rooms <= 2:
            decide(request, bruno, "no" if rooms == 1 else "yes", reason="unfit" if rooms == 1 else "")
    return version


def tried(version: ServiceVersion, by: User, change: Change, wanted: int = 100) -> dict[int, TrialResult]:
    """Replay the last requests through a changed definition; give the results by the number of rooms."""
    source = copy.deepcopy(version.source)
    change(source)
    draft = check_draft(version.service, write_text(source), by, NOON, FORMS)
    assert draft.faults == []
    trial = try_draft(draft, wanted, by, LATER)
    assert run_trials(LATER) == 1
    trial.refresh_from_db()
    assert trial.is_whole
    return {result.service_request.answers.get("rooms"): result for result in trial.results.order_by("number")}


def rule(text: str) -> Change:
    def change(source: dict[str, Any]) -> None:
        source["workflow"]["steps"][0]["settings"]["rule"] = text

    return change


def ends(results: dict[int, TrialResult]) -> dict[int, tuple[str, str]]:
    return {rooms: (one.before["outcome"], one.after["outcome"]) for rooms, one in results.items()}


class TestReplay:
    def test_the_same_version_changes_nothing(self, version: ServiceVersion, dilara: User) -> None:
        results = tried(version, dilara, lambda source: source["title"].update(en="Another title"))

        assert len(results) == 6
        assert [one.changes for one in results.values()] == [[]] * 6
        assert ends(results)[1] == ("refused", "refused")

    def test_a_changed_rule_flips_exactly_the_requests_it_is_about(self, version: ServiceVersion, dilara: User) -> None:
        results = tried(version, dilara, rule("answers.rooms > 1"))

        assert {rooms for rooms, one in results.items() if one.changes} == {2}
        assert results[2].changes == ["steps", "robots", "time"][: len(results[2].changes)]
        assert results[2].before["steps"] == ["check", "judge", "granted"]
        assert results[2].after["steps"] == ["check", "granted"]

    def test_who_met_no_clerk_then_and_would_now_needs_a_person(self, version: ServiceVersion, dilara: User) -> None:
        results = tried(version, dilara, rule("answers.rooms > 4"))

        flipped = {rooms: after for rooms, (before, after) in ends(results).items() if before != after}
        assert flipped == {3: "person", 4: "person"}
        assert (results[3].after["robot_minutes"], results[3].after["clerk_minutes"]) == (10, 30)

    def test_an_outcome_that_is_gone_needs_a_person(self, version: ServiceVersion, dilara: User) -> None:
        def rename(source: dict[str, Any]) -> None:
            source["workflow"]["steps"][1]["outcomes"][0]["key"] = "granted_partly"

        assert ends(tried(version, dilara, rename))[2] == ("approved", "person")

    def test_a_new_required_question_is_told_with_its_path(self, version: ServiceVersion, dilara: User) -> None:
        def ask(source: dict[str, Any]) -> None:
            source["pages"][0]["fields"].append({"key": "plan", "kind": "text", "label": worlds.text("Plan")})

        results = tried(version, dilara, ask)

        assert [one.problems for one in results.values()] == [[{"path": "plan", "code": "required"}]] * 6
        assert {change for one in results.values() for change in one.changes} == {"answers"}

    def test_fee_and_limit_are_told_before_and_after(self, version: ServiceVersion, dilara: User) -> None:
        def cost(source: dict[str, Any]) -> None:
            source["fee"] = {"base": [{"amount": 5}]}
            source["time_limit"] = {"days": 10, "variants": [{"days": 3, "when": "answers.rooms == 1"}]}
            source["workflow"]["start"] = "price"
            source["workflow"]["steps"].insert(0, worlds.robot("price", "compute_fee", to="check"))

        results = tried(version, dilara, cost)

        assert {(one.before["fee"], one.after["fee"]) for one in results.values()} == {(None, "5.00")}
        assert {rooms: one.after["days"] for rooms, one in results.items() if "limit" in one.changes} == {1: 3}

    def test_only_the_last_ones_wanted_are_replayed(self, version: ServiceVersion, dilara: User) -> None:
        assert len(tried(version, dilara, rule("true"), wanted=2)) == 2


class TestWithoutTrace:
    def test_no_row_of_any_request_changes(self, version: ServiceVersion, dilara: User) -> None:
        before = everything()
        tried(version, dilara, rule("answers.rooms > 4"))

        assert everything() == before

    def test_the_database_refuses_what_a_replay_would_write(
        self, version: ServiceVersion, dilara: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft = check_draft(version.service, write_text({**version.source, "keywords": {}}), dilara, NOON, FORMS)
        monkeypatch.setattr(running, "result_of", lambda known, *_: known.service_request.save())

        with pytest.raises(DatabaseError, match="read-only"), transaction.atomic():
            running.replay([known.pk for known in ServiceRequest.objects.all()], running.version_of(draft), {})


def everything() -> list[str]:
    """Give every row of every table but those of drafts, trials and the work of the test's own database."""
    own = {"catalogue_definitiondraft", "workflow_trial", "workflow_trialresult"}
    tables = [name for name in connection.introspection.table_names() if name not in own]
    with connection.cursor() as cursor:
        rows = []
        for name in sorted(tables):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{name}" t ORDER BY 1')
            rows += [f"{name} {row}" for (row,) in cursor.fetchall()]
    return rows


class TestBackground:
    @pytest.fixture
    def trial(self, version: ServiceVersion, dilara: User, monkeypatch: pytest.MonkeyPatch) -> Trial:
        monkeypatch.setattr(running, "BATCH", 2)
        draft = check_draft(version.service, write_text({**version.source, "keywords": {}}), dilara, NOON, FORMS)
        return try_draft(draft, 100, dilara, LATER)

    def test_asked_for_again_while_it_runs_it_is_the_same(self, trial: Trial, dilara: User) -> None:
        assert try_draft(trial.draft, 10, dilara, LATER) == trial

    def test_the_next_worker_goes_on_where_one_died(self, trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
        keep = running._keep
        monkeypatch.setattr(running, "_keep", lambda *given: (keep(*given) and given[1].stop < 4) or die())
        now = timezone.now()
        assert run_trials(now) == 0
        trial.refresh_from_db()
        assert (trial.done, trial.results.count(), trial.finished_at) == (4, 4, None)

        monkeypatch.setattr(running, "_keep", keep)
        assert run_trials(now) == 0
        Trial.objects.update(lease_until=now)
        assert run_trials(now + timedelta(minutes=3)) == 1
        trial.refresh_from_db()
        assert (trial.done, trial.total, trial.attempts, trial.is_whole) == (6, 6, 2, True)
        assert sorted(trial.results.values_list("number", flat=True)) == [0, 1, 2, 3, 4, 5]

    def test_a_worker_that_comes_too_late_keeps_nothing(self, trial: Trial) -> None:
        late = claim(Trial.objects.all(), LATER)
        assert late
        assert run_trials(LATER + timedelta(minutes=3)) == 1

        assert not running._run(late)
        assert trial.results.count() == 6

    def test_one_that_always_fails_is_given_up(self, trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(running, "_run", lambda _trial: die())
        for number in range(7):
            run_trials(LATER + number * timedelta(minutes=3))
        trial.refresh_from_db()

        assert (trial.attempts, bool(trial.finished_at), trial.is_whole) == (5, True, False)

    def test_a_request_that_can_not_be_replayed_hinders_no_other(
        self, trial: Trial, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tell, bad = running.result_of, Step.objects.filter(key="judge").values("service_request")[:1]
        poisoned = ServiceRequest.objects.get(pk__in=bad).pk
        monkeypatch.setattr(
            running,
            "result_of",
            lambda known, *rest: die() if known.service_request.pk == poisoned else tell(known, *rest),
        )
        assert run_trials(LATER) == 1

        assert [one.after["outcome"] for one in trial.results.filter(changes=["failed"])] == ["failed"]
        assert trial.results.filter(changes=[]).count() == 5


def die() -> bool:
    raise OSError
