"""Draw the picture of a process: rails as lines, and how far one request has come in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from services.catalogue.definition import AnyStep, DeskStep, Workflow
from services.catalogue.picture import Picture, Rail, Row, following, picture_of
from services.requests.models import ServiceRequest
from services.transparency.queries import StepTime
from services.workflow.models import ACTIVE, Step

State = Literal["", "done", "now", "next", "unneeded"]
LANE, EDGE = 10, 8
TOP, BEND, BOTTOM = 20, 50, 100


@dataclass(frozen=True)
class Line:
    """A stroke of a rail; `d` in SVG's path language."""

    d: str
    is_back: bool


@dataclass(frozen=True)
class Way:
    """Where a step may lead: in which case (no text when that isn't told), and to which step."""

    case: Mapping[Any, str]
    to: Mapping[Any, str]


@dataclass(frozen=True)
class DrawnRow:
    """One step of the picture: the strokes above and below its dot, its state in a request, and where it leads."""

    step: AnyStep
    above: list[Line]
    below: list[Line]
    ways: list[Way]
    state: State = ""
    at: datetime | None = None
    time: StepTime | None = None


@dataclass(frozen=True)
class Drawing:
    rows: list[DrawnRow]
    width: int


def drawn(workflow: Workflow, times: Mapping[str, StepTime] | None = None) -> Drawing:
    """Draw the ordinary ways of a service, with how long each step took where that is known."""
    drawing = _drawing(workflow, picture_of(workflow), {})
    rows = [replace(row, time=(times or {}).get(row.step.key)) for row in drawing.rows]
    return Drawing(rows, drawing.width)


def drawn_for(seen: ServiceRequest) -> Drawing:
    """Draw the way of one request, with the state of every step; one query."""
    rows = seen.steps.all().exclude(kind=Step.Kind.NOTICE).order_by("pk")
    latest = {row.key: row for row in rows.only("key", "kind", "state", "opened_at", "finished_at")}
    workflow = seen.version.definition.workflow
    taken = [key for key, row in latest.items() if row.state != Step.State.CANCELLED]
    return _drawing(workflow, picture_of(workflow, taken), _states(workflow, seen, latest))


def _states(
    workflow: Workflow, seen: ServiceRequest, latest: Mapping[str, Step]
) -> dict[str, tuple[State, datetime | None]]:
    rest: State = "next" if seen.is_in_progress else "unneeded"
    states: dict[str, tuple[State, datetime | None]] = {step.key: (rest, None) for step in workflow.steps}
    for key, row in latest.items():
        if row.state in ACTIVE:
            states[key] = ("now", row.opened_at)
        elif row.state == Step.State.DONE:
            states[key] = ("done", row.finished_at)
    return states


def _drawing(workflow: Workflow, picture: Picture, states: Mapping[str, tuple[State, datetime | None]]) -> Drawing:
    width = picture.lanes * LANE + 2 * EDGE
    rows = []
    for number, row in enumerate(picture.rows):
        state, at = states.get(row.step.key, ("", None))
        is_before_below = number + 1 < len(picture.rows) and picture.rows[number + 1].is_after_above
        above, below = _strokes(row, number, width, is_before_below=is_before_below)
        rows.append(DrawnRow(row.step, above, below, _ways(workflow, row.step), state, at))
    return Drawing(rows, width)


def _strokes(row: Row, number: int, width: int, *, is_before_below: bool) -> tuple[list[Line], list[Line]]:
    dot = width - EDGE
    above = [Line(f"M{dot} 0V{TOP}", is_back=False)] if row.is_after_above else []
    below = [Line(f"M{dot} 0V{BOTTOM}", is_back=False)] if is_before_below else []
    for rail in row.rails:
        x = dot - rail.lane * LANE
        above += [Line(d, rail.is_back) for d in _above(rail, number, x, dot)]
        below += [Line(d, rail.is_back) for d in _below(rail, number, x, dot)]
    return above, below


def _above(rail: Rail, number: int, x: int, dot: int) -> Iterable[str]:
    """Give what a rail draws above the dot: it ends there, sets out upwards, or passes by."""
    touches = number == rail.to if not rail.is_back else number in rail.origins
    if touches:
        yield f"M{x} 0C{x} {TOP / 2:g} {dot} {TOP / 2:g} {dot} {TOP}"
    if rail.first < number < rail.last:
        yield f"M{x} 0V{TOP}"


def _below(rail: Rail, number: int, x: int, dot: int) -> Iterable[str]:
    """Give what a rail draws below the dot: it sets out there, ends coming from below, or passes by."""
    touches = number in rail.origins if not rail.is_back else number == rail.to
    if touches:
        yield f"M{dot} 0C{dot} {BEND / 2:g} {x} {BEND / 2:g} {x} {BEND}V{BOTTOM}"
    if rail.first < number < rail.last:
        yield f"M{x} 0V{BOTTOM}"


def _ways(workflow: Workflow, step: AnyStep) -> list[Way]:
    """Tell where a step may lead, when that is more than one place."""
    known = workflow.by_key
    targets = following(workflow, step)
    if len(targets) < 2 or step.kind == "parallel":
        return []
    cases: Any = step.outcomes if isinstance(step, DeskStep) else []
    if cases:
        return [Way(one.title, known[one.to].title) for one in cases]
    return [Way({}, known[target].title) for target in targets]
