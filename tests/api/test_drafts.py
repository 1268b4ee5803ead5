"""What a program does about a person's drafts, as the person does on pages: the same draft, faults and submission."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import Draft, ServiceRequest
from services.requests.operations import save_draft, start_draft
from services.workflow.operations.tokens import end_token
from tests import worlds
from tests.api.programs import ACT, DRAFT, READ, SUBMIT, Program, faults
from tests.citizens.forms import ANSWERS, DECLARED, PAGES, begin, build_service, check_url, page_url
from tests.objections import appeal_definition

pytestmark = pytest.mark.django_db
LIST = "/api/drafts/"
BEGIN = {"service": "permit", "office": "north-hall"}

WITHOUT_FILES = [{**page, "fields": [one for one in page["fields"] if one["kind"] != "file"]} for page in PAGES]


@pytest.fixture
def aysel() -> User:
    build_service(pages=WITHOUT_FILES, evidence=[])
    return worlds.citizen()


@pytest.fixture
def program(aysel: User) -> Program:
    return Program(aysel, DRAFT, SUBMIT)


def path(draft: Draft, what: str = "") -> str:
    return f"{LIST}{draft.pk}/{what}"


def begun(program: Program, **answers: Any) -> Draft:
    answer = program.send("POST", LIST, {**BEGIN, "answers": answers})
    assert answer.status_code == 201, answer.content
    return Draft.objects.get(pk=answer.json()["id"])


def change(program: Program, draft: Draft, answers: object, etag: str | None = '"1"') -> HttpResponse:
    headers = {} if etag is None else {"if_match": etag}
    return program.send("PATCH", path(draft), {"answers": answers}, **headers)


def submit(program: Program, draft: Draft, body: object = None, **headers: str) -> HttpResponse:
    known = {"declared": True} if body is None else body
    return program.send("POST", path(draft, "submission/"), known, **{"idempotency_key": "one", **headers})


def at_once(call: Callable[[int], HttpResponse]) -> list[int]:
    """Call four times at the same time, each by a connection that is closed afterwards; give what is answered."""

    def one(number: int) -> int:
        try:
            return call(number).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as calls:
        return sorted(calls.map(one, range(4)))


class TestBeginning:
    def test_gives_a_draft_of_the_persons_own_and_nothing_of_the_profile(self, program: Program, aysel: User) -> None:
        answer = program.send("POST", LIST, {**BEGIN, "answers": {"rooms": 3, "rent": 450.5}})

        draft = Draft.objects.get()
        assert (answer.status_code, answer["ETag"]) == (201, '"1"')
        assert answer.json() | {"created_at": "", "saved_at": ""} == {
            "id": str(draft.pk), "service": "permit", "office": "north-hall", "version": 1, "created_at": "",
            "saved_at": "", "answers": {"rooms": "3", "rent": "450.5"}, "helped": None,
        }  # fmt: skip
        assert draft.applicant == aysel
        assert Client().get(page_url(draft)).status_code == 302

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"service": "nothing"}, ("does_not_exist", "service")),
            ({"office": "south-hall"}, ("does_not_exist", "office")),
            ({"office": "east-hall"}, ("invalid", "office")),
            ({"answers": {"planet": "Mars"}}, ("unknown", "answers.planet")),
            ({"answers": []}, ("not_a_dict", "answers")),
        ],
    )
    def test_refuses_what_there_is_not(self, program: Program, body: Any, expected: tuple[str, str]) -> None:
        worlds.load_agencies([], [worlds.town("east")])
        answer = program.send("POST", LIST, {**BEGIN, **body})

        assert (answer.status_code, faults(answer)) == (400, [expected])
        assert not Draft.objects.exists()

    def test_is_for_services_that_are_taken_online_and_begin_by_themselves(self, program: Program) -> None:
        worlds.publish(appeal_definition(), worlds.NOON, worlds.FORMS)
        worlds.published([worlds.desk("judge")], service="paper-only", channels=["counter"])

        appeal = program.send("POST", LIST, {**BEGIN, "service": appeal_definition()["service"]})
        paper = program.send("POST", LIST, {**BEGIN, "service": "paper-only"})

        assert (appeal.status_code, faults(appeal)) == (409, [("conflict", None)])
        assert (paper.status_code, faults(paper)) == (400, [("invalid", "service")])


class TestBeginningOnce:
    def test_the_same_key_gives_the_draft_as_it_is_now_and_then_its_request(self, program: Program) -> None:
        def begin(**changed: Any) -> HttpResponse:
            return program.send("POST", LIST, {**BEGIN, **changed}, idempotency_key="mine")

        worlds.published([worlds.desk("judge")], service="visit")
        first = begin(answers={"rooms": "2"})
        draft = Draft.objects.get()
        change(program, draft, ANSWERS)
        again, other = begin(answers={"rooms": "2"}), begin(service="visit")

        assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
        assert again.json()["id"] == first.json()["id"] == str(draft.pk)
        assert (again["ETag"], faults(other)[0][0]) == ('"2"', "idempotency_key_reused")
        made = submit(program, draft).json()["id"]
        sent = begin()
        assert (sent.status_code, faults(sent)[0][0]) == (409, "already_sent")
        given = program.send("POST", sent["Location"], {"declared": True}, idempotency_key="whatever")
        assert (given.status_code, given.json()["id"]) == (201, made)

    def test_the_same_key_of_another_person_is_another(self, program: Program, aysel: User) -> None:
        other = Program(worlds.citizen("elvin"), DRAFT)
        for one in (program, other):
            assert one.send("POST", LIST, BEGIN, idempotency_key="mine").status_code == 201
        assert {draft.applicant.name for draft in Draft.objects.all()} == {"Aysel", "Elvin"}


class TestChanging:
    def test_keeps_what_was_sent_beside_the_rest(self, program: Program) -> None:
        draft = begun(program, rooms=3, story="Once", owned=True)
        answer = change(program, draft, {"rooms": "many", "owned": None, "area": 12})

        assert (answer.status_code, answer["ETag"]) == (200, '"2"')
        assert answer.json()["answers"] == {"story": "Once", "rooms": "many", "area": "12"}
        assert program.get(path(draft)).json() == answer.json()

    def test_needs_the_etag_that_the_draft_has_now(self, program: Program) -> None:
        draft = begun(program, rooms=3)

        missing = change(program, draft, {"rooms": 4}, None)
        stale = [change(program, draft, {"rooms": 4}, etag) for etag in ('"0"', 'W/"1"', "1", "", "nonsense")]
        good = change(program, draft, {"rooms": 5}, '"7", "1"')
        again = change(program, draft, {"rooms": 6}, '"1"')

        assert (missing.status_code, faults(missing)) == (428, [("if_match_required", None)])
        assert {(one.status_code, one["ETag"]) for one in stale} == {(412, '"1"')}
        assert good.status_code == 200
        assert (again.status_code, again["ETag"], faults(again)) == (412, '"2"', [("changed_meanwhile", None)])
        assert Draft.objects.get().answers == {"rooms": "5"}

    @pytest.mark.usefixtures("ledger")
    def test_of_four_at_once_one_is_kept(self, program: Program) -> None:
        for _ in range(5):
            draft = begun(program)
            answered = at_once(lambda number, draft=draft: change(program, draft, {"rooms": number}))  # type: ignore[misc]
            assert answered == [200, 412, 412, 412]

    def test_and_an_open_page_notice_each_other(self, program: Program, aysel: User) -> None:
        draft, page = begun(program, rooms=3), Client()
        page.force_login(aysel)
        shown = page.get(page_url(draft)).content.decode()
        tab = shown.partition('name="tab" value="')[2].partition('"')[0]

        change(program, draft, {"rooms": 4})
        conflict = page.post(page_url(draft), {"asked": ["rooms"], "rooms": "5", "tab": tab})
        page.post(page_url(draft), {"asked": ["rooms"], "rooms": "6"})
        stale = change(program, draft, {"rooms": 7}, '"2"')

        assert tab.startswith("1.")
        assert conflict.status_code == 409
        assert (stale.status_code, stale["ETag"]) == (412, '"3"')

    @pytest.mark.parametrize(
        ("key", "value", "code"),
        [
            ("story", 5, "type"),
            ("rooms", True, "type"),
            ("rooms", [3], "type"),
            ("owned", "yes", "type"),
            ("pets", "cat", "type"),
            ("pets", [1], "type"),
            ("heating", ["gas"], "type"),
            ("home", "Nizami 14", "type"),
            ("home", {"street": 5}, "type"),
            ("home", {"planet": "Mars"}, "type"),
            ("place", {"lat": []}, "type"),
            ("owners", {"name": "Aysel"}, "type"),
            ("owners", [None], "type"),
            ("owners", [{"planet": "Mars"}], "unknown"),
            ("owners", [{"name": []}], "type"),
            ("owners", [{}] * 4, "count"),
            ("planet", 1, "unknown"),
        ],
    )
    def test_refuses_what_no_page_could_show(self, program: Program, key: str, value: Any, code: str) -> None:
        draft = begun(program)
        answer = change(program, draft, {"rooms": 4, key: value} if key != "rooms" else {key: value})

        assert (answer.status_code, faults(answer)) == (400, [(code, f"answers.{key}")])
        assert Draft.objects.get().version == 1

    def test_keeps_only_what_pages_can_show(self, program: Program, aysel: User) -> None:
        odd = {
            "story": "x\x07", "rooms": 10**30, "area": 1e300, "rent": "-", "since": "32", "owned": False,
            "heating": "lava", "pets": ["cow"], "home": {"city": ""}, "place": {"lat": 95.5}, "pin": "?",
            "owners": [{}, {"share": 0.25, "lives_here": True}],
        }  # fmt: skip
        draft, page = begun(program, **odd), Client()
        page.force_login(aysel)

        assert [page.get(address).status_code for address in (page_url(draft), check_url(draft))] == [200, 200]
        assert program.get(path(draft, "faults/")).status_code == 200

    def test_ends_where_a_draft_holds_too_much(self, program: Program, settings: Any) -> None:
        draft = begun(program, story="x" * 900)
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        answer = change(program, draft, {"street_sign": "x" * 200})

        assert (answer.status_code, faults(answer)) == (413, [("too_much", None)])

    def test_more_than_a_hundred_are_not_begun(self, program: Program, aysel: User) -> None:
        draft = begun(program)
        Draft.objects.bulk_create(Draft(service=draft.service, applicant=aysel, office=draft.office) for _ in range(99))

        refused = program.send("POST", LIST, {**BEGIN, "answers": {}})

        assert refused.status_code == 409
        assert "100 drafts" in refused.content.decode()
        assert Draft.objects.count() == 100

    def test_throwing_away_takes_the_files_along_and_may_name_the_etag(self, program: Program) -> None:
        draft = begun(program)

        assert program.send("DELETE", path(draft), if_match='"9"').status_code == 412
        assert program.send("DELETE", path(draft)).status_code == 204
        assert not Draft.objects.exists()
        assert program.get(path(draft)).status_code == 404


class TestFaults:
    def test_are_those_of_the_check_page(self, program: Program, aysel: User) -> None:
        draft, page = begun(program, **{**ANSWERS, "rooms": 2.5, "owners": [{"name": ""}]}), Client()
        page.force_login(aysel)

        told = program.get(path(draft, "faults/")).json()

        assert [(one["field"], one["code"]) for one in told] == [
            ("rooms", "decimals"),
            ("owners.0.name", "required"),
            ("owners.0.share", "required"),
            ("owners.0.lives_here", "required"),
        ]
        shown = page.get(check_url(draft)).content.decode()
        for one in told:
            assert f'value="change:{one["field"]}"' in shown
            assert escape(one["message"]) in shown
        sent = submit(program, draft)
        assert (sent.status_code, faults(sent)) == (400, [(one["code"], f"answers.{one['field']}") for one in told])

    def test_are_told_in_the_asked_language(self, program: Program) -> None:
        draft = begun(program, rooms=2.5)
        program.headers["Accept-Language"] = "fr"

        told = {one["field"]: one["message"] for one in program.get(path(draft, "faults/")).json()}

        assert told["rooms"] == "Saisissez un nombre entier, par exemple 12."

    def test_there_are_none_when_it_can_be_sent(self, program: Program) -> None:
        assert program.get(path(begun(program, **ANSWERS), "faults/")).json() == []


class TestSubmission:
    def test_makes_the_request_that_the_page_makes(self, program: Program, aysel: User) -> None:
        by_program, page = begun(program, **ANSWERS), Client()
        page.force_login(aysel)
        by_page = start_draft(by_program.service, aysel, by_program.office, by_program.answers)

        answer = submit(program, by_program)
        page.post(check_url(by_page), DECLARED)

        one, other = ServiceRequest.objects.order_by("submitted_at")
        assert (answer.status_code, answer.json()["reference"]) == (201, one.written_reference)
        same = ("answers", "contact", "applicant_id", "channel", "office_id", "version_id", "status", "language")
        assert {name: getattr(one, name) for name in same} == {name: getattr(other, name) for name in same}
        assert one.answers == ANSWERS
        assert not Draft.objects.exists()

    def test_is_made_once_from_wherever_it_is_sent(self, program: Program, aysel: User) -> None:
        draft, page = begun(program, **ANSWERS), Client()
        page.force_login(aysel)

        answers = [submit(program, draft, idempotency_key=key) for key in ("one", "one", "two")]
        shown = page.post(check_url(draft), DECLARED)

        request = ServiceRequest.objects.get()
        assert [(one.status_code, one.json()["id"]) for one in answers] == [(201, str(request.pk))] * 3
        assert shown["Location"] == reverse("apply_done", args=[request.pk])
        assert Event.objects.filter(subject=request.pk, kind="submitted").count() == 1

    @pytest.mark.usefixtures("ledger")
    def test_four_at_once_make_one_request(self, program: Program) -> None:
        for count in range(1, 6):
            draft = begun(program, **ANSWERS)
            sent = at_once(lambda key, draft=draft: submit(program, draft, idempotency_key=str(key)))  # type: ignore[misc]
            assert (sent, ServiceRequest.objects.count()) == ([201] * 4, count)

    @pytest.mark.parametrize(
        ("body", "headers", "status", "fault"),
        [
            ({}, {}, 400, ("required", "declared")),
            ({"declared": False}, {}, 400, ("invalid", "declared")),
            ({"declared": None}, {}, 400, ("null", "declared")),
            ({"declared": "perhaps"}, {}, 400, ("invalid", "declared")),
            (None, {"idempotency_key": ""}, 400, ("invalid", "Idempotency-Key")),
            (None, {"idempotency_key": "x" * 65}, 400, ("invalid", "Idempotency-Key")),
            (None, {"if_match": '"9"'}, 412, ("changed_meanwhile", None)),
        ],
    )
    def test_needs_the_persons_word_and_a_key(
        self, program: Program, body: Any, headers: dict[str, str], status: int, fault: tuple[str, str | None]
    ) -> None:
        answer = submit(program, begun(program, **ANSWERS), body, **headers)

        assert (answer.status_code, faults(answer)) == (status, [fault])
        assert not ServiceRequest.objects.exists()


class TestRight:
    def test_comes_with_the_scope(self, aysel: User) -> None:
        draft = begun(Program(aysel, DRAFT), **ANSWERS)
        filler, sender, other = Program(aysel, DRAFT), Program(aysel, SUBMIT), Program(aysel, READ, ACT)

        for program in (sender, other):
            met = [program.get(address).status_code for address in (LIST, path(draft), path(draft, "faults/"))]
            met += [change(program, draft, {}).status_code, program.send("DELETE", path(draft)).status_code]
            met += [program.send("POST", LIST, BEGIN).status_code]
            assert set(met) == {403}
        assert {submit(program, draft).status_code for program in (filler, other)} == {403}
        assert submit(sender, draft).status_code == 201

    def test_ends_with_the_token(self, program: Program) -> None:
        draft = begun(program)
        with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
            expired = program.get(path(draft)).status_code
        end_token(program.token, timezone.now())

        met = [program.get(path(draft)), change(program, draft, {}), submit(program, draft), Client().get(path(draft))]
        assert (expired, {one.status_code for one in met}) == (401, {401})
        assert Draft.objects.exists()

    def test_is_for_ones_own_drafts(self, program: Program, aysel: User) -> None:
        draft, other = begun(program, **ANSWERS), Program(worlds.citizen("elvin"), DRAFT, SUBMIT)

        met = [
            other.get(path(draft)),
            other.get(path(draft, "faults/")),
            change(other, draft, {}),
            submit(other, draft),
        ]
        met += [other.send("DELETE", path(draft)), other.get(path(draft, "files/"))]
        assert {one.status_code for one in met} == {404}
        assert other.get(LIST).json()["results"] == []
        assert [one["id"] for one in program.get(LIST).json()["results"]] == [str(draft.pk)]
        assert program.get(f"{LIST}{uuid4()}/").status_code == 404
        submit(program, draft)
        assert submit(other, draft).status_code == 404

    def test_reaches_what_the_person_began_on_a_page(self, program: Program, aysel: User) -> None:
        page = Client()
        page.force_login(aysel)
        draft = begin(page)

        assert program.get(path(draft)).json()["answers"] == {"email": aysel.email}


def test_the_list_asks_the_same_few_questions_however_long_it_is(
    program: Program, django_assert_num_queries: Any
) -> None:
    first = begun(program)
    with django_assert_num_queries(3):
        program.get(LIST)
    for _ in range(4):
        save_draft(begun(program), {"rooms": "1"})
    with django_assert_num_queries(3):
        listed = program.get(LIST).json()["results"]

    assert len(listed) == 5
    assert listed[-1]["id"] == str(first.pk)
