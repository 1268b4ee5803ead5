"""Workflows as BPMN 2.0: the standard's own schema passes them, and an engine that nobody here wrote reads them."""

from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import lxml.etree as ET  # noqa: N812
import pytest
import yaml
from django.conf import settings
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from services.catalogue.bpmn import PREFIXES, bpmn_of
from services.catalogue.definition import Definition, ParallelStep
from services.catalogue.soundness import parse
from services.workflow.actions import FORMS
from tests.worlds import definition as plain
from tests.worlds import desk, robot, text

SAMPLES = sorted(Path(settings.BASE_DIR, "samples", "services").glob("*.yaml"))
NAMESPACE = "https://portal.example.org/services/x/"


@pytest.fixture(scope="module")
def schema() -> ET.XMLSchema:
    return ET.XMLSchema(ET.parse(str(files("SpiffWorkflow.bpmn.parser") / "schema" / "BPMN20.xsd")))


def sample(path: Path) -> Definition:
    return parse(yaml.safe_load(path.read_text("utf-8")), FORMS)


def drawn(definition: Definition, language: str = "en") -> Any:
    return ET.fromstring(bpmn_of(definition, language, NAMESPACE))


def found(root: Any, path: str) -> list[Any]:
    return list(root.iterfind(path, PREFIXES))


def tags(root: Any) -> dict[str, str]:
    return {node.get("id"): ET.QName(node).localname for node in found(root, "bpmn:process/*[@id]")}


def ways(root: Any) -> set[tuple[str, str]]:
    return {(flow.get("sourceRef"), flow.get("targetRef")) for flow in found(root, ".//bpmn:sequenceFlow")}


def corners(root: Any, kind: str) -> Iterator[float]:
    for point in found(root, f".//{kind}"):
        yield from (float(point.get("x")), float(point.get("y")))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
class TestSamples:
    def test_pass_the_schema_of_the_standard(self, schema: ET.XMLSchema, path: Path) -> None:
        for language in ("en", "ar"):
            schema.assertValid(drawn(sample(path), language))

    def test_are_read_by_another_engine(self, path: Path) -> None:
        definition = sample(path)
        reader = BpmnParser()
        root = drawn(definition)
        found(root, "bpmn:process")[0].set("isExecutable", "true")  # engines read no other
        for gateway in found(root, ".//bpmn:complexGateway"):  # which this one doesn't know
            gateway.tag = gateway.tag.replace("complex", "parallel")
        reader.add_bpmn_xml(root)

        spec = reader.get_spec(definition.service)

        assert {step.key for step in definition.workflow.steps} <= {task.bpmn_id for task in spec.task_specs.values()}

    def test_have_every_step_and_draw_every_part(self, path: Path) -> None:
        definition = sample(path)
        root = drawn(definition)

        assert {step.key for step in definition.workflow.steps} <= tags(root).keys()
        shown = [
            one.get("bpmnElement") for one in found(root, ".//bpmndi:BPMNShape") + found(root, ".//bpmndi:BPMNEdge")
        ]
        assert sorted(shown) == sorted(tags(root))
        assert min(corners(root, "dc:Bounds")) >= 0
        assert min(corners(root, "di:waypoint")) >= 0

    def test_join_as_many_ways_as_there_are_branches(self, path: Path) -> None:
        """By the standard a parallel gateway waits for a token on each way that leads to it."""
        definition = sample(path)
        into = Counter(flow.get("targetRef") for flow in found(drawn(definition), ".//bpmn:sequenceFlow"))

        for step in definition.workflow.steps:
            if isinstance(step, ParallelStep):
                assert into[f"{step.key}.join"] == len(step.branches), step.key


class TestParts:
    def test_a_desk_chooses_at_a_gateway(self) -> None:
        root = drawn(parse(plain([desk("judge")]), FORMS))

        assert tags(root)["judge"] == "userTask"
        assert tags(root)["judge.way"] == "exclusiveGateway"
        assert {("begin.event", "judge"), ("judge", "judge.way"), ("judge.way", "granted")} <= ways(root)
        told = {
            flow.get("name"): flow.findtext("bpmn:conditionExpression", None, PREFIXES)
            for flow in found(root, ".//bpmn:sequenceFlow")
        }
        assert told["Yes"] == "outcome == 'yes'"

    def test_a_robot_hands_over_by_an_error_event(self) -> None:
        look = robot("look", "check_rule", settings={"rule": "true", "save_as": "x"})
        root = drawn(parse(plain([look, desk("judge")]), FORMS))

        assert tags(root)["look"] == "serviceTask"
        (event,) = found(root, ".//bpmn:boundaryEvent")
        assert (event.get("attachedToRef"), event[-1].tag.rpartition("}")[2]) == ("look", "errorEventDefinition")
        assert ("look.stuck", "judge") in ways(root)

    def test_branches_come_together_at_a_gateway_of_their_own(self) -> None:
        both = {
            "key": "both",
            "kind": "parallel",
            "title": text("Both"),
            "branches": [
                {"key": "one", "start": "first", "title": text("One")},
                {"key": "two", "start": "second", "title": text("Two")},
            ],
            "next": [{"to": "judge"}],
        }
        branches = [desk("first", "both"), desk("second", "both")]
        for branch in branches:
            branch["outcomes"] = branch["outcomes"][:1]
        root = drawn(parse(plain([both, *branches, desk("judge")]), FORMS))

        assert tags(root)["both"] == tags(root)["both.join"] == "parallelGateway"
        assert {("both", "first"), ("first", "both.join"), ("second", "both.join"), ("both.join", "judge")} <= ways(
            root
        )

    def test_another_engine_goes_on_when_each_branch_came_back_by_one_of_its_ways(self) -> None:
        branches = [{"key": key, "start": key, "title": text(key)} for key in ("first", "second")]
        both = {"key": "both", "kind": "parallel", "title": text("Both"), "branches": branches}
        asked = [desk(key, "both") for key in ("first", "second")]
        for one in asked:
            one["outcomes"][1] |= {"to": "both", "is_refusal": False}
        root = drawn(parse(plain([{**both, "next": [{"to": "judge"}]}, *asked, desk("judge")]), FORMS))
        found(root, "bpmn:process")[0].set("isExecutable", "true")
        reader = BpmnParser()
        reader.add_bpmn_xml(root)
        walked = BpmnWorkflow(reader.get_spec("permit"))

        for _turn in range(5):
            walked.do_engine_steps()
            for task in walked.get_tasks(state=TaskState.READY, manual=True):
                task.data["outcome"] = "yes"
                task.run()

        done = {task.task_spec.bpmn_id for task in walked.get_tasks(state=TaskState.COMPLETED)}
        assert {"both.first.back", "both.second.back", "both.join", "judge", "granted"} <= done
        assert {("both.first.back", "both.join"), ("first.way", "both.first.back")} <= ways(root)

    def test_a_text_is_in_the_language_that_is_asked_for(self) -> None:
        root = drawn(sample(next(path for path in SAMPLES if path.stem == "pothole-report")), "fr")

        assert found(root, "bpmn:process")[0].get("name") == "Signaler un problème dans la rue"
