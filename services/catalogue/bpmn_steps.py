"""The steps that a process of BPMN tells, as plain data of a definition, without what BPMN has no word for.

A desk, an action, what is waited for and how a request ends are told nowhere in BPMN: they are missing in a new step.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from services.catalogue.bpmn_file import WHOLE
from services.catalogue.bpmn_parts import PARALLEL, Model, Note, read_model
from services.catalogue.bpmn_ways import STEPS, Way, Ways
from services.catalogue.flow import INCLUSIVE, Node
from services.catalogue.routes import closure
from services.catalogue.search import fold
from services.catalogue.soundness import Fault, Unsound

KINDS = {"userTask": "desk", "serviceTask": "robot", "sendTask": "robot", "receiveTask": "applicant"}
KINDS |= {"intermediateCatchEvent": "wait", "endEvent": "end"}
KEY, LONGEST_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}"), 40
OUTCOME = re.compile(r"outcome\s*==\s*(['\"])([a-z][a-z0-9_]{0,39})\1")
QUORUM = re.compile(r"(\d{1,2})/\d{1,2}")
ALWAYS = "true"


@dataclass
class Told:
    """A workflow as plain data, where the law's silence leads, and the elements that it can't hold."""

    start: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)
    silence_to: str = ""
    silence: Note | None = None
    notes: list[Note] = field(default_factory=list)


def steps_of(content: bytes, language: str) -> Told:
    """Read a file whose names are in a language; raise `Unsound` with why nothing can be taken from it."""
    return _Reader(read_model(content), language).read()


def key_of(words: str) -> str:
    """Give words as a key: small letters, digits and low lines; empty when nothing is left."""
    plain = re.sub(r"[^a-z0-9]+", "_", fold(words)).strip("_")
    return re.sub(r"^[^a-z]+", "", plain)[:LONGEST_KEY].rstrip("_")


class _Reader:
    def __init__(self, model: Model, language: str) -> None:
        self.model, self.ways, self.language = model, Ways(model), language
        self.told = Told(notes=model.notes)
        for unsound in self.ways.lost_joins():
            raise unsound
        self.keys = self._keys()

    def read(self) -> Told:
        self._begin()
        for name in self.keys:
            self.told.steps.append(self._step(self.model.nodes[name]))
        self._note_borders()
        self._refuse_circles()
        return self.told

    def _keys(self) -> dict[str, str]:
        """Give each step a key: its id where that can be one, else what it is called."""
        keys: dict[str, str] = {}
        steps = [name for name, node in self.model.nodes.items() if node.tag in STEPS or name in self.ways.partings]
        taken = {name for name in steps if KEY.fullmatch(name)}
        for name in steps:
            wanted = name if name in taken else key_of(self.model.nodes[name].name) or key_of(name) or "step"
            keys[name] = wanted if name in taken else _free(wanted, taken)
            taken.add(keys[name])
        return keys

    def _note(self, name: str, put: str, words: str = "") -> None:
        self.told.notes.append(self._noted(name, put, words))

    def _noted(self, name: str, put: str, words: str = "") -> Note:
        node = self.model.nodes.get(name)
        kind, called = (node.tag, node.name) if node else ("sequenceFlow", self.model.flows[name].name)
        return Note(name, kind, called, put, words, self.model.lines[name])

    def _text(self, words: str) -> dict[str, str]:
        return {self.language: words}

    def _to(self, way: Way) -> str:
        return self.keys[way.target]

    def _begin(self) -> None:
        starts = [node for node in self.model.nodes.values() if node.tag == "startEvent"]
        plain = [node for node in starts if node.event != "timer"] or starts
        if not plain:
            raise Unsound([Fault(WHOLE, "has no start", "Draw one start event.", 1)])
        if len(plain) > 1:
            names = ", ".join(node.id for node in plain)
            raise Unsound([Fault(WHOLE, f"needs one start, and has: {names}", "Keep one start event.", 1)])
        (start,) = plain
        if start.event:
            self._note(start.id, "as_begin")
        self.told.start = self._only(start.id, self.ways.of(start.id))
        for late in (node for node in starts if node is not start):
            if self.told.silence_to:
                self._note(late.id, "left_out")
            else:
                self.told.silence_to = self._only(late.id, self.ways.of(late.id))
                self.told.silence = self._noted(late.id, "")

    def _only(self, name: str, ways: list[Way]) -> str:
        """Give the one step that a way leads to."""
        if len({way.target for way in ways}) != 1:
            raise self.ways.fault(name, "several ways lead on from here", "Draw a task before the gateway.")
        return self._to(ways[0])

    def _step(self, node: Node) -> dict[str, Any]:
        if not node.name:
            self._note(node.id, "no_name", self.keys[node.id])
        kind = "parallel" if node.tag in PARALLEL else KINDS[node.tag]
        step: dict[str, Any] = {"key": self.keys[node.id], "kind": kind, "title": self._text(node.name or node.id)}
        if node.words:
            step["explain"] = self._text(node.words)
        match kind:
            case "desk":
                step["outcomes"] = list(self._outcomes(node))
            case "robot":
                step |= {"next": list(self._moves(node.id)), **self._taking_over(node, "error", "if_stuck")}
            case "applicant":
                step |= {**self._taking_over(node, "timer", "if_late"), "next": list(self._moves(node.id))}
            case "wait":
                step |= {"span": {"days": node.span.days}} if node.span else {}
                step["next"] = list(self._moves(node.id))
            case "parallel":
                step |= self._branching(node)
        return step

    def _leaving(self, name: str) -> list[Way]:
        if len(self.ways.leaving[name]) > 1:
            self._note(name, "one_of_several")
        return self.ways.of(name)

    def _outcomes(self, node: Node) -> Iterator[dict[str, Any]]:
        taken: set[str] = set()
        for way in self._leaving(node.id):
            found = OUTCOME.fullmatch(way.when.strip())
            name = way.name or self.model.nodes[way.target].name or self._to(way)
            key = _free(found[2] if found else key_of(name) or self._to(way), taken)
            taken.add(key)
            if way.when and not found:
                self._note(way.flows[-1], "chosen", key)
            yield {"key": key, "title": self._text(name), "to": self._to(way)}

    def _moves(self, name: str) -> Iterator[dict[str, Any]]:
        ways = self._leaving(name) if self.model.nodes[name].tag in STEPS else self.ways.of(name)
        for number, way in enumerate(ways, 1):
            if not way.when and number < len(ways):
                self._note(way.flows[-1], "no_condition")
            yield {"to": self._to(way), **({"when": way.when} if way.when else {})}

    def _taking_over(self, node: Node, event: str, name: str) -> dict[str, Any]:
        """Give where an event at a step's border leads to, and for a timer after how long."""
        for border in self._borders(node, event):
            target = self._only(border.id, self.ways.of(border.id))
            return {**({"within": {"days": border.span.days}} if border.span else {}), name: target}
        return {}

    def _borders(self, node: Node, event: str) -> list[Node]:
        return [one for one in self.model.nodes.values() if one.host == node.id and one.event == event]

    def _note_borders(self) -> None:
        """Note the events at borders that no step can hold: of another kind, or a second one."""
        fitting = {"robot": "error", "applicant": "timer"}
        read: set[str] = set()
        for border in (node for node in self.model.nodes.values() if node.tag == "boundaryEvent"):
            host = self.model.nodes[border.host]
            if border.event != fitting.get(KINDS.get(host.tag, "")) or host.id in read:
                self._note(border.id, "left_out")
            else:
                read.add(host.id)

    def _branching(self, node: Node) -> dict[str, Any]:
        join = self.ways.partings[node.id]
        branches = list(self._branches(node))
        quorum = QUORUM.match(self.model.nodes[join].words)
        if "complexGateway" in (node.tag, self.model.nodes[join].tag) and not quorum:
            self._note(join, "all_back")
        wanted = {"quorum": int(quorum[1])} if quorum else {}
        return {"branches": branches, **wanted, "next": list(self._moves(join))}

    def _branches(self, node: Node) -> Iterator[dict[str, Any]]:
        taken: set[str] = set()
        for flow in self.ways.leaving[node.id]:
            ways = self.ways.of_flow(flow)
            start = self._only(flow, ways)
            if start == self.keys[node.id]:
                raise self.ways.fault(flow, "this branch has no step", "Draw a task into it, or remove it.")
            key = _free(start, taken)
            taken.add(key)
            asked = node.tag == INCLUSIVE and ways[0].when not in ("", ALWAYS)
            title = self._text(ways[0].name or self.model.nodes[ways[0].target].name or start)
            yield {"key": key, "start": start, "title": title, **({"when": ways[0].when} if asked else {})}

    def _refuse_circles(self) -> None:
        """Refuse circles of robots only, which would never rest."""
        names = {key: name for name, key in self.keys.items()}
        robots = {step["key"]: step for step in self.told.steps if step["kind"] == "robot"}
        edges = {key: [move["to"] for move in step["next"] if move["to"] in robots] for key, step in robots.items()}
        circles = [key for key in robots if key in closure(set(edges[key]), edges)]
        if circles:
            told = "is in a circle of robots only"
            remedy = "Draw a user task into the circle."
            raise Unsound([Fault(names[key], told, remedy, self.model.lines[names[key]]) for key in circles])


def _free(wanted: str, taken: set[str]) -> str:
    """Give a key that isn't taken: as wanted, or with the next number."""
    number, key = 1, wanted
    while key in taken:
        number += 1
        key = f"{wanted[: LONGEST_KEY - 4]}_{number}"
    return key
