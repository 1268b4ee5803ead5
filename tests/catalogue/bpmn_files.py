"""Files of BPMN as tools write them, and as attackers do."""

from services.catalogue.bpmn import MODEL

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

# As bpmn.io writes: a prefix, ids of its own, what is known of ways written at the nodes, and the drawing.
BPMN_IO = f"""{HEAD}<bpmn:definitions xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:bpmn="{MODEL}"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    id="Definitions_0x1" targetNamespace="http://bpmn.io/schema/bpmn" exporter="bpmn-js" exporterVersion="17.0">
  <bpmn:process id="Process_1" isExecutable="false">
    <bpmn:startEvent id="StartEvent_1"><bpmn:outgoing>Flow_1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="Activity_1" name="Check the papers">
      <bpmn:documentation>An official reads them.</bpmn:documentation>
      <bpmn:incoming>Flow_1</bpmn:incoming><bpmn:outgoing>Flow_2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:exclusiveGateway id="Gateway_1" name="Complete?" default="Flow_4" />
    <bpmn:receiveTask id="Activity_2" name="Papers brought" />
    <bpmn:boundaryEvent id="Event_3" attachedToRef="Activity_2">
      <bpmn:timerEventDefinition id="T_1">
      <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P2W</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:intermediateCatchEvent id="Event_1" name="Objections awaited">
      <bpmn:timerEventDefinition id="T_2">
      <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT60H</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:intermediateCatchEvent>
    <bpmn:endEvent id="Event_2" name="Granted" />
    <bpmn:endEvent id="Event_4" name="Given up"><bpmn:terminateEventDefinition id="E_1" /></bpmn:endEvent>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="StartEvent_1" targetRef="Activity_1" />
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Activity_1" targetRef="Gateway_1" />
    <bpmn:sequenceFlow id="Flow_3" name="No" sourceRef="Gateway_1" targetRef="Activity_2" />
    <bpmn:sequenceFlow id="Flow_4" name="Yes" sourceRef="Gateway_1" targetRef="Event_1" />
    <bpmn:sequenceFlow id="Flow_5" sourceRef="Activity_2" targetRef="Activity_1" />
    <bpmn:sequenceFlow id="Flow_6" sourceRef="Event_1" targetRef="Event_2" />
    <bpmn:sequenceFlow id="Flow_7" sourceRef="Event_3" targetRef="Event_4" />
    <bpmn:textAnnotation id="TextAnnotation_1"><bpmn:text>Ask Leyla</bpmn:text></bpmn:textAnnotation>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="D_1"><bpmndi:BPMNPlane id="P_1" bpmnElement="Process_1" /></bpmndi:BPMNDiagram>
</bpmn:definitions>"""

# As Camunda's modeler writes: extensions in elements and attributes, a robot with an error at its border, branches.
CAMUNDA = f"""{HEAD}<bpmn:definitions xmlns:bpmn="{MODEL}" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="permit" name="Permit" isExecutable="true" camunda:historyTimeToLive="180">
    <bpmn:startEvent id="start" name="Applied"><bpmn:extensionElements><camunda:formData /></bpmn:extensionElements>
      </bpmn:startEvent>
    <bpmn:serviceTask id="look" name="Look up" camunda:type="external" camunda:topic="registry" />
    <bpmn:boundaryEvent id="stuck" attachedToRef="look"><bpmn:errorEventDefinition id="err" /></bpmn:boundaryEvent>
    <bpmn:boundaryEvent id="nag" attachedToRef="look" cancelActivity="false"><bpmn:timerEventDefinition id="tm" />
      </bpmn:boundaryEvent>
    <bpmn:exclusiveGateway id="known" default="unknown" />
    <bpmn:parallelGateway id="both" name="Asked at once" />
    <bpmn:userTask id="fire" name="Fire brigade" camunda:assignee="demo" />
    <bpmn:userTask id="water" name="Waterworks" />
    <bpmn:parallelGateway id="back" />
    <bpmn:userTask id="judge" name="Decide" />
    <bpmn:scriptTask id="count" name="Count" scriptFormat="groovy"><bpmn:script>x</bpmn:script></bpmn:scriptTask>
    <bpmn:endEvent id="granted" name="Granted" />
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="look" />
    <bpmn:sequenceFlow id="f2" sourceRef="look" targetRef="known" />
    <bpmn:sequenceFlow id="f3" sourceRef="known" targetRef="both">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">found.home.found</bpmn:conditionExpression>
      </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="unknown" sourceRef="known" targetRef="judge" />
    <bpmn:sequenceFlow id="f5" sourceRef="stuck" targetRef="judge" />
    <bpmn:sequenceFlow id="f6" sourceRef="both" targetRef="fire" />
    <bpmn:sequenceFlow id="f7" sourceRef="both" targetRef="water" />
    <bpmn:sequenceFlow id="f8" sourceRef="fire" targetRef="back" />
    <bpmn:sequenceFlow id="f9" sourceRef="water" targetRef="back" />
    <bpmn:sequenceFlow id="f10" sourceRef="back" targetRef="count" />
    <bpmn:sequenceFlow id="f11" sourceRef="count" targetRef="judge" />
    <bpmn:sequenceFlow id="f12" name="Grant" sourceRef="judge" targetRef="granted" />
    <bpmn:sequenceFlow id="f13" sourceRef="nag" targetRef="judge" />
  </bpmn:process>
  <bpmn:message id="Message_1" name="paid" />
</bpmn:definitions>"""

# As Signavio's editor writes: the standard's namespace without prefix, pools and lanes, signavio's own words.
SIGNAVIO = f"""{HEAD}<definitions xmlns="{MODEL}" xmlns:signavio="http://www.signavio.com" exporter="Signavio Process
      Editor"
    id="sid-1" targetNamespace="http://www.signavio.com" expressionLanguage="http://www.w3.org/TR/XPath">
  <collaboration id="sid-2">
    <extensionElements><signavio:signavioDiagramMetaData metaKey="revisionid" metaValue="1" /></extensionElements>
    <participant id="sid-3" name="Town" processRef="sid-5" />
    <participant id="sid-4" name="Citizen" />
    <messageFlow id="sid-6" sourceRef="sid-4" targetRef="sid-11" />
  </collaboration>
  <process id="sid-5" name="Town" isExecutable="false">
    <laneSet id="sid-7"><lane id="sid-8" name="Front office"><flowNodeRef>sid-12</flowNodeRef></lane></laneSet>
    <startEvent id="sid-11" name="Letter"><messageEventDefinition id="sid-13" /></startEvent>
    <task id="sid-12" name="Şəhər müraciəti yoxlayır"><extensionElements>
      <signavio:signavioMetaData metaKey="bgcolor" metaValue="#fff" /></extensionElements></task>
    <subProcess id="sid-14" name="Inspect"><userTask id="sid-15" name="Drive there" /></subProcess>
    <endEvent id="sid-16" />
    <sequenceFlow id="sid-17" sourceRef="sid-11" targetRef="sid-12" />
    <sequenceFlow id="sid-18" sourceRef="sid-12" targetRef="sid-14" />
    <sequenceFlow id="sid-19" sourceRef="sid-14" targetRef="sid-16" />
    <dataObjectReference id="sid-20" name="File" dataObjectRef="sid-21" /><dataObject id="sid-21" />
  </process>
</definitions>"""


def process(*parts: str) -> bytes:
    """Give a file with these parts between one start, whose way leads to `a`, and the end `z`."""
    inner = "".join(parts)
    return f"""<definitions xmlns="{MODEL}" id="d"><process id="p"><startEvent id="s"/><endEvent id="z" name="End"/>
        {flow("s", "a")}{inner}</process></definitions>""".encode()


def flow(source: str, target: str, when: str = "", name: str = "") -> str:
    condition = f"<conditionExpression>{when}</conditionExpression>" if when else ""
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow id="{source}-{target}" name="{name}" {ends}>{condition}</sequenceFlow>'


def node(tag: str, name: str, inner: str = "", **known: str) -> str:
    told = "".join(f' {key}="{value}"' for key, value in known.items())
    return f'<{tag} id="{name}" name="{name.upper()}"{told}>{inner}</{tag}>'


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
PLAIN = process(node("userTask", "a"), flow("a", "z")).decode()
TWICE = process(node("userTask", "a"), node("userTask", "a"), flow("a", "z"))
CHAIN = "".join(
    node("exclusiveGateway", f"g{n}")
    + flow(f"g{n}", f"u{n}")
    + flow(f"g{n}", f"v{n}")
    + node("exclusiveGateway", f"u{n}")
    + node("exclusiveGateway", f"v{n}")
    + flow(f"u{n}", f"g{n + 1}")
    + flow(f"v{n}", f"g{n + 1}")
    for n in range(40)
)
DOCTYPE = "has a document type"

# What is brought, with the element that the refusal names and what it says.
HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "billion laughs": (f'<!DOCTYPE d [<!ENTITY l0 "ha">{LAUGHS}]><d>&l9;</d>'.encode(), "(whole file)", DOCTYPE),
    "quadratic blow-up": (
        f'<!DOCTYPE d [<!ENTITY a "{"a" * 50_000}">]><d>{"&a;" * 5_000}</d>'.encode(),
        "(whole file)",
        DOCTYPE,
    ),
    "external entity": (b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>', "(whole file)", DOCTYPE),
    "external DTD": (b'<!DOCTYPE d SYSTEM "http://127.0.0.1/d.dtd"><d/>', "(whole file)", DOCTYPE),
    "parameter entity": (b'<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1/p">%p;]><d/>', "(whole file)", DOCTYPE),
    "entity in UTF-16": ('<!DOCTYPE d [<!ENTITY a "a">]><d>&a;</d>'.encode("utf-16"), "(whole file)", "UTF-8"),
    "entity in UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?>+ADw-d/+AD4-', "(whole file)", "read as XML"),
    "another encoding": (
        f'<?xml version="1.0" encoding="UTF-16"?>{PLAIN}'.replace("BPMN", "X").encode(),
        "(whole file)",
        "isn't BPMN",
    ),
    "unknown entity": (PLAIN.replace('name="A"', 'name="&nbsp;"').encode(), "(whole file)", "read as XML"),
    "deep nesting": (b"<a>" * 100_000, "(whole file)", "levels deep"),
    "huge attribute": (
        PLAIN.replace('name="A"', f'name="{"A" * 20_000}"').encode(),
        "(whole file)",
        "a text of more than",
    ),
    "huge text": (
        process(node("userTask", "a", f"<documentation>{'x' * 20_000}</documentation>"), flow("a", "z")),
        "(whole file)",
        "a text of more than",
    ),
    "many elements": (b"<d>" + b"<a/>" * 30_000 + b"</d>", "(whole file)", "elements"),
    "too large": (b" " * 1_000_001, "(whole file)", "is larger than"),
    "no XML": (b"service: permit", "(whole file)", "read as XML"),
    "cut off": (PLAIN[:200].encode(), "(whole file)", "read as XML"),
    "a NUL": (b"<d>\0</d>", "(whole file)", "read as XML"),
    "wrong namespace": (PLAIN.replace("20100524", "20200101").encode(), "(whole file)", "isn't BPMN 2.0"),
    "no namespace": (b"<definitions/>", "(whole file)", "isn't BPMN 2.0"),
    "import": (
        PLAIN.replace(
            "<process", '<import location="http://127.0.0.1/x.xsd" namespace="x" importType="y"/><process'
        ).encode(),
        "(whole file)",
        "another file",
    ),
    "no process": (
        f'<definitions xmlns="{MODEL}"><process id="p"/></definitions>'.encode(),
        "(whole file)",
        "has no process",
    ),
    "two processes": (
        PLAIN.replace("</definitions>", '<process id="q"><startEvent id="s2"/></process></definitions>').encode(),
        "(whole file)",
        "several processes: p, q",
    ),
    "an id twice": (TWICE, "a", "stands there twice"),
    "no id": (process('<userTask name="Nameless"/>', node("userTask", "a"), flow("a", "z")), "Nameless", "has no id"),
    "a dangling way": (
        process(node("userTask", "a"), flow("a", "nowhere")),
        "a-nowhere",
        "'nowhere', which isn't there",
    ),
    "a dangling border": (
        process(node("userTask", "a"), flow("a", "z"), node("boundaryEvent", "b", attachedToRef="c"), flow("b", "z")),
        "b",
        "attached to 'c'",
    ),
    "a dangling default": (
        process(node("userTask", "a"), flow("a", "g"), node("exclusiveGateway", "g", default="x"), flow("g", "z")),
        "g",
        "default way 'x'",
    ),
    "a dead end": (process(node("userTask", "a")), "a", "no way leads on"),
    "no start": (PLAIN.replace('<startEvent id="s"/>', '<userTask id="s"/>').encode(), "(whole file)", "has no start"),
    "too many ways": (
        process(node("userTask", "a"), *(flow("a", "z").replace("a-z", f"w{n}") for n in range(1_001))),
        "(whole file)",
        "more than 1000 ways",
    ),
    "two starts": (
        process(node("userTask", "a"), flow("a", "z"), node("startEvent", "t"), flow("t", "a")),
        "(whole file)",
        "has: s, t",
    ),
    "a circle of gateways": (
        process(
            node("userTask", "a"),
            flow("a", "g"),
            node("exclusiveGateway", "g"),
            node("exclusiveGateway", "h"),
            flow("g", "h"),
            flow("h", "g"),
            flow("g", "z"),
        ),
        "g",
        "in a circle without a step",
    ),
    "a circle of robots": (
        process(
            node("serviceTask", "a"), flow("a", "b"), node("serviceTask", "b"), flow("b", "a", "x"), flow("b", "z")
        ),
        "a",
        "circle of robots only",
    ),
    "endless choices": (
        process(node("userTask", "a"), flow("a", "g0"), CHAIN, node("exclusiveGateway", "g40"), flow("g40", "z")),
        "a",
        "more than 50 ways",
    ),
    "too many parts": (
        process(node("userTask", "a"), flow("a", "z"), *(node("endEvent", f"e{n}") for n in range(300))),
        "(whole file)",
        "more than 300 steps",
    ),
    "branches that stay apart": (
        process(
            node("parallelGateway", "a"),
            flow("a", "b"),
            flow("a", "c"),
            node("userTask", "b"),
            node("userTask", "c"),
            flow("b", "z"),
            flow("c", "z"),
        ),
        "a",
        "don't come together",
    ),
    "a join of nothing": (
        process(
            node("userTask", "a"),
            flow("a", "j"),
            node("userTask", "b"),
            flow("b", "j"),
            node("parallelGateway", "j"),
            flow("j", "z"),
        ),
        "j",
        "no gateway parted",
    ),
    "a gateway that joins and parts": (
        process(
            node("userTask", "a"),
            flow("a", "j"),
            flow("b", "j"),
            node("parallelGateway", "j"),
            flow("j", "b"),
            flow("j", "z"),
            node("userTask", "b"),
        ),
        "j",
        "parts them again",
    ),
    "a branch without a step": (
        process(
            node("parallelGateway", "a"),
            flow("a", "b"),
            flow("a", "j"),
            node("userTask", "b"),
            flow("b", "j"),
            node("parallelGateway", "j"),
            flow("j", "z"),
        ),
        "a-j",
        "has no step",
    ),
    "a choice at the start": (
        process(
            node("exclusiveGateway", "a"), flow("a", "b", "x"), node("userTask", "b"), flow("b", "z"), flow("a", "z")
        ),
        "s",
        "several ways",
    ),
}
