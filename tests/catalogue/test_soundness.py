"""Every fault of a definition is named by its path, with a remedy."""

from typing import Any

import pytest

from services.catalogue.soundness import Unsound, parse
from services.workflow.actions import FORMS
from tests.catalogue.forms import group, page, question, source
from tests.worlds import desk, robot, text

PARAMETER = {"rate": text("Rate")}


def faults(data: Any) -> dict[str, str]:
    """Give what is wrong by its path; nothing for a sound definition."""
    try:
        parse(data, FORMS)
    except Unsound as unsound:
        return {fault.path: fault.message for fault in unsound.faults}
    return {}


def at_office(**parameters: Any) -> list[dict[str, Any]]:
    return [{"office": "north-hall", "parameters": parameters}]


def document(body: str) -> dict[str, Any]:
    return {"key": "permit", "title": text("Permit"), "body": text(body)}


def with_steps(*steps: dict[str, Any]) -> dict[str, Any]:
    return {**source(), "workflow": {**source()["workflow"], "start": steps[0]["key"], "steps": list(steps)}}


SMALL = source()["workflow"]["steps"]
CHECK = {"rule": "answers.garden", "save_as": "x"}
FAULTY = [
    (source(colour="red"), "colour", "Extra inputs are not permitted"),
    ({**source(), "title": {"en": ""}}, "title.en", "at least 1 character"),
    ({**source(), "service": "Not A Slug"}, "service", "should match pattern"),
    (source(open_reports=True), "identity", "sent without an account"),
    (source(open_reports=True), "open_reports", "has one place"),
    (source(question("location"), open_reports=True, identity="account"), "identity", "sent without an account"),
    (source(question("location", show="true"), open_reports=True), "open_reports", "has one place"),
    (source(question("location"), question("location", "two"), open_reports=True), "open_reports", "has one place"),
    (
        source(question("location"), question("address", "two"), open_reports=True),
        "pages.0.fields.1.required",
        "without",
    ),
    (source(question("spell")), "pages.0.fields.0", "does not match any of the expected tags"),
    (source(languages=["en", "az"]), "title", "has no text in 'az'"),
    (source(question("text"), question("date")), "pages", "'one' is used twice"),
    (source(question("text", "id")), "pages", "'id' is reserved"),
    (source(question("text", "csrfmiddlewaretoken")), "pages", "'csrfmiddlewaretoken' is reserved"),
    (source(evidence=[{"key": "one", "title": text("Plan")}]), "pages", "'one' is used twice"),
    (source(pages=[page(question("text")), page(question("text", "two"))]), "pages", "'about' stands there twice"),
    (source(question("one_of", options=[{"value": "a", "label": text("A")}] * 2)), "pages.0.fields.0.options", "twice"),
    (source(group(question("text"), question("date"))), "pages.0.fields.0.fields", "'one' stands there twice"),
    (source(group(question("text", show="true"))), "pages.0.fields.0.fields.0", "in a group has a condition"),
    (source(question("text", pattern="[")), "pages.0.fields.0.pattern", "is no regular expression"),
    (source(question("text", pattern="[0-9]", example="x")), "pages.0.fields.0.example", "doesn't match its own"),
    (source(question("number", minimum=2, maximum=1)), "pages.0.fields.0", "minimum is more than its maximum"),
    (source(question("money", minimum=2, maximum=1)), "pages.0.fields.0", "minimum is more than its maximum"),
    (source(group(question("text"), at_least=3, at_most=2)), "pages.0.fields.0", "at_least is more than at_most"),
    (source(question("date", latest="2026-02-30")), "pages.0.fields.0.latest", "there is no day '2026-02-30'"),
    (source(question("text", show="answers.garden")), "pages.0.fields.0.show", "doesn't compile"),
    (source(question("text", required="answers.one")), "pages.0.fields.0.required", "gives a string, not a bool"),
    (source(question("text", show="answers.one == ''")), "pages.0.fields.0.show", "depends on its own answer"),
    (source(question("text", show="\ud800")), "pages.0.fields.0.show", "valid string"),
    (source(question("text", label={"en": ""})), "pages.0.fields.0.label.en", "at least 1 character"),
    (source(question("text", required=5)), "pages.0.fields.0.required", "valid string"),
    (
        with_steps(robot("check", "check_rule", settings=CHECK), *SMALL),
        "workflow.steps.0.settings.rule",
        "doesn't compile",
    ),
    (source(fee={"base": [{}]}), "fee.base.0", "both or neither"),
    (source(fee={"base": [{"parameter": "rate"}]}), "fee.base.0.parameter", "'rate' is no parameter"),
    (source(fee={"units": [{"field": "one", "amount": 1}]}), "fee.units.0.field", "no number or money field"),
    (source(documents=[document("Dear {king}")]), "documents.0.body.en", "'{king}' is unknown"),
    (source(documents=[document("{answers.garden}")]), "documents.0.body.en", "'{answers.garden}' is unknown"),
    (source(parameters=PARAMETER), "delivered_by.0.parameters", "'rate' has no value"),
    (source(delivered_by=at_office(rate=1)), "delivered_by.0.parameters", "'rate' isn't declared"),
    (source(delivered_by=at_office() * 2), "delivered_by", "'north-hall' stands there twice"),
    (
        source(parameters=PARAMETER, delivered_by=at_office(rate="much"), fee={"base": [{"parameter": "rate"}]}),
        "delivered_by.0.parameters.rate",
        "is no amount",
    ),
]


@pytest.mark.parametrize(("data", "path", "message"), FAULTY, ids=[f"{path}-{message}" for _, path, message in FAULTY])
def test_a_fault_is_named_by_its_path(data: Any, path: str, message: str) -> None:
    assert message in faults(data).get(path, "")


def test_a_small_definition_is_sound() -> None:
    assert faults(source()) == {}


@pytest.mark.parametrize("data", [None, [], "text", 5, {}])
def test_anything_else_is_no_definition(data: Any) -> None:
    assert faults(data)


def test_a_text_that_holds_itself_is_no_definition() -> None:
    endless: dict[str, Any] = {}
    endless["title"] = endless

    assert faults({**source(), "pages": [endless]})


def test_all_faults_are_told_at_once_in_order() -> None:
    data = source(question("text", show="answers.garden"), fee={"base": [{}]}, parameters=PARAMETER)

    assert list(faults(data)) == ["delivered_by.0.parameters", "fee.base.0", "pages.0.fields.0.show"]


def test_every_fault_has_a_remedy() -> None:
    for data, _path, _message in FAULTY:
        with pytest.raises(Unsound) as caught:
            parse(data, FORMS)
        assert all(fault.remedy.endswith(".") for fault in caught.value.faults)


class TestCircles:
    def test_through_several_questions_are_found(self) -> None:
        form = source(
            question("yes_no", "a", show="answers.c"),
            question("yes_no", "b", show="answers.a"),
            question("yes_no", "c", show="answers.b"),
            question("yes_no", "d", show="answers.a"),
        )

        assert list(faults(form)) == [f"pages.0.fields.{index}.show" for index in range(3)]

    def test_through_a_page_are_found(self) -> None:
        form = source(pages=[page(question("yes_no"), show="answers.one")])

        assert list(faults(form)) == ["pages.0.fields.0.show"]

    def test_are_not_seen_where_there_are_none(self) -> None:
        form = source(question("yes_no", "late", show="answers.early"), question("yes_no", "early"))

        assert faults(form) == {}


class TestPatterns:
    @pytest.mark.parametrize(
        "pattern",
        [r"(a+)+$", r"(\d+\s?)*", r"(a|aa)+", r"((a*)b?){2,}", r"(?:x+y?)*", r"(a{1,9}){9}", r"([a-z]+\)?)*"],
    )
    def test_that_could_take_for_ever_are_refused(self, pattern: str) -> None:
        assert "for ever" in faults(source(question("text", pattern=pattern)))["pages.0.fields.0.pattern"]

    @pytest.mark.parametrize(
        "pattern",
        [
            r"[0-9]{2}-[A-Z]{2}-[0-9]{3}",
            r"([01][0-9]|2[0-3]):[0-5][0-9]",
            r"[+*]{2}",
            r"\(\d+\)+",
            r"(?:[A-Z]{2})+",
            r"[)(+]*",
            r"[]+]+",
            r"AZ-\d+(-\d+)?",
        ],
    )
    def test_that_cannot_are_taken(self, pattern: str) -> None:
        assert faults(source(question("text", pattern=pattern))) == {}


def test_a_refusal_needs_reasons() -> None:
    data = {**source(), "rejection_reasons": []}

    assert "no rejection reasons" in faults(data)["workflow.steps.0"]


def test_four_eyes_need_a_desk() -> None:
    data = with_steps(desk("judge", not_by_decider_of="nobody"), *SMALL[1:])

    assert "is no desk step" in faults(data)["workflow.steps.0.not_by_decider_of"]
