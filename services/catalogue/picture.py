"""Lay a workflow out as a picture: one step to a row, and rails beside the rows that lead on to later steps.

A rail belongs to the step that it leads to; all ways there join it. Ways back to earlier steps have rails of their own.
Only places are told here, in rows and lanes; `portal.process_picture` draws them.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from services.catalogue.definition import AnyStep, EndStep, ParallelStep, RobotStep, Workflow
from services.catalogue.routes import closure, targets

Edge = tuple[str, str]
OUTCOMES = ("approved", "refused", "closed")


@dataclass(frozen=True)
class Rail:
    """A way to the step of a row from rows that aren't beside it, in a lane; `is_back` when it leads upwards."""

    lane: int
    to: int
    origins: frozenset[int]
    is_back: bool

    @property
    def first(self) -> int:
        return min(self.to, *self.origins)

    @property
    def last(self) -> int:
        return max(self.to, *self.origins)


@dataclass(frozen=True)
class Row:
    """A step with what its row shows: whether a line comes from the row above, and the rails that touch the row."""

    step: AnyStep
    is_after_above: bool
    rails: list[Rail]


@dataclass(frozen=True)
class Picture:
    """Rows from the start to the ends, and how many lanes the rails need."""

    rows: list[Row]
    lanes: int


def picture_of(workflow: Workflow, also: Collection[str] = ()) -> Picture:
    """Give the picture of the ordinary ways through a workflow, and of `also`, steps that a request took besides."""
    shown = ordinary(workflow) | set(also)
    ways = list(_ways(workflow, shown, set(also) - ordinary(workflow)))
    steps = _in_order(workflow, shown, ways)
    places = {step.key: number for number, step in enumerate(steps)}
    edges = {(places[start], places[to]) for start, to in ways}
    rails = _in_lanes(_rails(edges))
    rows = [
        Row(step, (number - 1, number) in edges, [rail for rail in rails if rail.first <= number <= rail.last])
        for number, step in enumerate(steps)
    ]
    return Picture(rows, max((rail.lane for rail in rails), default=0))


def ordinary(workflow: Workflow) -> set[str]:
    """Give the keys of the steps but those that only take over from a robot that can't go on."""
    return closure({workflow.start}, {step.key: _forward(workflow, step) for step in workflow.steps})


def following(workflow: Workflow, step: AnyStep) -> list[str]:
    """Give what comes after a step on its ordinary ways, each once; a branch goes on where the branches join."""
    return list(dict.fromkeys(_forward(workflow, step)))


def _forward(workflow: Workflow, step: AnyStep) -> list[str]:
    if isinstance(step, ParallelStep):
        return [branch.start for branch in step.branches]
    ordinary_targets = [move.to for move in step.next] if isinstance(step, RobotStep) else targets(step)
    return [after for target in ordinary_targets for after in _joined(workflow, step, target)]


def _joined(workflow: Workflow, step: AnyStep, target: str) -> list[str]:
    """Give where a move leads: one back to a parallel step goes on after it."""
    parallel = workflow.by_key[target]
    if isinstance(parallel, ParallelStep) and step.key in inside(workflow, parallel):
        return [move.to for move in parallel.next]
    return [target]


def inside(workflow: Workflow, parallel: ParallelStep) -> set[str]:
    """Give the keys of the steps in the branches of a parallel step."""
    return set[str]().union(*inside_each(workflow, parallel).values())


def inside_each(workflow: Workflow, parallel: ParallelStep) -> dict[str, set[str]]:
    """Give the keys of the steps in each branch of a parallel step, by the key of the branch."""
    edges = {step.key: targets(step) for step in workflow.steps if step.key != parallel.key}
    return {branch.key: closure({branch.start}, edges) - {parallel.key} for branch in parallel.branches}


def _ways(workflow: Workflow, shown: Collection[str], taking_over: Collection[str]) -> Iterator[Edge]:
    for step in workflow.steps:
        after = following(workflow, step) if step.key in shown else []
        if isinstance(step, RobotStep) and step.key in shown and step.if_stuck in taking_over:
            after = [*after, step.if_stuck]
        yield from ((step.key, to) for to in after if to in shown and to != step.key)


def _in_order(workflow: Workflow, shown: Collection[str], ways: Iterable[Edge]) -> list[AnyStep]:
    """Give steps so that ways lead downwards as far as they can, chains stay together, and the ends come last."""
    after: dict[str, list[str]] = {key: [] for key in shown}
    for start, to in ways:
        after[start].append(to)
    reached = closure({workflow.start}, after)
    apart = [step.key for step in workflow.steps if step.key in shown and step.key not in reached]
    order = [workflow.by_key[key] for key in reversed(list(_finished([*apart, workflow.start], after)))]
    ends = [step for step in order if isinstance(step, EndStep)]
    return [*(step for step in order if step.kind != "end"), *sorted(ends, key=lambda end: OUTCOMES.index(end.outcome))]


def _finished(starts: Iterable[str], after: dict[str, list[str]]) -> Iterator[str]:
    """Give each step once all that it leads to was given."""
    seen: set[str] = set()

    def visit(key: str) -> Iterator[str]:
        seen.add(key)
        for to in reversed(after[key]):
            if to not in seen:
                yield from visit(to)
        yield key

    for key in starts:
        if key not in seen:
            yield from visit(key)


def _rails(edges: Collection[tuple[int, int]]) -> Iterator[Rail]:
    """Give a rail for each step that is reached from rows not right above it, and one for the ways back to it."""
    for to in sorted({to for _, to in edges}):
        far = frozenset(start for start, end in edges if end == to and start < to - 1)
        later = frozenset(start for start, end in edges if end == to and start > to)
        if far:
            yield Rail(0, to, far, is_back=False)
        if later:
            yield Rail(0, to, later, is_back=True)


def _in_lanes(rails: Iterable[Rail]) -> list[Rail]:
    """Give every rail the nearest lane that is free along its whole length; short ones lie nearest to the steps."""
    placed: list[Rail] = []
    for rail in sorted(rails, key=lambda rail: (rail.last - rail.first, rail.first)):
        taken = {other.lane for other in placed if other.first < rail.last and rail.first < other.last}
        lane = next(lane for lane in range(1, len(placed) + 2) if lane not in taken)
        placed.append(Rail(lane, rail.to, rail.origins, rail.is_back))
    return placed
