"""The picture of a process: each step once, every way drawn from its beginning to its end, no two in one place."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.definition import Definition, Workflow
from services.catalogue.picture import Picture, following, ordinary, picture_of
from tests import worlds

SAMPLES = sorted(Path("samples/services").glob("*.yaml"))


def workflow(*steps: dict[str, Any], start: str = "") -> Workflow:
    return Workflow.model_validate({"start": start or steps[0]["key"], "steps": [*steps, *worlds.ENDS]})


def desk(key: str, *to: str) -> dict[str, Any]:
    outcomes = [{"key": f"to_{number}", "title": worlds.text(target), "to": target} for number, target in enumerate(to)]
    return {"key": key, "kind": "desk", "title": worlds.text(key), "desk": "permits", "outcomes": outcomes}


def keys(picture: Picture) -> list[str]:
    return [row.step.key for row in picture.rows]


def ways(picture: Picture) -> set[tuple[str, str]]:
    """Give the ways that can be followed by the eye: from row to row, and along rails."""
    names, seen = keys(picture), set()
    for number, row in enumerate(picture.rows):
        if row.is_after_above:
            seen.add((names[number - 1], names[number]))
        seen |= {(names[start], names[rail.to]) for rail in row.rails for start in rail.origins}
    return seen


def check(flow: Workflow, picture: Picture) -> None:
    """Check what holds for every picture."""
    shown = set(keys(picture))
    wanted = {(one.key, to) for one in flow.steps if one.key in shown for to in following(flow, one) if to != one.key}
    assert len(keys(picture)) == len(shown)
    assert ways(picture) == wanted
    for number, row in enumerate(picture.rows):
        above = [rail.lane for rail in row.rails if rail.first < number]
        below = [rail.lane for rail in row.rails if rail.last > number]
        assert len(above) == len(set(above))
        assert len(below) == len(set(below))
        assert all(1 <= rail.lane <= picture.lanes for rail in row.rails)


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_the_samples_are_drawn_whole_from_start_to_ends(file: Path) -> None:
    flow = Definition.model_validate(yaml.safe_load(file.read_text())).workflow
    picture = picture_of(flow)
    kinds = [row.step.kind for row in picture.rows]

    check(flow, picture)
    assert keys(picture)[0] == flow.start
    assert kinds == sorted(kinds, key=lambda kind: kind == "end")
    assert set(keys(picture)) == ordinary(flow)
    assert picture.lanes <= 8


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 12


def test_a_chain_needs_no_rails() -> None:
    picture = picture_of(workflow(desk("a", "b"), desk("b", "granted"), desk("lost", "refused")))

    assert keys(picture) == ["a", "b", "granted"]
    assert picture.lanes == 0


def test_a_way_back_has_a_rail_of_its_own() -> None:
    picture = picture_of(workflow(desk("a", "b"), desk("b", "a", "granted", "refused")))
    [back] = {rail for row in picture.rows for rail in row.rails if rail.is_back}

    assert (back.first, back.last) == (0, 1)


def test_branches_go_on_where_they_join() -> None:
    parallel = {
        "key": "ask",
        "kind": "parallel",
        "title": worlds.text("Ask"),
        "branches": [{"key": name, "start": name, "title": worlds.text(name)} for name in ("north", "south")],
        "next": [{"to": "judge"}],
    }
    flow = workflow(parallel, desk("north", "ask"), desk("south", "ask"), desk("judge", "granted", "refused"))
    picture = picture_of(flow)

    check(flow, picture)
    assert ways(picture) >= {("ask", "north"), ("ask", "south"), ("north", "judge"), ("south", "judge")}
    assert ("north", "ask") not in ways(picture)


def test_a_desk_that_took_over_stands_after_its_robot() -> None:
    robot = worlds.robot(
        "check", "check_rule", to="granted", if_stuck="judge", settings={"rule": "true", "save_as": "ok"}
    )
    flow = workflow(robot, desk("judge", "granted", "refused"))

    assert keys(picture_of(flow)) == ["check", "granted"]
    assert keys(picture_of(flow, {"judge"})) == ["check", "judge", "granted", "refused"][:3]
    assert keys(picture_of(flow, {"judge", "refused"})) == ["check", "judge", "granted", "refused"]


@given(st.lists(st.lists(st.integers(0, 8), min_size=1, max_size=3), min_size=1, max_size=8))
def test_any_tangle_is_drawn_whole(tangle: list[list[int]]) -> None:
    names = [f"s{number}" for number in range(len(tangle))]
    steps = [
        desk(name, *dict.fromkeys(names[to] if to < len(names) else "granted" for to in targets))
        for name, targets in zip(names, tangle, strict=True)
    ]
    flow = workflow(*steps)

    check(flow, picture_of(flow))
