"""The form as JSON Schema: it takes what is taken when answers are read, and refuses what they refuse by its shape."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from services.catalogue.definition import Definition
from services.catalogue.form_schema import form_schema
from services.catalogue.rules import check_character
from tests.catalogue.forms import asking, group, page, problems, question, source

LONG, PIN = "x" * 201, "5ZK3Q1" + check_character("5ZK3Q1")
SAMPLES = Path(__file__).parents[2] / "samples" / "services"
ADDRESS = {"street": "Nizami", "house": "1", "city": "Baku"}
PEOPLE = group(question("text", "name"), question("text", "note", required=False), at_least=1, at_most=2)
# Of each kind of question: answers that are taken, and such as their shape alone refuses.
ANSWERS: dict[str, tuple[dict[str, Any], list[Any], list[Any]]] = {
    "text": (question("text", pattern="[0-9]{2}-[A-Z]"), ["10-A"], ["10-AB", "x10-A", 7, True, ["10-A"]]),
    "longer text": (question("text"), ["x" * 200], [LONG, {}]),
    "long text": (question("long_text", max_length=10), ["a\nb"], ["x" * 11]),
    "number": (question("number", minimum="2", maximum="9"), [2, 9], [1, 10, 2.5, True, []]),
    "decimals": (question("number", decimals=1, minimum="0"), [1, 1.5, "1.5"], [-1, "1.55", "1,5", "1e3", False]),
    "money": (question("money"), ["12.50", 12, 0.5], ["12.505", "a", -1, {}]),
    "date": (question("date"), ["2026-02-28"], ["2026-02-30", "28.2.2026", 20260228]),
    "yes or no": (question("yes_no"), [True, False], ["yes", 1]),
    "one of": (question("one_of"), ["red"], ["violet", 1, ["red"]]),
    "several of": (
        question("several_of", at_most=2),
        [["red"], ["red", "blue"]],
        [["violet"], ["red", "green", "blue"], "red"],
    ),
    "e-mail": (question("email"), ["a@example.org"], ["nobody", 5]),
    "phone": (question("phone"), ["+994501234567"], ["1" * 41, 5]),
    "address": (question("address"), [ADDRESS], [{"street": "Nizami"}, {**ADDRESS, "planet": "Mars"}, "Nizami 1"]),
    "location": (question("location"), [{"lat": "40.4", "lon": 49.9}], [{"lat": 91, "lon": 0}, {"lat": 1}, "40 49"]),
    "identifier": (question("personal_identifier"), [PIN], ["1" * 61, 5]),
    "group": (
        PEOPLE,
        [[{"name": "A"}], [{"name": "A", "note": "b"}] * 2],
        [[{}], [{"name": "A"}] * 3, [{"name": "A", "x": 1}], "A"],
    ),
}


def faults(form: Definition, answers: object) -> list[str]:
    schema = form_schema(form, "en")
    Draft202012Validator.check_schema(schema)
    return [
        error.message for error in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(answers)
    ]


@pytest.mark.parametrize("name", ANSWERS)
def test_it_judges_shapes_as_reading_does(name: str) -> None:
    asked, taken, refused = ANSWERS[name]
    form = asking(asked)
    for value in taken:
        assert not problems(form, {asked["key"]: value}), value
        assert not faults(form, {asked["key"]: value}), value
    for value in refused:
        assert problems(form, {asked["key"]: value}), value
        assert faults(form, {asked["key"]: value}), value


def test_only_what_is_always_asked_is_required() -> None:
    form = Definition.model_validate(
        source(
            pages=[
                page(
                    question("text", "always"),
                    question("text", "never", required=False),
                    question("text", "sometimes", required="answers.always == 'x'"),
                    question("text", "hidden", show="answers.always == 'x'"),
                    question("file", "photo"),
                ),
                page(question("text", "on_a_hidden_page"), key="more", show="answers.always == 'x'"),
            ]
        )
    )
    schema = form_schema(form, "en")

    assert schema["required"] == ["always"]
    assert set(schema["properties"]) == {"always", "never", "sometimes", "hidden", "on_a_hidden_page"}
    assert schema["properties"]["hidden"]["$comment"] == "Shown when: answers.always == 'x'"
    assert faults(form, {"always": "y", "other": "z"})
    assert not faults(form, {"always": "y"})


CONDITIONS = {
    "lost": "answers.colour == 'red'",
    "lost or stolen": "answers.colour == 'red' || answers.colour == \"blue\"",
    "owned": "answers.owned",
    "owned and red": "answers.colour == 'red' && answers.owned",
    "of a hidden answer": "answers.hidden",
    "not": "answers.colour != 'red'",
    "much": "answers.rooms > 2",
}
IN_SCHEMA = {"lost", "lost or stolen", "owned"}
GIVEN: list[dict[str, Any]] = [
    {"rooms": 3, **more}
    for more in (
        {"colour": "red", "owned": False},
        {"colour": "red", "owned": True},
        {"colour": "blue", "owned": False, "hidden": True},
        {"colour": "green", "owned": False, "hidden": True},
    )
]


@pytest.mark.parametrize("where", ["page", "show", "required"])
@pytest.mark.parametrize("name", CONDITIONS)
def test_what_an_answer_makes_required_is_told_where_a_schema_can_tell_it(name: str, where: str) -> None:
    always = [question("one_of", "colour"), question("yes_no", "owned"), question("number", "rooms")]
    hidden = question("yes_no", "hidden", show="answers.colour == 'green'", required=False)
    more = question("text", "more", **({} if where == "page" else {where: CONDITIONS[name]}))
    second = page(more, key="second", **({"show": CONDITIONS[name]} if where == "page" else {}))
    form = Definition.model_validate(source(pages=[page(*always, hidden), second]))

    for given in GIVEN:
        is_missing = problems(form, given) == {"more": "required"}
        assert bool(faults(form, given)) == (is_missing and name in IN_SCHEMA), given
        assert not faults(form, {**given, "more": "x"})
    told = form_schema(form, "en")["properties"]["more"]["$comment"]
    assert told == f"{'Required' if where == 'required' else 'Shown'} when: {CONDITIONS[name]}"


def test_what_is_left_to_choice_is_never_required_and_all_conditions_count() -> None:
    red, owned = "answers.colour == 'red'", "answers.owned"
    always = page(question("one_of", "colour"), question("yes_no", "owned"))
    free = [
        question("text", "free", required=False),
        question("file", "photo"),
        {**PEOPLE, "at_least": 0},
        question("text", "more", show=owned),
    ]
    form = Definition.model_validate(source(pages=[always, page(*free, key="second", show=red)]))

    assert not faults(form, {"colour": "red", "owned": False})
    assert not faults(form, {"colour": "blue", "owned": True})
    assert faults(form, {"colour": "red", "owned": True}) == ["'more' is a required property"]
    assert form_schema(form, "en")["properties"]["more"]["$comment"] == f"Shown when: ({red}) and ({owned})"


def test_an_empty_group_is_allowed_where_it_may_be_empty() -> None:
    assert faults(asking(PEOPLE), {"owners": []})
    assert not faults(asking({**PEOPLE, "at_least": 0}), {"owners": []})
    assert not faults(asking({**PEOPLE, "at_least": 0}), {})


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_samples_forms_are_sound_schemas_in_their_languages(file: Path) -> None:
    definition = Definition.model_validate(yaml.safe_load(file.read_text()))
    for language in definition.languages:
        schema = form_schema(definition, language)
        Draft202012Validator.check_schema(schema)
        assert schema["title"] == definition.title[language]
        assert schema["properties"]
