"""A workflow as nodes and flows of BPMN 2.0: which task, gateway or event a step is, and where each way leads.

Pure functions over definitions. A step with several ways on is followed by an exclusive gateway. A robot carries an
error event that leads to whom it hands over to, a step that waits for the applicant a timer, when its wait has an end.
Where silence decides, the legal limit begins a process, too.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.agencies.rules import in_language
from services.catalogue.definition import (
    AnyStep,
    ApplicantStep,
    Definition,
    DeskStep,
    Move,
    ParallelStep,
    RobotStep,
    WaitStep,
    Workflow,
)
from services.catalogue.definition.law import Span
from services.catalogue.picture import inside, inside_each
from services.catalogue.routes import targets

TELLING, INCLUSIVE = {"notify", "remind", "letter"}, "inclusiveGateway"
# With a dot, which no step's key has.
BEGIN, SILENCE, WAY, JOIN, BACK, STUCK, LATE = (
    "begin.event", "silence.event", ".way", ".join", ".back", ".stuck", ".late"
)  # fmt: skip


@dataclass(frozen=True)
class Node:
    """A node by its tag; `event` and `span` tell what it waits for, at the border of its `host` if it has one."""

    id: str
    tag: str
    name: str = ""
    words: str = ""
    event: str = ""
    span: Span | None = None
    host: str = ""


@dataclass(frozen=True)
class Flow:
    """A way between two nodes, its name, and when it is taken; `is_default` when no other way of several is."""

    source: str
    target: str
    name: str = ""
    when: str = ""
    is_default: bool = False


Row = tuple[list[Node], list[Flow]]


def begin(definition: Definition) -> Row:
    """Give the event that begins the process, that of the law's silence where it has one, and what each leads to."""
    limit = definition.time_limit
    nodes, flows = [Node(BEGIN, "startEvent")], [Flow(BEGIN, definition.workflow.start)]
    if limit.silence_to:
        nodes.append(Node(SILENCE, "startEvent", event="timer", span=limit))
        flows.append(Flow(SILENCE, limit.silence_to))
    return nodes, flows


def row_of(workflow: Workflow, step: AnyStep, language: str) -> Row:
    """Give the nodes that a step becomes, itself first, and the ways that begin at them."""
    words = in_language(step.explain, language) if step.explain else ""
    node = Node(step.key, _tag(step), in_language(step.title, language), words, *_catches(step))
    back = [Node(name, "exclusiveGateway") for name in _ways_back(workflow, step)]
    around = [*_borders(step), *back, *_joining(step)]
    ways = list(_ways(workflow, step, language))
    source = step.key + JOIN if isinstance(step, ParallelStep) else step.key
    if len(ways) > 1:
        around.append(Node(step.key + WAY, "exclusiveGateway"))
        ways = [Flow(source, step.key + WAY), *(replace(way, source=step.key + WAY) for way in ways)]
    else:
        ways = [replace(way, source=source, is_default=False) for way in ways]
    merged = [Flow(one.id, step.key + JOIN) for one in back]
    return [node, *around], [*merged, *ways, *_branches(workflow, step, language), *_hand_overs(workflow, step)]


def _tag(step: AnyStep) -> str:
    match step:
        case RobotStep():
            return "sendTask" if step.action in TELLING else "serviceTask"
        case ParallelStep():
            return INCLUSIVE if any(branch.when for branch in step.branches) else "parallelGateway"
        case _:
            tags = {"desk": "userTask", "applicant": "receiveTask", "wait": "intermediateCatchEvent", "end": "endEvent"}
            return tags[step.kind]


def _catches(step: AnyStep) -> tuple[str, Span | None]:
    return ("timer", step.span) if isinstance(step, WaitStep) else ("", None)


def _borders(step: AnyStep) -> Iterator[Node]:
    if isinstance(step, RobotStep):
        yield Node(step.key + STUCK, "boundaryEvent", event="error", host=step.key)
    if isinstance(step, ApplicantStep) and step.if_late and step.within:
        yield Node(step.key + LATE, "boundaryEvent", event="timer", span=step.within, host=step.key)


def _joining(step: AnyStep) -> Iterator[Node]:
    """Give where branches come together; a quorum is a gateway that goes on before all are back."""
    if isinstance(step, ParallelStep):
        tag = "complexGateway" if step.quorum else _tag(step)
        yield Node(step.key + JOIN, tag, words=f"{step.quorum}/{len(step.branches)}" if step.quorum else "")


def _ways(workflow: Workflow, step: AnyStep, language: str) -> Iterator[Flow]:
    """Give the ordinary ways on."""
    lead = _leading(workflow, step)
    if isinstance(step, DeskStep):
        for outcome in step.outcomes:
            title = in_language(outcome.title, language)
            yield Flow(step.key, lead(outcome.to), title, f"outcome == '{outcome.key}'")
    moves: Sequence[Move] = getattr(step, "next", [])
    for move in moves:
        yield Flow(step.key, lead(move.to), "", move.when or "", is_default=not move.when)


def _branches(workflow: Workflow, step: AnyStep, language: str) -> Iterator[Flow]:
    """Give the ways into branches; at a gateway that asks each of its ways, those always taken hold in any case."""
    always = "true" if _tag(step) == INCLUSIVE else ""
    for branch in step.branches if isinstance(step, ParallelStep) else []:
        yield Flow(step.key, branch.start, in_language(branch.title, language), branch.when or always)


def _hand_overs(workflow: Workflow, step: AnyStep) -> Iterator[Flow]:
    lead = _leading(workflow, step)
    if isinstance(step, RobotStep):
        yield Flow(step.key + STUCK, lead(step.if_stuck))
    if isinstance(step, ApplicantStep) and step.if_late and step.within:
        yield Flow(step.key + LATE, lead(step.if_late))


def _leading(workflow: Workflow, step: AnyStep) -> Callable[[str], str]:
    """Give what tells the node that a move leads to: one back to the step that it branched from leads to the join.

    A join waits for all ways that lead to it, so those of one branch are merged before, if there are several.
    """

    def lead(target: str) -> str:
        parallel = workflow.by_key[target]
        if not isinstance(parallel, ParallelStep) or step.key not in inside(workflow, parallel):
            return target
        merged = (name for name, steps in _ways_back(workflow, parallel).items() if step.key in steps)
        return next(merged, target + JOIN)

    return lead


def _ways_back(workflow: Workflow, step: AnyStep) -> dict[str, set[str]]:
    """Give the gateways that merge ways back, one for each branch with several, with the steps of only that branch."""
    if not isinstance(step, ParallelStep):
        return {}
    branches = inside_each(workflow, step)
    own = {
        key: steps.difference(*(branches[other] for other in branches if other != key))
        for key, steps in branches.items()
    }
    coming = {
        key: [to for one in steps for to in targets(workflow.by_key[one]) if to == step.key]
        for key, steps in own.items()
    }
    return {f"{step.key}.{key}{BACK}": own[key] for key, back in coming.items() if len(back) > 1}
