"""A program fills in a draft for somebody whom its person helps, by the rules of the pages."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.requests.models import Draft, ServiceRequest
from tests import worlds
from tests.api.programs import DRAFT, READ, SUBMIT, Program, faults
from tests.citizens.forms import upload

pytestmark = pytest.mark.django_db
LIST, PIN = "/api/drafts/", "5ZK3Q1U"
HELPED = {"name": "Zeynab", "personal_identifier": PIN, "language": "az", "relation": "relative", "agreed": True}
DECLARED = {"declared": True}
HELPED |= {"reason": "She can't see well", "may_follow": True}


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north")
    return worlds.published([worlds.desk("judge")])


@pytest.fixture
def leyla(version: ServiceVersion) -> User:
    return worlds.citizen("leyla", personal_identifier="3NG5PAJ")


@pytest.fixture
def program(leyla: User) -> Program:
    return Program(leyla, DRAFT, SUBMIT, READ)


def begin(program: Program, **change: Any) -> Any:
    body = {"service": "permit", "office": "north-hall", "answers": {"rooms": 3}, "helped": {**HELPED, **change}}
    return program.send("POST", LIST, body)


def submit(program: Program, draft: str) -> Any:
    return program.send("POST", f"{draft}submission/", DECLARED, idempotency_key="one")


def test_the_request_belongs_to_the_person_helped(program: Program, leyla: User) -> None:
    zeynab = worlds.citizen("zeynab", personal_identifier=PIN)
    begun = begin(program)
    draft = f"{LIST}{begun.json()['id']}/"
    lacks, early = program.get(f"{draft}faults/").json(), submit(program, draft)
    brought = program.bring(f"{draft}files/", field="mandate", file=upload(name="mandate.pdf"))
    there, made, again = program.get(f"{draft}faults/").json(), submit(program, draft), submit(program, draft)

    assert begun.status_code == 201
    known = {name: value for name, value in HELPED.items() if name != "agreed"}
    assert begun.json()["helped"] == {**known, "email": None, "phone": None}
    assert ([(one["field"], one["code"]) for one in lacks], early.status_code) == ([("mandate", "required")], 409)
    assert (brought.status_code, there) == (201, [])
    assert (made.status_code, made.json()["id"]) == (201, again.json()["id"])
    request = ServiceRequest.objects.get()
    assert (request.applicant, request.assistant, request.language) == (zeynab, leyla, "az")
    assert Event.objects.get(subject=request.pk, kind="submitted").actor == f"assistant:{leyla.pk}"
    assert zeynab.email not in made.content.decode()


@pytest.mark.parametrize(
    ("change", "status", "fault"),
    [
        ({"agreed": False}, 400, ("invalid", "helped.agreed")),
        ({"relation": "neighbour"}, 400, ("invalid_choice", "helped.relation")),
        ({"personal_identifier": "no!"}, 400, None),
        ({"phone": "twelve"}, 400, None),
        ({"personal_identifier": "3NG5PAJ"}, 409, ("conflict", None)),
        ({"relation": "official"}, 403, ("permission_denied", None)),
    ],
)
def test_who_cant_be_helped_so_is_told(program: Program, change: Any, status: int, fault: Any) -> None:
    answer = begin(program, **change)

    assert answer.status_code == status
    told = faults(answer)
    assert told == [fault] if fault else [attr for _code, attr in told] == [f"helped.{next(iter(change))}"]
    assert not Draft.objects.exists()


def test_some_services_have_to_be_asked_for_by_the_person(program: Program) -> None:
    worlds.published([worlds.desk("judge")], assistance=False)

    assert begin(program).status_code == 409


def test_whom_it_is_for_can_be_changed(program: Program) -> None:
    begun = begin(program, phone="050 123 45 67").json()
    draft = f"{LIST}{begun['id']}/helped/"
    own = program.send("POST", LIST, {"service": "permit", "office": "north-hall"}).json()
    stranger = Program(worlds.citizen("elvin"), DRAFT)
    read = program.get(f"{LIST}{begun['id']}/")["ETag"]
    changed = program.send("PATCH", draft, {"may_follow": False, "phone": None}, if_match=read)
    stale = program.send("PATCH", draft, {"name": "Other"}, if_match=read)
    sent_as_read = program.send(
        "POST", f"{LIST}{begun['id']}/submission/", DECLARED, idempotency_key="x", if_match=read
    )
    refused = program.send("PATCH", draft, {"personal_identifier": "3NG5PAJ"})

    assert (changed.status_code, changed.json()["helped"]["may_follow"]) == (200, False)
    assert changed.json()["helped"]["phone"] is None
    assert (stale.status_code, sent_as_read.status_code, refused.status_code) == (412, 412, 409)
    assert program.send("PATCH", draft, ["name"]).status_code == 400
    assert stranger.send("PATCH", draft, {"name": "Other"}).status_code == 404
    assert program.send("PATCH", f"{LIST}{own['id']}/helped/", {"name": "Other"}).status_code == 404
    assert own["helped"] is None
    assert Draft.objects.exclude(assistance={}).get().helped["name"] == "Zeynab"


def test_who_only_files_is_given_it_again_for_a_day(program: Program, leyla: User) -> None:
    draft = f"{LIST}{begin(program, relation='volunteer', may_follow=False).json()['id']}/"
    made, again = submit(program, draft), submit(program, draft)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        later = submit(Program(leyla, DRAFT, SUBMIT), draft)

    assert (made.status_code, again.json()["id"], later.status_code) == (201, made.json()["id"], 404)


def test_the_same_key_for_another_person_is_refused(program: Program) -> None:
    body = {"service": "permit", "office": "north-hall", "helped": HELPED}
    other = {**body, "helped": {**HELPED, "name": "Rena"}}
    first, second, again = (program.send("POST", LIST, one, idempotency_key="one") for one in (body, other, body))

    assert (first.status_code, second.status_code, again.status_code) == (201, 422, 201)
    assert Draft.objects.get().helped["name"] == "Zeynab"


class TestAtTheCounter:
    @pytest.fixture
    def bruno(self, version: ServiceVersion) -> User:
        worlds.published([worlds.desk("judge")], channels=["online", "counter"])
        return worlds.clerk("bruno")

    def test_an_official_records_what_somebody_asks_for(self, bruno: User) -> None:
        program = Program(bruno, DRAFT, SUBMIT, "desk:work")
        draft = begin(program, relation="official").json()
        made = submit(program, f"{LIST}{draft['id']}/")

        assert (made.status_code, made.json()["channel"], draft["helped"]["may_follow"]) == (201, "counter", False)

    def test_with_the_scopes_of_citizens_nobody_is_an_official(self, bruno: User) -> None:
        other = Program(bruno, DRAFT, SUBMIT)
        draft = f"{LIST}{begin(Program(bruno, DRAFT, SUBMIT, 'desk:work'), relation='official').json()['id']}/"

        assert begin(other, relation="official").status_code == 403
        assert other.get(draft).status_code == submit(other, draft).status_code == 404
        assert other.get(LIST).json()["results"] == []

    def test_without_a_second_factor_neither(self, bruno: User, settings: Any) -> None:
        program = Program(bruno, DRAFT, SUBMIT, "desk:work")
        draft = f"{LIST}{begin(program, relation='official').json()['id']}/"
        settings.STAFF_NEED_SECOND_FACTOR = True

        assert faults(begin(program, relation="official")) == [("second_factor_needed", None)]
        assert submit(program, draft).status_code == 404
