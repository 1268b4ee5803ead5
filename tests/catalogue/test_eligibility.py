from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.definition import Definition
from services.catalogue.eligibility import all_questions, judge
from services.catalogue.expressions import Expressions
from services.catalogue.operations import publish
from services.catalogue.soundness import Unsound, parse
from services.workflow.actions import FORMS
from tests import worlds

AGE = {"key": "age", "kind": "number", "text": worlds.text("How old are you?")}
CAR = {"key": "has_car", "kind": "yes_no", "text": worlds.text("Do you have a car?")}
STATUS = {
    "key": "status",
    "kind": "one_of",
    "text": worlds.text("Are you married?"),
    "options": [{"value": value, "label": worlds.text(value)} for value in ("single", "married")],
}
RULES = [
    {"text": worlds.text("Grown up"), "questions": [AGE], "when": "person.age >= 18"},
    {"text": worlds.text("Driver"), "questions": [CAR], "when": "person.has_car || person.age > 80"},
    {"text": worlds.text("Single"), "questions": [STATUS], "when": "person.status == 'single' && person.age < 99"},
]


def definition(rules: list[dict[str, Any]], **more: Any) -> Definition:
    return parse(worlds.definition([worlds.desk("judge")], eligibility=rules, **more), FORMS)


READ = definition(RULES)
EXPRESSIONS = Expressions(READ)


def holds(**person: Any) -> list[bool | None]:
    return [reason.holds for reason in judge(READ, EXPRESSIONS, person).reasons]


def test_each_requirement_is_told_with_its_own_answer() -> None:
    assert holds(age=30, has_car=False, status="single") == [True, False, True]
    assert judge(READ, EXPRESSIONS, {"age": 30, "has_car": True, "status": "single"}).holds is True


def test_what_is_not_answered_is_not_known_unless_it_makes_no_difference() -> None:
    assert holds() == [None, None, None]
    assert holds(has_car=True) == [None, True, None]
    assert holds(age=81) == [True, True, None]
    assert holds(status="married") == [None, None, False]
    assert [question.key for question in judge(READ, EXPRESSIONS, {}).reasons[0].unanswered] == ["age"]


def test_one_no_is_a_no_and_a_service_without_rules_is_for_the_office_to_tell() -> None:
    assert judge(READ, EXPRESSIONS, {"age": 7}).holds is False
    silent = definition([])
    assert judge(silent, Expressions(silent), {}).holds is None
    for_people = definition([{"text": worlds.text("Needy")}])
    assert judge(for_people, Expressions(for_people), {}).holds is None
    everyone = definition([{"text": worlds.text("Anyone"), "when": "true"}])
    assert judge(everyone, Expressions(everyone), {}).holds is True


people = st.fixed_dictionaries(
    {},
    optional={"age": st.integers(0, 120), "has_car": st.booleans(), "status": st.sampled_from(["single", "married"])},
)


@given(people, people)
def test_to_know_more_never_changes_an_answer(some: dict[str, Any], more: dict[str, Any]) -> None:
    before, after = judge(READ, EXPRESSIONS, some), judge(READ, EXPRESSIONS, {**more, **some})

    for one, other in zip(before.reasons, after.reasons, strict=True):
        assert one.holds is None or one.holds is other.holds
    assert before.holds is None or before.holds is after.holds


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ({"questions": [AGE], "when": "person.height > 2"}, "eligibility.0.when"),
        ({"questions": [AGE], "when": "person.age"}, "eligibility.0.when"),
        ({"questions": [AGE], "when": "person.age == 'old'"}, "eligibility.0.when"),
        ({"questions": [{**STATUS, "options": []}]}, "eligibility"),
        ({"questions": [{**CAR, "options": STATUS["options"]}]}, "eligibility"),
        ({"questions": [AGE, AGE]}, "eligibility"),
    ],
)
def test_faults_are_told_by_their_place(rule: dict[str, Any], fault: str) -> None:
    with pytest.raises(Unsound) as told:
        definition([{"text": worlds.text("Rule"), **rule}])

    assert fault in {found.path for found in told.value.faults}


@pytest.mark.django_db
def test_two_services_ask_alike_what_they_ask_by_the_same_key() -> None:
    worlds.build_agencies("north")
    steps = [worlds.desk("judge")]
    publish(worlds.definition(steps, eligibility=RULES[:1]), worlds.NOON, FORMS)
    otherwise = [{**RULES[0], "questions": [{**AGE, "text": worlds.text("What is your age?")}]}]

    publish(worlds.definition(steps, eligibility=RULES[:1], service="other"), worlds.NOON, FORMS)
    with pytest.raises(Unsound, match="asks 'age' otherwise"):
        publish(worlds.definition(steps, eligibility=otherwise, service="third"), worlds.NOON, FORMS)


def test_questions_of_many_services_come_once_the_most_useful_first() -> None:
    other = definition([RULES[1] | {"when": "person.has_car"}], service="other")

    assert list(all_questions([READ, other])) == ["has_car", "age", "status"]
