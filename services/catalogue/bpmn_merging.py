"""Put the workflow that a file of BPMN tells into a definition: what BPMN has no word for stays as it was.

A step is known again by its key and kind. Pure functions over plain data.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from services.catalogue.bpmn_parts import Note
from services.catalogue.bpmn_steps import Told

Plain = dict[str, Any]
# What a file would tell of a step of this kind if it were there: missing in it, it was removed.
TOLD_OR_NOT = {"applicant": ("within", "if_late"), "parallel": ("quorum",)}


def merged(base: Plain, told: Told) -> Plain:
    """Give the plain data of a definition of sound shape with another workflow."""
    before = {step["key"]: step for step in base["workflow"]["steps"]}
    steps = {step["key"]: _step(before.get(step["key"], {}), step) for step in told.steps}
    order = [key for key in before if key in steps] + [key for key in steps if key not in before]
    workflow = {**base["workflow"], "start": told.start, "steps": [steps[key] for key in order]}
    limit = base["time_limit"]
    if "silence_to" in limit and told.silence_to:
        limit = {**limit, "silence_to": told.silence_to}
    return {**base, "time_limit": limit, "workflow": workflow}


def lost_silence(base: Plain, told: Told) -> Iterator[Note]:
    """Note a second start by a timer where the definition doesn't say what silence decides."""
    if told.silence and "silence_to" not in base["time_limit"]:
        yield replace(told.silence, put="left_out")


def _step(before: Plain, step: Plain) -> Plain:
    if before.get("kind") != step["kind"]:
        return step
    would_tell = TOLD_OR_NOT.get(step["kind"], ())
    known = {name: value for name, value in before.items() if name in step or name not in would_tell}
    result = known | {name: value for name, value in step.items() if name in ("key", "kind", "next", "if_stuck")}
    result |= {name: step[name] for name in ("if_late", "quorum") if name in step}
    result |= {name: _text(before, step, name) for name in ("title", "explain") if name in step}
    result |= {name: _span(before.get(name), step[name]) for name in ("span", "within") if name in step}
    result |= {name: _parts(before[name], step[name], by) for name, by in _LISTS.items() if name in step}
    return result


_LISTS = {"outcomes": "key", "branches": "start"}


def _parts(before: list[Plain], parts: list[Plain], by: str) -> list[Plain]:
    """Give the parts of a list, each known again by what names it: titles in other languages and the like stay."""
    known = {part[by]: part for part in before}
    return [_part(known.get(part[by], {}), part) for part in parts]


def _part(before: Plain, part: Plain) -> Plain:
    kept = {name: value for name, value in before.items() if name != "when"}
    return {**part, **kept, "title": _text(before, part, "title")} | {
        name: part[name] for name in ("to", "when") if name in part
    }


def _text(before: Mapping[str, Any], part: Mapping[str, Any], name: str) -> dict[str, str]:
    return {**before.get(name, {}), **part[name]}


def _span(before: Plain | None, span: Plain) -> Plain:
    return {**(before or {}), **span}
