"""A workflow as a file of BPMN 2.0 (ISO/IEC 19510) with its drawing, one step to a row, which common viewers open.

Pure functions over definitions. Conditions are in the definition's own language; a desk's are `outcome == '...'`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from services.agencies.rules import in_language
from services.catalogue.definition import Definition
from services.catalogue.flow import Flow, Node, Row, begin, row_of
from services.catalogue.picture import picture_of

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DRAWING = "http://www.omg.org/spec/BPMN/20100524/DI"
SHAPES, LINES = "http://www.omg.org/spec/DD/20100524/DC", "http://www.omg.org/spec/DD/20100524/DI"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
PREFIXES = {"bpmn": MODEL, "bpmndi": DRAWING, "dc": SHAPES, "di": LINES, "xsi": INSTANCE}
CONDITIONS = "https://cel.dev"

PITCH, MARGIN, BAND, LANE, GAP = 130, 40, 6, 14, 40
TASK, GATEWAY, EVENT = (220, 64), (50, 50), (36, 36)
FIRST_BAND = 12

Point = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """Where a node is drawn, in pixels from the upper left; its row counts from 0, and it may be the row's first."""

    x: int
    y: int
    width: int
    height: int
    row: int
    is_first: bool = False

    @property
    def middle(self) -> Point:
        return self.x + self.width // 2, self.y + self.height // 2

    @property
    def bottom(self) -> Point:
        return self.middle[0], self.y + self.height

    @property
    def left(self) -> Point:
        return self.x, self.middle[1]

    @property
    def right(self) -> Point:
        return self.x + self.width, self.middle[1]


def bpmn_of(definition: Definition, language: str, namespace: str) -> bytes:
    """Give the file, in UTF-8, with names in a language; `namespace` is the address of the process's names."""
    for prefix, address in PREFIXES.items():
        ET.register_namespace(prefix, address)
    rows = _rows(definition, language)
    flows = {f"flow.{number}": flow for number, flow in enumerate((one for row in rows for one in row[1]), 1)}
    told = {"targetNamespace": namespace, "exporter": "Portal", "exporterVersion": "1"}
    root = ET.Element(f"{{{MODEL}}}definitions", {"id": "definitions", **told})
    known = {"id": definition.service, "name": in_language(definition.title, language), "isExecutable": "false"}
    process = ET.SubElement(root, f"{{{MODEL}}}process", known)
    for node in (one for row in rows for one in row[0]):
        _write_node(process, node, flows)
    for name, flow in flows.items():
        _write_flow(process, name, flow)
    _draw(root, definition.service, rows, flows)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _rows(definition: Definition, language: str) -> list[Row]:
    workflow = definition.workflow
    drawn = picture_of(workflow, also={step.key for step in workflow.steps})
    return [begin(definition), *(row_of(workflow, row.step, language) for row in drawn.rows)]


# --- what it is ---------------------------------------------------------------------------------------------------


def _write_node(process: ET.Element, node: Node, flows: Mapping[str, Flow]) -> None:
    default = next((name for name, flow in flows.items() if flow.source == node.id and flow.is_default), "")
    told = {"id": node.id, "name": node.name, "attachedToRef": node.host, "default": default}
    element = ET.SubElement(process, f"{{{MODEL}}}{node.tag}", {name: text for name, text in told.items() if text})
    if node.words:
        ET.SubElement(element, f"{{{MODEL}}}documentation").text = node.words
    for tag, end in (("incoming", "target"), ("outgoing", "source")):
        for name in (name for name, flow in flows.items() if getattr(flow, end) == node.id):
            ET.SubElement(element, f"{{{MODEL}}}{tag}").text = name
    if node.event:
        _write_event(element, node)


def _write_event(element: ET.Element, node: Node) -> None:
    caught = ET.SubElement(element, f"{{{MODEL}}}{node.event}EventDefinition", {"id": f"{node.id}.{node.event}"})
    if node.span:
        expression = ET.SubElement(
            caught, f"{{{MODEL}}}timeDuration", {f"{{{INSTANCE}}}type": "bpmn:tFormalExpression"}
        )
        expression.text = f"P{node.span.days}D"


def _write_flow(process: ET.Element, name: str, flow: Flow) -> None:
    told = {
        "id": name,
        "sourceRef": flow.source,
        "targetRef": flow.target,
        **({"name": flow.name} if flow.name else {}),
    }
    element = ET.SubElement(process, f"{{{MODEL}}}sequenceFlow", told)
    if flow.when:
        kind = {f"{{{INSTANCE}}}type": "bpmn:tFormalExpression", "language": CONDITIONS}
        ET.SubElement(element, f"{{{MODEL}}}conditionExpression", kind).text = flow.when


# --- where it is drawn --------------------------------------------------------------------------------------------


def _draw(root: ET.Element, process: str, rows: list[Row], flows: Mapping[str, Flow]) -> None:
    diagram = ET.SubElement(root, f"{{{DRAWING}}}BPMNDiagram", {"id": "diagram"})
    plane = ET.SubElement(diagram, f"{{{DRAWING}}}BPMNPlane", {"id": "plane", "bpmnElement": process})
    lanes = {target: lane for lane, target in enumerate(dict.fromkeys(flow.target for flow in flows.values()), 1)}
    boxes = dict(_boxes(rows, MARGIN + LANE * (len(lanes) + 1)))
    for name, box in boxes.items():
        shape = ET.SubElement(plane, f"{{{DRAWING}}}BPMNShape", {"id": f"{name}.shape", "bpmnElement": name})
        bounds = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        ET.SubElement(shape, f"{{{SHAPES}}}Bounds", {side: str(number) for side, number in bounds.items()})
    used = Counter[int]()
    for name, flow in flows.items():
        edge = ET.SubElement(plane, f"{{{DRAWING}}}BPMNEdge", {"id": f"{name}.edge", "bpmnElement": name})
        left = min(box.x for box in boxes.values()) - LANE * lanes[flow.target]
        for x, y in _points(boxes[flow.source], boxes[flow.target], left, used):
            ET.SubElement(edge, f"{{{LINES}}}waypoint", {"x": str(x), "y": str(y)})


def _boxes(rows: list[Row], left: int) -> Iterator[tuple[str, Box]]:
    """Give each node its place: a step in its row, gateways right of it, events at the lower border of their host."""
    for number, (nodes, _flows) in enumerate(rows):
        x, top = left + TASK[0] + GAP, MARGIN + PITCH * number
        for at, node in enumerate(nodes):
            width, height = TASK if node.tag.endswith("Task") else GATEWAY if node.tag.endswith("Gateway") else EVENT
            middle = top + (TASK[1] - height) // 2
            if node.host:
                yield node.id, Box(left + TASK[0] - 2 * width, top + TASK[1] - height // 2, width, height, number)
            elif at == 0:
                yield node.id, Box(left + (TASK[0] - width) // 2, middle, width, height, number, is_first=True)
            else:
                yield node.id, Box(x, middle, width, height, number)
                x += width + GAP


def _points(source: Box, target: Box, lane: int, used: Counter[int]) -> list[Point]:
    """Give where a line bends: straight to its neighbour or the next row, else round by a lane at the left."""
    if target.row == source.row and target.x > source.x and (source.is_first or target.x - source.right[0] <= GAP):
        return [source.right, target.left]
    if target.row == source.row + 1 and target.middle[0] == source.middle[0]:
        return [source.bottom, (target.middle[0], target.y)]
    used[source.row] += 1
    band = MARGIN + PITCH * source.row + TASK[1] + FIRST_BAND + BAND * used[source.row]
    left = [source.bottom, (source.bottom[0], band), (lane, band)]
    if target.is_first:
        return [*left, (lane, target.left[1]), target.left]
    above = MARGIN + PITCH * target.row - FIRST_BAND
    return [*left, (lane, above), (target.middle[0], above), (target.middle[0], target.y)]
