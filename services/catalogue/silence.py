"""What silence decides: the outcome and the way that a definition names, and whether an official may still refuse."""

from collections.abc import Iterable, Iterator

from services.catalogue.definition import (
    AnyStep,
    ApplicantStep,
    Definition,
    DeskStep,
    EndStep,
    ParallelStep,
    RobotStep,
    Workflow,
)
from services.catalogue.routes import RawFault, closure, targets

ACTION = "tacit_decision"
ENDS = {"approval": "approved", "refusal": "refused"}


def is_undecided(workflow: Workflow, keys: Iterable[str]) -> bool:
    """Tell whether an official may yet refuse after one of these steps, on the ways that the definition means.

    Ways that are only taken because a robot failed or somebody was late don't count: there it was decided before.
    """
    edges = {step.key: _meant(step) for step in workflow.steps}
    return any(_may_refuse(workflow.by_key[key]) for key in closure(set(keys), edges))


def _meant(step: AnyStep) -> list[str]:
    return [move.to for move in step.next] if isinstance(step, RobotStep | ApplicantStep) else targets(step)


def _may_refuse(step: AnyStep) -> bool:
    return isinstance(step, DeskStep) and any(outcome.is_refusal for outcome in step.outcomes)


def silence_faults(definition: Definition) -> Iterator[RawFault]:
    """Give what is wrong with what silence decides, as (path, message, remedy)."""
    limit, workflow = definition.time_limit, definition.workflow
    path = "time_limit.silence_to"
    if limit.silence == "none" and limit.silence_to is not None:
        yield path, "leads somewhere, but silence decides nothing", "Remove it, or say in `silence` what the law says."
    if limit.silence == "none" and limit.silence_if is not None:
        yield "time_limit.silence_if", "has a condition, but silence decides nothing", "Remove it, or set `silence`."
    if limit.silence == "none":
        return
    if limit.silence_to is None:
        yield path, f"silence is {limit.silence}, but the way is missing", f"Name a robot's step that does `{ACTION}`."
        return
    step = workflow.by_key.get(limit.silence_to)
    if not isinstance(step, RobotStep) or step.action != ACTION:
        yield path, f"'{limit.silence_to}' is no robot's step that does `{ACTION}`", "Name such a step."
        return
    if step.settings.get("outcome") != limit.silence:
        yield path, f"'{step.key}' has another outcome than silence", f"Set its outcome to {limit.silence}."
    yield from _way_faults(workflow, step, ENDS[limit.silence])
    if not any(_may_refuse(other) for other in workflow.steps):
        yield "time_limit.silence", "no official may refuse, so silence never decides", "Remove it."


def _way_faults(workflow: Workflow, step: RobotStep, expected: str) -> Iterator[RawFault]:
    path = f"workflow.steps.{workflow.steps.index(step)}"
    known = [other for other in workflow.steps if other.key != step.key]
    if any(step.key in targets(other) for other in known) or workflow.start == step.key:
        yield path, f"a way leads to '{step.key}'", "Only silence may lead there: remove the move."
    edges = {other.key: _meant(other) for other in workflow.steps}
    for key in sorted(closure({step.key}, edges) & workflow.by_key.keys()):
        other = workflow.by_key[key]
        if isinstance(other, DeskStep | ParallelStep):
            yield path, f"after silence an official would have to act: '{key}'", "Lead it past this step."
        if isinstance(other, EndStep) and other.outcome != expected:
            yield path, f"silence would end as {other.outcome}: '{key}'", f"Lead it to an end that is {expected}."
