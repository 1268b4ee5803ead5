"""Workflows read from files of BPMN: as tools write them, as this portal gives them, and as attackers send them."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from portal.fault_words import fault_in_words
from portal.managers.process_models import PUT
from services.catalogue import bpmn_file
from services.catalogue.bpmn import bpmn_of
from services.catalogue.bpmn_merging import lost_silence, merged
from services.catalogue.bpmn_steps import Told, steps_of
from services.catalogue.soundness import Unsound, parse
from services.workflow.actions import FORMS
from tests import worlds
from tests.catalogue.bpmn_files import BPMN_IO, CAMUNDA, HOSTILE, PLAIN, SIGNAVIO, flow, node, process

SAMPLES = sorted(Path(settings.BASE_DIR, "samples", "services").glob("*.yaml"))


def sample(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def exported(plain: Any, language: str = "en") -> bytes:
    return bpmn_of(parse(plain, FORMS), language, "https://portal.example.org/services/x/")


def by_key(told: Told) -> dict[str, Any]:
    return {step["key"]: step for step in told.steps}


def noted(told: Told) -> set[tuple[str, str, str]]:
    return {(note.id, note.kind, note.put) for note in told.notes}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
class TestSamples:
    def test_come_back_with_steps_ways_and_conditions(self, path: Path) -> None:
        plain = sample(path)
        told = steps_of(exported(plain), "en")
        steps = by_key(told)

        assert told.notes == []
        assert told.start == plain["workflow"]["start"]
        assert told.silence_to == plain["time_limit"].get("silence_to", "")
        assert steps.keys() == {step["key"] for step in plain["workflow"]["steps"]}
        for step in plain["workflow"]["steps"]:
            assert told_by_bpmn(steps[step["key"]]) == told_by_bpmn(step)

    def test_come_back_whole_into_the_definition_that_they_were(self, path: Path) -> None:
        plain = sample(path)
        for language in plain["languages"]:
            assert merged(plain, steps_of(exported(plain, language), language)) == plain


def told_by_bpmn(step: dict[str, Any]) -> dict[str, Any]:
    """Give of a step what BPMN has words for."""
    told = {name: step.get(name) for name in ("key", "kind", "quorum", "if_stuck", "if_late", "next")}
    told |= {name: step[name]["en"] for name in ("title", "explain") if name in step}
    spans = ("span", "within") if step["kind"] != "parallel" else ("span",)
    told |= {name: step[name]["days"] for name in spans if name in step}
    outcomes = [(one["key"], one["title"]["en"], one["to"]) for one in step.get("outcomes", [])]
    branches = [(one["start"], one["title"]["en"], one.get("when")) for one in step.get("branches", [])]
    return {**told, "outcomes": outcomes, "branches": branches}


class TestOtherTools:
    def test_bpmn_io(self) -> None:
        told = steps_of(BPMN_IO.encode(), "en")
        steps = by_key(told)

        assert told.start == "check_the_papers"
        assert steps["check_the_papers"] == {
            "key": "check_the_papers",
            "kind": "desk",
            "title": {"en": "Check the papers"},
            "explain": {"en": "An official reads them."},
            "outcomes": [
                {"key": "no", "title": {"en": "No"}, "to": "papers_brought"},
                {"key": "yes", "title": {"en": "Yes"}, "to": "objections_awaited"},
            ],
        }
        assert steps["papers_brought"]["within"] == {"days": 14}
        assert steps["papers_brought"]["if_late"] == "given_up"
        assert steps["objections_awaited"]["span"] == {"days": 3}
        assert noted(told) == {
            ("Event_1", "intermediateCatchEvent", "rounded"),
            ("Event_4", "endEvent", "as_end"),
            ("TextAnnotation_1", "textAnnotation", "left_out"),
        }

    def test_camunda(self) -> None:
        told = steps_of(CAMUNDA.encode(), "en")
        steps = by_key(told)

        assert steps["look"]["next"] == [{"to": "both", "when": "found.home.found"}, {"to": "judge"}]
        assert steps["look"]["if_stuck"] == "judge"
        assert [(branch["key"], branch["start"]) for branch in steps["both"]["branches"]] == [
            ("fire", "fire"),
            ("water", "water"),
        ]
        assert steps["fire"]["outcomes"][0]["to"] == steps["water"]["outcomes"][0]["to"] == "both"
        assert steps["both"]["next"] == [{"to": "count"}]
        assert steps["judge"]["outcomes"] == [{"key": "grant", "title": {"en": "Grant"}, "to": "granted"}]
        assert noted(told) == {
            ("Message_1", "message", "left_out"),
            ("start", "startEvent", "extensions"),
            ("look", "serviceTask", "extensions"),
            ("fire", "userTask", "extensions"),
            ("nag", "boundaryEvent", "no_span"),
            ("nag", "boundaryEvent", "left_out"),
            ("count", "scriptTask", "as_robot"),
        }
        assert {note.words for note in told.notes if note.id == "look"} == {"type, topic"}

    def test_signavio(self) -> None:
        told = steps_of(SIGNAVIO.encode(), "az")
        steps = by_key(told)

        assert list(steps) == ["seher_muracieti_yoxlayir", "inspect", "sid_16"]
        assert {step["kind"] for step in steps.values()} == {"desk", "end"}
        assert noted(told) == {
            ("sid-4", "participant", "left_out"),
            ("sid-6", "messageFlow", "left_out"),
            ("sid-8", "lane", "left_out"),
            ("sid-11", "startEvent", "as_begin"),
            ("sid-12", "task", "as_desk"),
            ("sid-12", "task", "extensions"),
            ("sid-14", "subProcess", "as_desk"),
            ("sid-15", "userTask", "left_out"),
            ("sid-16", "endEvent", "no_name"),
            ("sid-20", "dataObjectReference", "left_out"),
            ("sid-21", "dataObject", "left_out"),
        }

    def test_a_file_with_a_mark_of_its_encoding(self) -> None:
        assert steps_of(PLAIN.encode("utf-8-sig"), "en").start == "a"

    def test_a_way_of_an_official_keeps_no_condition(self) -> None:
        told = steps_of(process(node("userTask", "a"), flow("a", "z", "amount > 5", "Much")), "en")

        assert by_key(told)["a"]["outcomes"][0]["key"] == "much"
        assert [(note.id, note.put, note.words) for note in told.notes] == [("a-z", "chosen", "much")]

    def test_conditions_of_gateways_behind_each_other_hold_together(self) -> None:
        gateways = (node("exclusiveGateway", name) for name in "gh")
        ways = (flow("a", "g"), flow("g", "h", "x"), flow("g", "z"), flow("h", "b", "y"), flow("h", "z"))
        parts = (node("serviceTask", "a"), node("userTask", "b"), flow("b", "z"))
        told = steps_of(process(*parts, *gateways, *ways), "en")

        assert by_key(told)["a"]["next"] == [
            {"to": "b", "when": "(x) && (y)"},
            {"to": "z", "when": "x"},
            {"to": "z"},
        ]


class TestMerging:
    def test_a_new_step_lacks_what_bpmn_has_no_word_for(self) -> None:
        plain = worlds.definition([worlds.desk("judge", to="granted")])
        told = steps_of(
            process(node("userTask", "a"), flow("a", "judge"), node("userTask", "judge"), flow("judge", "z")), "en"
        )
        new = merged(plain, told)["workflow"]

        assert [step["key"] for step in new["steps"]] == ["judge", "z", "a"]
        assert new["steps"][0]["desk"] == "permits"
        assert "desk" not in new["steps"][2]
        with pytest.raises(Unsound) as unsound:
            parse(merged(plain, told), FORMS)
        assert {fault.path for fault in unsound.value.faults} == {"workflow.steps.1.outcome", "workflow.steps.2.desk"}

    def test_a_step_of_another_kind_keeps_nothing(self) -> None:
        plain = worlds.definition([worlds.desk("a")])
        told = steps_of(process(node("serviceTask", "a"), flow("a", "z")), "en")

        assert "desk" not in merged(plain, told)["workflow"]["steps"][0]

    def test_a_start_by_silence_is_noted_where_the_law_says_nothing_of_it(self) -> None:
        late = node(
            "startEvent", "late", "<timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition>"
        )
        told = steps_of(process(node("userTask", "a"), flow("a", "z"), late, flow("late", "a")), "en")
        plain = worlds.definition([worlds.desk("a")])

        assert told.silence_to == "a"
        assert [(note.id, note.put) for note in lost_silence(plain, told)] == [("late", "left_out")]
        assert "silence_to" not in merged(plain, told)["time_limit"]


class TestHostile:
    @pytest.mark.parametrize("kind", HOSTILE)
    def test_is_refused_by_the_element_and_with_what_to_do(self, kind: str) -> None:
        content, element, told = HOSTILE[kind]
        began = time.monotonic()
        with pytest.raises(Unsound) as unsound:
            steps_of(content, "en")

        assert time.monotonic() - began < 5
        found = [fault for fault in unsound.value.faults if told in fault.message]
        assert element in [fault.path for fault in found], unsound.value.faults
        for language in ("fr", "az", "ar"):
            with override(language):
                assert all(fault_in_words(fault.message) not in ("", fault.message) for fault in found)
                assert all(fault_in_words(fault.remedy) not in ("", fault.remedy) for fault in found)

    def test_is_taken_when_no_bound_is_crossed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The bounds refuse: without them the same files are read."""
        for bound in ("DEEPEST", "MOST_ELEMENTS", "LONGEST_TEXT", "LARGEST"):
            monkeypatch.setattr(bpmn_file, bound, 10**9)
        for kind in ("huge attribute", "huge text"):
            assert steps_of(HOSTILE[kind][0], "en").start == "a"

    @given(st.binary(max_size=200), st.integers(0, len(CAMUNDA)), st.integers(0, 200))
    def test_is_told_and_never_a_crash(self, junk: bytes, at: int, removed: int) -> None:
        whole = CAMUNDA.encode()
        for content in (junk, whole[:at] + whole[at + removed :], whole[:at] + junk + whole[at:]):
            try:
                told = steps_of(content, "en")
            except Unsound:
                continue
            assert all(note.put in PUT for note in told.notes)
