"""Prove that a workflow can be walked: every step reached, every path ends, robots never judge alone."""

from collections.abc import Iterator

from services.catalogue.definition import (
    AnyStep,
    ApplicantStep,
    Definition,
    DeskStep,
    EndStep,
    ParallelStep,
    RobotStep,
    WaitStep,
    Workflow,
)

RawFault = tuple[str, str, str]


def targets(step: AnyStep) -> list[str]:
    """Give the keys of all steps that may follow a step; a parallel step is also followed by its branches."""
    match step:
        case RobotStep():
            return [move.to for move in step.next] + [step.if_stuck]
        case DeskStep():
            return [outcome.to for outcome in step.outcomes]
        case ApplicantStep():
            return [move.to for move in step.next] + ([step.if_late] if step.if_late else [])
        case WaitStep():
            return [move.to for move in step.next]
        case ParallelStep():
            return [branch.start for branch in step.branches] + [move.to for move in step.next]
        case _:
            return []


def route_faults(definition: Definition) -> Iterator[RawFault]:
    """Give every fault of the workflow's graph as (path, message, remedy)."""
    workflow = definition.workflow
    unknown = list(_unknown_steps(workflow))
    yield from unknown
    yield from _repeated_keys(workflow)
    yield from _step_faults(definition)
    if unknown:
        return
    starts = {workflow.start, definition.time_limit.silence_to or workflow.start} & workflow.by_key.keys()
    reached = closure(starts, {step.key: targets(step) for step in workflow.steps})
    backwards: dict[str, list[str]] = {step.key: [] for step in workflow.steps}
    for step in workflow.steps:
        for target in targets(step):
            backwards[target].append(step.key)
    ending = closure({step.key for step in workflow.steps if isinstance(step, EndStep)}, backwards)
    for index, step in enumerate(workflow.steps):
        path = f"workflow.steps.{index}"
        if step.key not in reached:
            yield path, f"no path leads to '{step.key}'", "Lead a move to it, or remove it."
        elif step.key not in ending:
            yield path, f"no path leads from '{step.key}' to an end", "Give it a way to an end."
    yield from _robot_loops(workflow)
    yield from _branch_faults(workflow)


def closure(start: set[str], edges: dict[str, list[str]]) -> set[str]:
    """Give the start and everything that its edges lead to."""
    seen, front = set(start), list(start)
    while front:
        for target in edges.get(front.pop(), []):
            if target not in seen:
                seen.add(target)
                front.append(target)
    return seen


def _unknown_steps(workflow: Workflow) -> Iterator[RawFault]:
    known = workflow.by_key
    if workflow.start not in known:
        yield "workflow.start", f"unknown step '{workflow.start}'", "Name a step."
    for index, step in enumerate(workflow.steps):
        for target in targets(step):
            if target not in known:
                yield f"workflow.steps.{index}", f"'{step.key}' leads to unknown step '{target}'", "Name a step."


def _repeated_keys(workflow: Workflow) -> Iterator[RawFault]:
    keys = [step.key for step in workflow.steps]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield "workflow.steps", f"the step '{key}' stands there twice", "Give each step a name of its own."


def _step_faults(definition: Definition) -> Iterator[RawFault]:
    for index, step in enumerate(definition.workflow.steps):
        path = f"workflow.steps.{index}"
        moves = getattr(step, "next", [])
        if moves and moves[-1].when is not None:
            yield f"{path}.next", "the last move has a condition", "End with a move that always holds."
        if any(move.when is None for move in moves[:-1]):
            yield f"{path}.next", "moves after one without condition are never tried", "Put it last."
        if isinstance(step, RobotStep):
            yield from _robot_faults(definition, path, step)
        if isinstance(step, DeskStep):
            yield from _desk_faults(definition, path, step)
        if isinstance(step, ApplicantStep) and (step.within is None) != (step.if_late is None):
            yield path, "has one of 'within' and 'if_late' without the other", "Give both or neither."


def _robot_faults(definition: Definition, path: str, step: RobotStep) -> Iterator[RawFault]:
    steps = definition.workflow.by_key
    if step.if_stuck in steps and not isinstance(steps[step.if_stuck], DeskStep):
        yield f"{path}.if_stuck", f"'{step.if_stuck}' is no desk step", "A person takes over: name a desk step."
    if step.key == definition.time_limit.silence_to and definition.time_limit.silence == "refusal":
        return  # it is the law that refuses
    for number, move in enumerate(step.next):
        target = steps.get(move.to)
        if isinstance(target, EndStep) and target.outcome == "refused":
            yield f"{path}.next.{number}", "a robot alone would refuse", "Lead doubts to a desk step."


def _desk_faults(definition: Definition, path: str, step: DeskStep) -> Iterator[RawFault]:
    if any(outcome.is_refusal for outcome in step.outcomes) and not definition.rejection_reasons:
        yield path, "refuses, but there are no rejection reasons", "List them under rejection_reasons."
    known = {*definition.fields, *(paper.key for paper in definition.evidence)}
    for name in sorted(set(step.opinions.share or []) - known):
        yield f"{path}.opinions.share", f"unknown answer or paper '{name}'", "Name one of the form or the evidence."
    other = step.not_by_decider_of
    if other is not None and not isinstance(definition.workflow.by_key.get(other), DeskStep):
        yield f"{path}.not_by_decider_of", f"'{other}' is no desk step", "Name the desk step whose clerk is excluded."


def _robot_loops(workflow: Workflow) -> Iterator[RawFault]:
    edges = {
        step.key: [move.to for move in step.next if isinstance(workflow.by_key[move.to], RobotStep)]
        for step in workflow.steps
        if isinstance(step, RobotStep)
    }
    for index, step in enumerate(workflow.steps):
        if step.key in edges and step.key in closure(set(edges[step.key]), edges):
            yield f"workflow.steps.{index}", f"'{step.key}' is in a loop of robots only", "Put a person in the loop."


def _branch_faults(workflow: Workflow) -> Iterator[RawFault]:
    for index, step in enumerate(workflow.steps):
        if not isinstance(step, ParallelStep):
            continue
        edges = {other.key: targets(other) for other in workflow.steps if other.key != step.key}
        for number, branch in enumerate(step.branches):
            path = f"workflow.steps.{index}.branches.{number}"
            inside = closure({branch.start}, edges)
            if step.key not in inside:
                yield path, f"branch '{branch.key}' never comes back to '{step.key}'", "Lead its last move there."
            if any(isinstance(workflow.by_key[key], EndStep) for key in inside):
                yield path, f"branch '{branch.key}' can end the request", "A branch only comes back."
        if step.quorum is not None and step.quorum > len(step.branches):
            yield f"workflow.steps.{index}.quorum", "is more than there are branches", "Lower it."


def appeal_faults(definition: Definition) -> Iterator[RawFault]:
    """Give what is wrong with what outcomes do to the decision that an appeal is about."""
    effects = [
        (f"workflow.steps.{index}.outcomes.{place}.effect", outcome.effect)
        for index, step in enumerate(definition.workflow.steps)
        if isinstance(step, DeskStep)
        for place, outcome in enumerate(step.outcomes)
        if outcome.effect
    ]
    if not definition.is_appeal:
        yield from ((path, "only an appeal has effects", "Remove it, or set is_appeal.") for path, _ in effects)
    elif "annul" not in {effect for _, effect in effects}:
        yield ("is_appeal", "no outcome annuls the first decision", "Give an outcome the effect 'annul'.")
    if definition.is_appeal and definition.identity != "account":
        yield ("identity", "an appeal needs to know who appeals", "Set it to 'account'.")
