"""What programs may ask without an account: a service's form as a schema, and what a person is entitled to."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from services.catalogue.operations import publish
from services.requests.models import ServiceRequest
from services.workflow.actions import FORMS
from tests import worlds
from tests.objections import appeal_definition

pytestmark = pytest.mark.django_db
HAS_CAR = {"key": "has_car", "kind": "yes_no", "text": worlds.text("Do you have a car?")}
AGE = {"key": "age", "kind": "number", "text": worlds.text("How old are you?"), "hint": worlds.text("In years")}
COLOUR = {
    "key": "colour",
    "kind": "one_of",
    "text": worlds.text("Which colour?"),
    "options": [{"value": value, "label": worlds.text(value.title())} for value in ("red", "blue")],
}
RULES = [
    {"text": worlds.text("You have a car"), "questions": [HAS_CAR], "when": "person.has_car"},
    {"text": worlds.text("You are of age"), "questions": [AGE], "when": "person.age >= 18"},
    {"text": worlds.text("It is red"), "questions": [COLOUR], "when": "person.colour == 'red'"},
]


@pytest.fixture(autouse=True)
def permit() -> None:
    worlds.build_agencies("north")
    worlds.published([worlds.desk("judge")], eligibility=RULES)


def judged(client: Client, person: object, status: int = 200) -> Any:
    answer = client.post("/api/eligibility/", {"person": person}, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


class TestForm:
    def test_is_a_schema_of_this_version(self, client: Client) -> None:
        answer = client.get("/api/services/permit/form/")

        assert answer["Content-Type"] == "application/schema+json"
        schema = answer.json()
        Draft202012Validator.check_schema(schema)
        assert (schema["x-version"], schema["title"]) == (1, "Permit")
        assert schema["$id"].endswith("/api/services/permit/form/")
        assert schema["properties"]["rooms"] == {"title": "Rooms", "type": "integer"}

    def test_has_the_examples_with_todays_dates(self, client: Client) -> None:
        begins = {"key": "begins", "kind": "date", "label": worlds.text("Begins"), "earliest": "today"}
        pages = [{"key": "about", "title": worlds.text("About"), "fields": [begins]}]
        example = {"key": "soon", "title": worlds.text("Soon"), "answers": {"begins": "today+3d"}}
        worlds.published([worlds.desk("judge")], pages=pages, examples=[example], eligibility=RULES)

        schema = client.get("/api/services/permit/form/").json()

        assert schema["examples"] == [{"begins": (timezone.localdate() + timedelta(days=3)).isoformat()}]

    def test_there_is_none_of_what_there_is_not(self, client: Client) -> None:
        assert client.get("/api/services/nothing/form/").status_code == 404


class TestEligibility:
    def test_gives_the_questions(self, client: Client) -> None:
        questions = {one["key"]: one for one in client.get("/api/eligibility/").json()}

        assert set(questions) == {"has_car", "age", "colour"}
        assert questions["age"] == {
            "key": "age", "kind": "number", "text": "How old are you?", "hint": "In years", "options": [],
        }  # fmt: skip
        assert [option["value"] for option in questions["colour"]["options"]] == ["red", "blue"]

    @pytest.mark.parametrize(
        ("person", "holds"),
        [
            ({"has_car": True, "age": 18, "colour": "red"}, True),
            ({"has_car": True, "age": 17, "colour": "red"}, False),
            ({"has_car": True}, None),
            ({}, None),
        ],
    )
    def test_judges_by_the_services_own_rules(self, client: Client, person: Any, holds: bool | None) -> None:
        (verdict,) = judged(client, person)

        assert (verdict["service"], verdict["title"], verdict["holds"]) == ("permit", "Permit", holds)
        assert [reason["text"] for reason in verdict["reasons"]] == ["You have a car", "You are of age", "It is red"]
        open_still = [key for reason in verdict["reasons"] for key in reason["unanswered"]]
        assert open_still == [key for key in ("has_car", "age", "colour") if key not in person]
        assert not ServiceRequest.objects.exists()

    @pytest.mark.parametrize(
        ("person", "attr"),
        [
            ({"has_car": "yes"}, "person.has_car"),
            ({"age": True}, "person.age"),
            ({"age": -1}, "person.age"),
            ({"age": 10**30}, "person.age"),
            ({"colour": "violet"}, "person.colour"),
            ({"colour": ["red"]}, "person.colour"),
            ({"colour": {}}, "person.colour"),
            ({"planet": "Mars"}, "person.planet"),
            ([], "person"),
            (None, "person"),
        ],
    )
    def test_tells_which_answer_is_wrong(self, client: Client, person: Any, attr: str) -> None:
        errors = judged(client, person, status=400)["errors"]

        assert [error["attr"] for error in errors] == [attr]
        assert errors[0]["detail"]

    def test_of_one_service_asks_and_judges_by_that_one_alone(self, client: Client) -> None:
        other = {**RULES[1], "questions": [{**AGE, "key": "rooms"}], "when": "person.rooms > 1"}
        worlds.published([worlds.desk("judge")], service="other", eligibility=[other])
        address = "/api/services/other/eligibility/"

        asked = [one["key"] for one in client.get(address).json()]
        body = {"content_type": "application/json"}
        told = [client.post(address, {"person": person}, **body) for person in ({"rooms": 2}, {"rooms": 1}, {})]
        wrong = client.post(address, {"person": {"age": 40}}, **body)

        assert asked == ["rooms"]
        assert [(one.json()["service"], one.json()["holds"]) for one in told] == [
            ("other", True),
            ("other", False),
            ("other", None),
        ]
        assert (wrong.status_code, wrong.json()["errors"][0]["attr"]) == (400, "person.age")
        assert client.get("/api/services/nothing/eligibility/").status_code == 404

    def test_leaves_out_objections(self, client: Client) -> None:
        publish(appeal_definition(), worlds.NOON, FORMS)

        assert [one["service"] for one in judged(client, {})] == ["permit"]
