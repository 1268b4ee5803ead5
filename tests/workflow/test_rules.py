"""Workflows that the checks accept can always be walked to an end, by whatever choices."""

import random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.catalogue.definition import Definition, EndStep, Move
from services.catalogue.routes import route_faults, targets
from services.workflow import rules
from tests import worlds

KINDS = ["robot", "desk", "applicant", "wait"]
LONGEST = 500


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Give small random workflows; many of them are unsound."""
    count = draw(st.integers(2, 6))
    names = [f"s{number}" for number in range(count)]
    targets = [*names, "granted", "refused"]
    steps = [step(draw, name, names, targets) for name in names]
    ends = [end for end in worlds.ENDS if repr(end["key"]) in repr(steps)]
    plain = worlds.definition([worlds.desk("x")])
    return Definition.model_validate({**plain, "workflow": {"start": "s0", "steps": [*steps, *ends]}})


def step(draw: st.DrawFn, name: str, names: list[str], targets: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    to = draw(st.lists(st.sampled_from(targets), min_size=1, max_size=2))
    moves = [{"to": to[0], "when": "answers.rooms > 1"}, {"to": to[-1]}] if len(to) > 1 else [{"to": to[0]}]
    common = {"key": name, "kind": kind, "title": worlds.text(name)}
    if kind == "desk":
        outcomes = [{"key": f"o{n}", "title": worlds.text("o"), "to": target} for n, target in enumerate(to)]
        return {**common, "desk": "permits", "outcomes": outcomes}
    if kind == "robot":
        return {**common, "action": "compute_fee", "next": moves, "if_stuck": draw(st.sampled_from(names))}
    extra = {"waits_for": "confirmation"} if kind == "applicant" else {"span": {"days": 1}}
    return {**common, **extra, "next": moves}


@settings(max_examples=400, suppress_health_check=[HealthCheck.filter_too_much])
@given(definitions(), st.integers(0, 2**32))
def test_a_sound_workflow_always_has_a_next_move_until_its_end(definition: Definition, seed: int) -> None:
    assume(not list(route_faults(definition)))
    chance, key = random.Random(seed), definition.workflow.start
    for _ in range(LONGEST):
        here = definition.workflow.by_key[key]
        if isinstance(here, EndStep):
            return
        following = targets(here)
        assert following, f"{key} leads nowhere"
        key = chance.choice(following)
    assert reaches_an_end(definition, key)


def reaches_an_end(definition: Definition, start: str) -> bool:
    seen, front = {start}, [start]
    while front:
        here = definition.workflow.by_key[front.pop()]
        if isinstance(here, EndStep):
            return True
        fresh = set(targets(here)) - seen
        seen |= fresh
        front += fresh
    return False


@given(st.lists(st.sampled_from("abcdef")), st.integers(0, 6), st.randoms())
def test_the_order_in_which_branches_come_back_makes_no_difference(
    returned: list[str], awaits: int, chance: random.Random
) -> None:
    shuffled = returned[:]
    chance.shuffle(shuffled)
    assert rules.is_joined(awaits, returned) == rules.is_joined(awaits, shuffled)
    assert rules.is_joined(awaits, returned) == (len(set(returned)) >= awaits)


@given(st.integers(0, 12), st.none() | st.integers(1, 12))
def test_a_quorum_never_waits_for_more_than_there_are(branches: int, quorum: int | None) -> None:
    assert 0 <= rules.awaited(branches, quorum) <= branches


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_the_first_move_that_holds_is_taken(holding: list[bool]) -> None:
    moves = [Move(to=f"s{number}", when=str(number)) for number in range(len(holding))] + [Move(to="last")]
    chosen = rules.chosen(moves, lambda condition: holding[int(condition)])
    assert chosen == next((f"s{number}" for number, holds in enumerate(holding) if holds), "last")


def test_pauses_grow_and_end() -> None:
    pauses = [5.0, 30.0, 120.0, 600.0]
    rests = [rules.pause(attempt, pauses, lambda: 0.5) for attempt in range(1, 6)]
    seconds = [rest.total_seconds() for rest in rests if rest]
    assert seconds == sorted(seconds)
    assert rests[-1] is None
