"""Tell what a request was and would be, and what differs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from services.catalogue.definition import Definition, DeskStep, RobotStep, Span
from services.catalogue.models import ServiceVersion
from services.workflow.models import Step
from services.workflow.trials import TrialResult
from services.workflow.what_if.history import Recorded, gave_up
from services.workflow.what_if.replaying import Replay, check_again, limit_of

OUTCOME, ANSWERS, STEPS, FEE, LIMIT, ROBOTS, TIME, FAILED = (
    "outcome", "answers", "steps", "fee", "limit", "robots", "time", "failed"
)  # fmt: skip
State = Step.State


@dataclass(frozen=True)
class Side:
    """One request under one version. Minutes of work, seconds from the submission to the end, the fee in AZN."""

    outcome: str
    steps: list[str]
    robot_minutes: int
    clerk_minutes: int
    seconds: int
    fee: str | None
    days: int
    days_kind: str


def result_of(recorded: Recorded, version: ServiceVersion, medians: Mapping[str, float]) -> TrialResult:
    """Replay one request and tell what changes; the result isn't saved yet."""
    known, checked = check_again(recorded, recorded.service_request.version), check_again(recorded, version)
    already = {(problem.path, problem.code) for problem in known.problems}
    problems = [{"path": one.path, "code": one.code} for one in checked.problems if (one.path, one.code) not in already]
    replay = Replay(recorded, version, checked.answers)
    outcome = replay.run()
    before = side_before(recorded, medians)
    request = replay.walk.service_request
    after = _side(outcome, replay.steps, version.definition, medians, request.fee, replay.limit)
    return TrialResult(
        service_request=recorded.service_request,
        before=asdict(before),
        after=asdict(after),
        problems=problems,
        changes=list(_changes(before, after, has_problems=bool(problems))),
    )


def side_before(recorded: Recorded, medians: Mapping[str, float]) -> Side:
    """Tell how a request fared in truth; its time is estimated as that of the replay, so that both compare."""
    request = recorded.service_request
    definition, limit = request.version.definition, limit_of(recorded)
    return _side(str(request.status), recorded.steps, definition, medians, request.fee, limit)


def failed(recorded: Recorded, medians: Mapping[str, float]) -> TrialResult:
    """Tell of a request that can't be replayed at all."""
    before = asdict(side_before(recorded, medians))
    return TrialResult(
        service_request=recorded.service_request, before=before, after={**before, "outcome": FAILED}, changes=[FAILED]
    )


def _side(
    outcome: str,
    steps: Sequence[Step],
    definition: Definition,
    medians: Mapping[str, float],
    fee: Decimal | None,
    limit: Span,
) -> Side:
    robot_minutes, clerk_minutes = _minutes(steps, definition)
    one_after_another = [step.key for step in steps if not step.branch]
    return Side(
        outcome=outcome,
        steps=[step.key for step in steps],
        robot_minutes=robot_minutes,
        clerk_minutes=clerk_minutes,
        seconds=round(sum(medians.get(key, 0.0) for key in one_after_another)),
        fee=None if fee is None else f"{fee:.2f}",
        days=limit.days,
        days_kind=limit.kind,
    )


def _minutes(steps: Iterable[Step], definition: Definition) -> tuple[int, int]:
    """Give the minutes of work that robots spared, and those of clerks; a step that waits for a clerk counts."""
    robots = clerks = 0
    for step in steps:
        match definition.workflow.by_key[step.key]:
            case RobotStep(saves_minutes=minutes) if step.state == State.DONE and not gave_up(step):
                robots += minutes
            case DeskStep(minutes=minutes) if step.state != State.CANCELLED:
                clerks += minutes
    return robots, clerks


def _changes(before: Side, after: Side, *, has_problems: bool) -> Iterable[str]:
    differs = {
        OUTCOME: before.outcome != after.outcome,
        ANSWERS: has_problems,
        STEPS: Counter(before.steps) != Counter(after.steps),
        FEE: before.fee != after.fee,
        LIMIT: (before.days, before.days_kind) != (after.days, after.days_kind),
        ROBOTS: (before.robot_minutes, before.clerk_minutes) != (after.robot_minutes, after.clerk_minutes),
        TIME: before.seconds != after.seconds,
    }
    return (name for name, is_so in differs.items() if is_so)
