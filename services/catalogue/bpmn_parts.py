"""What a file of BPMN 2.0 tells: nodes and flows of one process, and what of it no definition can hold.

A file whose parts don't fit together is refused with every fault by the element's id. What is only unknown here is
noted with what is put in its place.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil

from services.catalogue.bpmn import MODEL
from services.catalogue.bpmn_file import WHOLE, Element, read_xml
from services.catalogue.definition.law import Span
from services.catalogue.flow import Flow, Node
from services.catalogue.soundness import Fault, Unsound

MOST_NODES, MOST_FLOWS = 300, 1_000
PARALLEL = {"parallelGateway", "inclusiveGateway", "complexGateway"}
KNOWN = {"startEvent", "endEvent", "userTask", "serviceTask", "sendTask", "receiveTask", "exclusiveGateway"}
KNOWN |= {"intermediateCatchEvent", "boundaryEvent", *PARALLEL}
# What isn't known here, with what stands for it and how that is told.
INSTEAD = {
    **dict.fromkeys(("task", "manualTask", "callActivity"), ("userTask", "as_desk")),
    **dict.fromkeys(("subProcess", "adHocSubProcess", "transaction"), ("userTask", "as_desk")),
    **dict.fromkeys(("scriptTask", "businessRuleTask"), ("serviceTask", "as_robot")),
    "eventBasedGateway": ("exclusiveGateway", "as_choice"),
    "intermediateThrowEvent": ("exclusiveGateway", "passed"),
}
OF_NODES = {"incoming", "outgoing", "documentation"}
OF_TOOLS = {"documentation", "extensionElements"}
SPAN = re.compile(r"P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:\d{1,5}S)?)?")


@dataclass(frozen=True)
class Note:
    """An element that no definition can hold as it is: which, and by a word what was put in its place."""

    id: str
    kind: str
    name: str
    put: str
    words: str = ""
    line: int = 0


@dataclass
class Model:
    """A process: its nodes and flows by id, in the order of the file, and what was noted of it."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def note(self, element: Element, put: str, words: str = "") -> None:
        self.notes.append(Note(element.id, element.tag, element.name, put, words, element.line))


def read_model(content: bytes) -> Model:
    """Read the process of a file; raise `Unsound` with every fault for which nothing can be taken from it."""
    root = read_xml(content)
    _refuse(_faults_of_file(root))
    process = _process(root)
    model = Model()
    _note_surroundings(model, root, process)
    default = {child.attributes["default"] for child in process.children if child.attributes.get("default")}
    for child in process.children:
        _read(model, child, default)
    _refuse(_faults_of_parts(model, process))
    return model


def _refuse(faults: Iterable[Fault]) -> None:
    found = list(faults)
    if found:
        raise Unsound(found)


def _faults_of_file(root: Element) -> Iterator[Fault]:
    if (root.space, root.tag) != (MODEL, "definitions"):
        told = f"isn't BPMN 2.0: it begins with '{root.tag}' of '{root.space or '–'}'"
        yield Fault(WHOLE, told, f"Choose a file that begins with 'definitions' of '{MODEL}'.", root.line)
        return
    elements = list(root.all())
    ids = Counter(element.id for element in elements if element.id)
    for element in elements:
        if ids[element.id] > 1:
            yield Fault(element.id, "this id stands there twice", "Give each element an id of its own.", element.line)
        if (element.space, element.tag) == (MODEL, "import"):
            yield Fault(WHOLE, "refers to another file", "Remove the import: only this file is read.", element.line)
    processes = [element for element in _processes(root) if _drawn(element)]
    if not processes:
        yield Fault(WHOLE, "has no process", "Draw one, with a start and an end.", root.line)
    if len(processes) > 1:
        names = ", ".join(process.name or process.id for process in processes)
        yield Fault(WHOLE, f"has several processes: {names}", "Save the one of this service alone.", processes[1].line)


def _processes(root: Element) -> list[Element]:
    return [child for child in root.children if (child.space, child.tag) == (MODEL, "process")]


def _drawn(process: Element) -> bool:
    return any(child.tag in KNOWN or child.tag in INSTEAD for child in process.children)


def _process(root: Element) -> Element:
    return next(process for process in _processes(root) if _drawn(process))


def _note_surroundings(model: Model, root: Element, process: Element) -> None:
    """Note what stands around the process: pools, messages and what other tools wrote; not how it is drawn."""
    for child in root.children:
        if child is not process and child.space == MODEL and child.tag not in OF_TOOLS | {"collaboration"}:
            model.note(child, "left_out")
    for collaboration in (child for child in root.children if child.tag == "collaboration"):
        for part in collaboration.children:
            if part.space == MODEL and part.tag not in OF_TOOLS and part.attributes.get("processRef") != process.id:
                model.note(part, "left_out")


def _read(model: Model, element: Element, default: set[str]) -> None:
    """Read one part of the process; what is known neither here nor as something else is left out."""
    if element.space != MODEL or element.tag in {"laneSet", *OF_TOOLS}:
        _note_beside(model, element)
    elif element.tag == "sequenceFlow":
        _read_flow(model, element, default)
    elif element.tag in KNOWN or element.tag in INSTEAD:
        _read_node(model, element)
    else:
        model.note(element, "left_out")
    model.lines.setdefault(element.id, element.line)


def _note_beside(model: Model, element: Element) -> None:
    if element.tag == "laneSet":
        for lane in (one for one in element.all() if one.tag == "lane"):
            model.note(lane, "left_out")
    elif element.tag != "documentation":
        model.note(element, "left_out")


def _read_flow(model: Model, element: Element, default: set[str]) -> None:
    known = element.attributes
    when = next((child.text for child in element.children if child.tag == "conditionExpression"), "")
    is_default = element.id in default
    model.flows[element.id] = Flow(
        known.get("sourceRef", ""), known.get("targetRef", ""), element.name, "" if is_default else when, is_default
    )
    _note_extensions(model, element)


def _read_node(model: Model, element: Element) -> None:
    tag, put = INSTEAD.get(element.tag, (element.tag, ""))
    events = [child for child in element.children if child.tag.endswith("EventDefinition")]
    event = events[0].tag.removesuffix("EventDefinition") if events else ""
    if put:
        model.note(element, put)
    if element.tag in {"subProcess", "adHocSubProcess", "transaction"}:
        _note_inside(model, element)
    if element.tag == "intermediateCatchEvent" and event != "timer":
        tag = "receiveTask"
        model.note(element, "as_waiting")
    if element.tag == "endEvent" and event:
        model.note(element, "as_end")
    host = element.attributes.get("attachedToRef", "")
    words = next((child.text for child in element.children if child.tag == "documentation"), "")
    span = _span(model, element, events[0]) if event == "timer" else None
    model.nodes[element.id] = Node(element.id, tag, element.name, words, event, span, host)
    for child in element.children:
        if child.tag.endswith("LoopCharacteristics"):
            model.note(element, "once")
    _note_extensions(model, element)


def _note_inside(model: Model, element: Element) -> None:
    for part in element.children:
        if part.space == MODEL and part.tag not in OF_NODES | {"extensionElements", "sequenceFlow"}:
            model.note(part, "left_out")


def _note_extensions(model: Model, element: Element) -> None:
    """Note on one line all that other tools wrote on an element."""
    names = [name.rpartition("}")[2] for name in element.attributes if name.startswith("{")]
    holders = (child for child in element.children if child.tag == "extensionElements")
    names += [inner.tag for holder in holders for inner in holder.children]
    if names:
        model.note(element, "extensions", ", ".join(dict.fromkeys(names)))


def _span(model: Model, element: Element, timer: Element) -> Span | None:
    """Give the whole days of a timer; a moment or a repetition has none, and parts of days are rounded up."""
    (told,) = [child.text for child in timer.children if child.tag == "timeDuration"][:1] or [""]
    found = SPAN.fullmatch(told)
    weeks, days, hours, minutes = (int(number or 0) for number in found.groups()) if found else (0, 0, 0, 0)
    exact = weeks * 7 + days + hours / 24 + minutes / 1440
    if not found or not 0 < exact <= 1000:
        model.note(element, "no_span")
        return None
    if exact != ceil(exact):
        model.note(element, "rounded", str(ceil(exact)))
    return Span(days=ceil(exact))


def _faults_of_parts(model: Model, process: Element) -> Iterator[Fault]:
    yield from _faults_of_size(model, process)
    yield from _faults_of_ids(process)
    leaving = {flow.source for flow in model.flows.values()}
    for name, flow in model.flows.items():
        for end in (flow.source, flow.target):
            if end not in model.nodes:
                remedy = "Connect it to a part of the same process, or remove it."
                yield Fault(name, f"this way begins or ends at '{end}', which isn't there", remedy, model.lines[name])
    for name, node in model.nodes.items():
        line = model.lines[name]
        if node.tag == "boundaryEvent" and node.host not in model.nodes:
            told = f"is attached to '{node.host}', which isn't there"
            yield Fault(name, told, "Attach it to a task, or remove it.", line)
        if node.tag != "endEvent" and name not in leaving:
            yield Fault(name, "no way leads on from here", "Lead a way to the next part or to an end.", line)
    yield from _faults_of_defaults(process, model.flows)


def _faults_of_size(model: Model, process: Element) -> Iterator[Fault]:
    if len(model.nodes) > MOST_NODES:
        yield Fault(WHOLE, f"has more than {MOST_NODES} steps, events and gateways", "Make it smaller.", process.line)
    if len(model.flows) > MOST_FLOWS:
        yield Fault(WHOLE, f"has more than {MOST_FLOWS} ways", "Make it smaller.", process.line)


def _faults_of_ids(process: Element) -> Iterator[Fault]:
    for element in process.children:
        is_part = element.tag in KNOWN or element.tag in INSTEAD or element.tag == "sequenceFlow"
        if element.space == MODEL and is_part and not element.id:
            yield Fault(element.name or element.tag, "has no id", "Give it one.", element.line)


def _faults_of_defaults(process: Element, flows: Mapping[str, Flow]) -> Iterator[Fault]:
    for element in process.children:
        default = element.attributes.get("default")
        if default and (default not in flows or flows[default].source != element.id):
            told = f"its default way '{default}' doesn't begin there"
            yield Fault(element.id, told, "Name one of its own ways.", element.line)
