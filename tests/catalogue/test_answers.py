"""Whole forms: what is shown, required, dropped and missing, and what conditions may speak of."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.answers import Form, variables
from services.catalogue.definition import Definition
from services.catalogue.expressions import Expressions, Unknown
from tests.catalogue.forms import TODAY, asking, group, page, problems, question, reading
from tests.worlds import text

PAPER = {"key": "plan", "title": text("Plan"), "at_most": 2}


def known(form: Definition, answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return variables(form, **{"answers": answers, "evidence_counts": {}, "today": TODAY, **more})


def holds(form: Definition, condition: str, answers: dict[str, Any], **more: Any) -> bool:
    return Expressions(form).holds(condition, known(form, answers, **more))


class TestRequired:
    @pytest.mark.parametrize("nothing", [None, "", "  ", [], {}, {"street": " ", "city": None}])
    def test_nothing_given_is_named(self, nothing: Any) -> None:
        assert problems(asking(question("address")), {"one": nothing}) == {"one": "required"}

    def test_no_is_an_answer(self) -> None:
        assert problems(asking(question("yes_no")), {"one": False}) == {}

    def test_optional_questions_may_stay_empty(self) -> None:
        assert problems(asking(question("text", required=False)), {}) == {}

    def test_a_condition_decides(self) -> None:
        form = asking(question("yes_no", "married"), question("text", "partner", required="answers.married"))

        assert problems(form, {"married": True}) == {"partner": "required"}
        assert problems(form, {"married": False}) == {}

    def test_an_unknown_condition_requires_nothing(self) -> None:
        form = asking(question("number", "rooms", required=False), question("text", required="answers.rooms > 2"))

        assert problems(form, {}) == {}
        assert problems(form, {"rooms": 3}) == {"one": "required"}


class TestUnknownQuestions:
    def test_are_named(self) -> None:
        assert problems(asking(question("text")), {"one": "x", "status": "approved"}) == {"status": "unknown"}

    def test_are_named_in_groups(self) -> None:
        form = asking(group(question("text", "name")))

        assert problems(form, {"owners": [{"name": "Aysel", "role": "king"}]}) == {"owners.0.role": "unknown"}


class TestHidden:
    FORM = (
        question("one_of", "colour"),
        question("text", "why", show="answers.colour == 'red'"),
        question("text", "who", show="answers.why == 'told'"),
    )

    def test_answers_are_dropped_with_their_problems(self) -> None:
        checked = reading(asking(*self.FORM), {"colour": "blue", "why": 5})

        assert checked.answers == {"colour": "blue"}
        assert checked.problems == []

    def test_answers_hide_what_depends_on_them(self) -> None:
        checked = reading(asking(*self.FORM), {"colour": "blue", "why": "told", "who": "Elvin"})

        assert checked.answers == {"colour": "blue"}

    def test_answers_show_what_stands_instead_of_them(self) -> None:
        form = asking(
            question("text", "last", show="answers.first == 'a'"),
            question("text", "first", show="answers.middle == ''"),
            question("text", "middle", show="answers.start == 'yes'"),
            question("text", "start"),
        )

        checked = reading(form, {"last": "z", "first": "a", "middle": "stale", "start": "no"})

        assert checked.answers == {"last": "z", "first": "a", "start": "no"}

    def test_pages_hide_their_questions(self) -> None:
        form = asking(pages=[page(question("yes_no")), page(question("text", "two"), key="more", show="answers.one")])

        assert reading(form, {"one": False, "two": "x"}).answers == {"one": False}
        assert problems(form, {"one": True}) == {"two": "required"}

    def test_questions_hide_their_page(self) -> None:
        form = asking(pages=[page(question("yes_no")), page(question("text", "two", show="answers.one"), key="more")])

        shown = [one.key for one in Form(form, Expressions(form), {"one": False}, {"today": TODAY}, {}).pages()]

        assert shown == ["about"]

    def test_circles_end(self) -> None:
        form = asking(
            question("text", "a", show="answers.b == ''", required=False),
            question("text", "b", show="answers.a == ''", required=False),
        )

        assert reading(form, {"a": "x", "b": "y"}).problems == []

    @given(st.permutations(range(5)), st.lists(st.sampled_from(["", "x", "y"]), min_size=5, max_size=5))
    def test_reading_what_was_kept_keeps_it(self, order: list[int], values: list[str]) -> None:
        chain = [
            question("text", f"q{n}", required=False, show=f"answers.q{n - 1} != 'x'" if n else None) for n in range(5)
        ]
        form = asking(*(chain[place] for place in order))

        kept = reading(form, {f"q{n}": value for n, value in enumerate(values)}).answers

        assert reading(form, kept).answers == kept


class TestOnePage:
    FORM = (page(question("text")), page(question("text", "two"), key="more"))

    def test_is_looked_at_alone(self) -> None:
        form = asking(pages=list(self.FORM), evidence=[PAPER])

        assert problems(form, {"nonsense": 1}, pages={"more"}) == {"two": "required"}

    def test_keeps_the_answers_of_the_others(self) -> None:
        checked = reading(asking(pages=list(self.FORM)), {"one": "x"}, pages={"more"})

        assert checked.answers == {"one": "x"}


class TestGroups:
    FORM = (group(question("text", "name"), question("number", "age", required=False), at_most=2),)

    def test_keep_each_entry(self) -> None:
        checked = reading(asking(*self.FORM), {"owners": [{"name": "Aysel", "age": "30"}, {"name": "Bruno"}]})

        assert checked.answers == {"owners": [{"name": "Aysel", "age": 30}, {"name": "Bruno"}]}

    @pytest.mark.parametrize(
        ("given", "found"),
        [
            ([], {"owners": "required"}),
            ("Aysel", {"owners": "type"}),
            (["Aysel"], {"owners": "type"}),
            ([{"name": "A"}, {"age": 1}], {"owners.1.name": "required"}),
            ([{"name": "A", "age": "old"}], {"owners.0.age": "number"}),
            ([{"name": "A"}] * 3, {"owners": "count"}),
        ],
    )
    def test_name_what_is_wrong_by_entry(self, given: Any, found: dict[str, str]) -> None:
        assert problems(asking(*self.FORM), {"owners": given}) == found

    def test_that_may_stay_empty_need_enough_when_begun(self) -> None:
        form = asking(group(question("text", "name"), required=False, at_least=2))

        assert problems(form, {}) == {}
        assert problems(form, {"owners": [{"name": "A"}]}) == {"owners": "count"}


class TestPapers:
    def test_are_counted(self) -> None:
        form = asking(question("text"), evidence=[PAPER])

        assert problems(form, {"one": "x"}) == {"plan": "required"}
        assert problems(form, {"one": "x"}, evidence={"plan": 3}) == {"plan": "count"}
        assert problems(form, {"one": "x"}, evidence={"plan": 1}) == {}

    def test_that_are_not_asked_for_are_not_missed(self) -> None:
        form = asking(question("yes_no"), evidence=[{**PAPER, "show": "answers.one"}])

        assert problems(form, {"one": False}) == {}
        assert problems(form, {"one": True}) == {"plan": "required"}

    def test_asked_for_on_a_page_are_counted_there(self) -> None:
        form = asking(question("file", "photo", at_most=2))

        assert problems(form, {}) == {"photo": "required"}
        assert problems(form, {}, evidence={"photo": 3}) == {"photo": "count"}
        assert problems(form, {}, evidence={"photo": 1}) == {}


class TestVariables:
    FORM = (
        question("text", "name", required=False),
        question("number", "rooms", required=False),
        question("number", "area", decimals=1, required=False),
        question("money", "income", required=False),
        question("yes_no", "married", required=False),
        question("several_of", "colours", required=False),
        question("location", "place", required=False),
        question("address", "home", required=False),
        question("file", "photo", required=False),
        group(question("text", "name"), question("number", "age", required=False), required=False, at_least=0),
    )
    ANSWERS = {
        "name": "Aysel",
        "rooms": 3,
        "area": "12.5",
        "income": "0.30",
        "married": True,
        "colours": ["red"],
        "place": {"lat": "40.4", "lon": "49.8"},
        "home": {"city": "Baku"},
        "owners": [{"name": "A", "age": 30}, {"name": "B"}],
    }

    @pytest.mark.parametrize(
        "condition",
        [
            "answers.name == 'Aysel'",
            "answers.rooms > 2",
            "answers.area > 12.4",
            "answers.income == 0.3",
            "answers.married",
            "'red' in answers.colours",
            "answers.place.lat > 40.0",
            "answers.home.city == 'Baku'",
            "answers.photo == 2",
            "answers.owners.size() == 2",
            "answers.owners.exists(owner, owner.name == 'B')",
            "answers.owners.exists(owner, has(owner.age) && owner.age > 18)",
            "evidence.plan == 1",
            "office.price == 2.5 && office.weekday == 'monday'",
            "found.car.found && !has(found.home)",
            "applicant.age >= 18",
            "decided.judge == 'yes'",
            "fee == 12.5",
            "today < '2026-12-31'",
            "channel == 'counter'",
        ],
    )
    def test_tell_what_was_given(self, condition: str) -> None:
        form = asking(*self.FORM, evidence=[PAPER])

        assert holds(
            form,
            condition,
            self.ANSWERS,
            evidence_counts={"photo": 2, "plan": 1},
            found={"car": {"found": True}},
            office_parameters={"price": Decimal("2.50"), "weekday": "monday"},
            applicant={"name": "Aysel", "personal_identifier": "", "age": 30},
            decided={"judge": "yes"},
            fee=Decimal("12.50"),
            channel="counter",
        )

    @pytest.mark.parametrize(
        "condition",
        [
            "answers.name == ''",
            "!answers.married",
            "answers.colours.size() == 0",
            "answers.owners.size() == 0",
            "answers.photo == 0",
            "decided.judge == ''",
        ],
    )
    def test_tell_what_was_not_given(self, condition: str) -> None:
        assert holds(asking(*self.FORM), condition, {})

    @pytest.mark.parametrize("condition", ["answers.rooms > 2", "answers.income > 2.0", "fee > 0.0", "found.x.found"])
    def test_leave_unknown_what_nobody_knows(self, condition: str) -> None:
        with pytest.raises(Unknown):
            holds(asking(*self.FORM), condition, {})
