"""Examples: made-up requests in a definition, read as a citizen's answers are."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils.translation import override
from jsonschema import Draft202012Validator, FormatChecker

from services.catalogue.definition import Definition
from services.catalogue.examples import answers_on, example_faults, examples_on, try_example
from services.catalogue.expressions import Expressions
from services.catalogue.form_schema import form_schema
from services.catalogue.models import digest_of
from services.catalogue.operations import plain
from services.catalogue.soundness import Unsound, parse
from services.workflow.actions import FORMS
from tests.catalogue.forms import group, page, question, source
from tests.worlds import text

TODAY = date(2026, 3, 2)
SAMPLES = Path(__file__).parents[2] / "samples" / "services"
BIRTHS = group(question("text", "name"), question("date", "born", latest="today"), key="children", at_least=0)
FORM = [
    page(
        question("number", "rooms", minimum="1"),
        question("date", "start", earliest="today"),
        question("yes_no", "garden", required=False),
        question("money", "rent", required=False),
        question("text", "tree", show="answers.garden"),
        question("file", "photo"),
        BIRTHS,
    )
]
GOOD: dict[str, Any] = {"rooms": 2, "start": "today+10d"}
AGE = {"key": "age", "kind": "number", "text": text("How old are you?")}
GROWN_UP = [{"text": text("You are grown up"), "questions": [AGE], "when": "person.age >= 18"}]
FEE = {"base": [{"amount": "9.00", "when": "answers.garden"}, {"amount": "5.00"}]}


def with_examples(*examples: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = [{"key": f"e{number}", "title": text("x"), **example} for number, example in enumerate(examples)]
    papers = [{"key": "plan", "title": text("Plan")}]
    return source(**{"pages": FORM, "evidence": papers, "eligibility": GROWN_UP, "fee": FEE, **more}, examples=told)


def faults(*examples: dict[str, Any], **more: Any) -> dict[str, tuple[str, str]]:
    """Give what is wrong, and what to do about it, by the path behind `examples.`."""
    try:
        parse(with_examples(*examples, **more), FORMS, TODAY)
    except Unsound as unsound:
        return {one.path.removeprefix("examples."): (one.message, one.remedy) for one in unsound.faults}
    return {}


def test_one_that_a_citizen_could_send_is_sound_without_its_files() -> None:
    children = [{"name": "Leyla", "born": "today-400d"}]
    assert not faults(
        {"answers": GOOD, "fee": 5, "person": {"age": 30}},
        {"answers": {**GOOD, "garden": True, "tree": "Oak", "rent": 12.5, "children": children}, "fee": "9.00"},
    )


@pytest.mark.parametrize(
    ("path", "example", "message", "remedy"),
    [
        ("answers.rooms", {"answers": {"start": "today"}}, "doesn't answer 'rooms'", "Fill this in."),
        ("answers.rooms", {"answers": {**GOOD, "rooms": 0}}, "can't answer 'rooms' so", "a number of 1 or more"),
        ("answers.start", {"answers": {**GOOD, "start": "today-1d"}}, "can't answer", "Give a date of 2 March 2026 or"),
        ("answers.start", {"answers": {**GOOD, "start": "today-1"}}, "can't answer", "like 2026-12-31, today or"),
        (
            "answers.children.0.born",
            {"answers": {**GOOD, "children": [{"name": "L", "born": "today+1d"}]}},
            "can't answer 'children.0.born' so",
            "or earlier",
        ),
        ("answers.tree", {"answers": {**GOOD, "tree": "Oak"}}, "which isn't asked then", "change the answers"),
        ("answers.photo", {"answers": {**GOOD, "photo": "a.png"}}, "which takes files", "Remove it."),
        ("answers.plan", {"answers": {**GOOD, "plan": 1}}, "can't answer 'plan'", "There is no such question."),
        ("person.height", {"answers": GOOD, "person": {"height": 2}}, "no question of eligibility", "Name one"),
        ("person.age", {"answers": GOOD, "person": {"age": "old"}}, "can't answer 'age'", "a whole number"),
        ("person.age", {"answers": GOOD, "person": {"age": 10**30}}, "can't answer 'age'", "a whole number"),
        ("person", {"answers": GOOD, "person": {"age": 17}}, "who isn't entitled", "Change what that person"),
        ("fee", {"answers": GOOD, "fee": "9"}, "costs 5.00, not 9", "Correct the fee, or the example."),
        ("title", {"answers": GOOD, "title": {"fr": "x"}}, "has no text in 'en'", "Add it"),
        ("answers.rooms", {"answers": {**GOOD, "rooms": {1: 2}}}, "Value error, this is no answer", "schema"),
    ],
)
def test_what_is_wrong_is_told_at_its_example_and_answer(
    path: str, example: dict[str, Any], message: str, remedy: str
) -> None:
    found = faults({"answers": GOOD}, example)

    assert list(found) == [f"1.{path}"]
    assert message in found[f"1.{path}"][0]
    assert remedy in found[f"1.{path}"][1]


def test_what_is_wrong_is_kept_in_english_whoever_checks() -> None:
    bad = {"answers": {"rooms": 0, "start": "today-1d"}}
    with override("fr"):
        in_french = faults(bad)

    assert in_french == faults(bad)
    assert {remedy for _message, remedy in in_french.values()} == {
        "Give a number of 1 or more.",
        "Give a date of 2 March 2026 or later.",
    }


def test_a_fee_that_answers_alone_do_not_tell_is_none_to_expect() -> None:
    by_size = {"units": [{"field": "rent", "amount": "2.00"}]}

    assert "don't tell what it costs" in faults({"answers": GOOD, "fee": 5}, fee=by_size)["0.fee"][0]
    assert not faults({"answers": {**GOOD, "rent": "3"}, "fee": 6}, fee=by_size)


def test_two_have_two_names() -> None:
    assert faults({"answers": GOOD, "key": "a"}, {"answers": GOOD, "key": "a"}) == {
        "examples": ("'a' stands there twice", "Remove or rename one.")
    }


def test_what_yaml_reads_as_a_day_or_a_decimal_is_kept_as_a_text() -> None:
    written = yaml.safe_dump(with_examples({"answers": {**GOOD, "start": date(2026, 3, 5), "rent": 12.5}}))
    definition = parse(yaml.safe_load(written), FORMS, TODAY)

    assert definition.examples[0].answers == {"rooms": 2, "start": "2026-03-05", "rent": "12.5"}
    assert digest_of(plain(definition))


def test_days_move_with_the_day_and_what_has_passed_is_not_shown() -> None:
    given = with_examples({"answers": GOOD}, {"answers": {**GOOD, "start": "2026-03-05"}})
    definition = Definition.model_validate(given)
    expressions = Expressions(definition)

    assert [one["start"] for one in examples_on(definition, expressions, TODAY)] == ["2026-03-12", "2026-03-05"]
    assert [one["start"] for one in examples_on(definition, expressions, date(2026, 4, 1))] == ["2026-04-11"]
    assert answers_on(definition, definition.examples[0], TODAY)["start"] == "2026-03-12"
    assert [fault[0] for fault in example_faults(definition, date(2026, 4, 1))] == ["examples.1.answers.start"]


def test_what_follows_from_one_is_worked_out() -> None:
    definition = Definition.model_validate(with_examples({"answers": {**GOOD, "garden": True, "tree": "Oak"}}))
    tried = try_example(definition, Expressions(definition), definition.examples[0], TODAY)

    assert (tried.fee, [paper.key for paper in tried.papers], tried.problems) == (Decimal("9.00"), ["plan"], [])


def test_those_of_the_samples_meet_the_schemas_of_their_forms_on_any_day() -> None:
    told = [Definition.model_validate(yaml.safe_load(file.read_text())) for file in sorted(SAMPLES.glob("*.yaml"))]
    having = [definition for definition in told if definition.examples]

    assert len(having) >= 3
    for definition in having:
        judge = Draft202012Validator(form_schema(definition, "en"), format_checker=FormatChecker())
        expressions = Expressions(definition)
        for day in (date(2028, month, 29) for month in range(1, 13)):
            assert list(example_faults(definition, day)) == []
            for answers in examples_on(definition, expressions, day):
                assert [error.message for error in judge.iter_errors(answers)] == []
