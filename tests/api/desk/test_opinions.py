"""Asking another agency and answering one by programs: what may be seen, what is on record, what is refused."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.evidence import Evidence
from services.requests.models import ServiceRequest
from services.requests.operations import add_evidence
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.opinions import Question, ask_opinion
from tests import worlds
from tests.access.world import one_page
from tests.api.agency_programs import ask as ask_token
from tests.api.agency_programs import call, confirmed
from tests.api.desk.desks import Program, fault, kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def carla(bruno: User) -> User:
    return worlds.clerk("carla", "south")


@pytest.fixture
def carlas(carla: User) -> Program:
    return Program(carla)


@pytest.fixture
def plan(seen: ServiceRequest) -> Evidence:
    now = timezone.now()
    return add_evidence(seen, "plan", ContentFile(one_page(), "plan.pdf"), accept=("pdf",), at_most=3, now=now)


@pytest.fixture
def asked(held: Step, carla: User, plan: Evidence, bruno: User) -> AskedOpinion:
    """Ask the southern town, which may see the rooms and not the plan."""
    question = Question(worlds.desk_of("south", "permits"), "Is it safe?", 5, ["rooms"])
    return ask_opinion(held, question, bruno, timezone.now())


def question(**more: Any) -> dict[str, Any]:
    return {"desk": worlds.desk_of("south", "permits").pk, "question": "Is it safe?", "days": 5, **more}


class TestAsking:
    def test_offers_other_agencies_and_what_they_may_see(
        self, program: Program, held: Step, carla: User, plan: Evidence
    ) -> None:
        offered = program.get(f"{held.pk}/opinions/").json()

        assert {one["agency"] for one in offered["desks"]} == {"south"}
        assert [one["key"] for one in offered["answers"]] == ["rooms"]
        assert ([one["id"] for one in offered["papers"]], offered["asked"]) == ([str(plan.pk)], [])

    def test_shows_what_was_named_and_nothing_else(
        self, program: Program, carlas: Program, held: Step, plan: Evidence
    ) -> None:
        chosen = question(answers=["rooms"], papers=[str(plan.pk)])
        asked, again = (program.post(f"{held.pk}/opinions/", chosen) for _ in range(2))

        told = asked.json()
        assert (asked.status_code, told["state"], told["desk"]["agency"]) == (201, "open", "south")
        assert (told["answers"], told["papers"], told["answered_by"]) == (["rooms"], [str(plan.pk)], "")
        assert fault(again)[:2] == (409, "conflict")
        read = carlas.client.get(f"/api/desk/opinions/{told['id']}/", headers=carlas.headers).json()
        assert [one["key"] for one in read["answers"]] == ["rooms"]
        assert [one["name"] for one in read["papers"]] == ["plan.pdf"]
        assert "Aysel" not in str(read)

    def test_of_what_one_doesnt_hold_is_a_conflict(self, program: Program, task: Step, carla: User) -> None:
        assert fault(program.post(f"{task.pk}/opinions/", question()))[:2] == (409, "conflict")
        assert program.get(f"{task.pk}/opinions/").json()["desks"] == []

    @pytest.mark.parametrize(
        ("wrong", "attr"),
        [
            ({"desk": None}, "desk"),
            ({"desk": 999_999}, "desk"),
            ({"desk": "south"}, "desk"),
            ({"question": " "}, "question"),
            ({"question": "x" * 2001}, "question"),
            ({"days": 0}, "days"),
            ({"days": 61}, "days"),
            ({"answers": ["salary"]}, "answers"),
            ({"answers": "rooms"}, "answers"),
            ({"papers": ["6c1f0a4e-2b53-4d57-9c0e-3f1b6f0f7a11"]}, "papers"),
            ({"papers": ["plan"]}, "papers"),
        ],
    )
    def test_faults_are_told_by_name(
        self, program: Program, held: Step, carla: User, wrong: dict[str, Any], attr: str
    ) -> None:
        status, _code, named, words = fault(program.post(f"{held.pk}/opinions/", question(**wrong)))

        assert (status, (named or "").partition(".")[0]) == (400, attr)
        assert words
        assert not AskedOpinion.objects.exists()

    def test_isnt_for_ones_own_agency(self, program: Program, held: Step, carla: User) -> None:
        own = question(desk=worlds.desk_of("north", "roads").pk)

        assert fault(program.post(f"{held.pk}/opinions/", own))[::2] == (400, "desk")

    def test_reading_what_came_back_is_a_look(self, program: Program, asked: AskedOpinion, bruno: User) -> None:
        told = program.get(f"{asked.step_id}/opinions/").json()["asked"]

        assert [(one["question"], one["silence_means"]) for one in told] == [("Is it safe?", "no_opinion")]
        assert Event.objects.get(kind="file_read").actor == f"clerk:{bruno.pk}"


class TestAnswering:
    def where(self, asked: AskedOpinion, what: str = "") -> str:
        return f"/api/desk/opinions/{asked.pk}/{what}"

    def read(self, program: Program, asked: AskedOpinion, what: str = "") -> Any:
        return program.client.get(self.where(asked, what), headers=program.headers)

    def test_begins_in_the_list(self, carlas: Program, program: Program, asked: AskedOpinion) -> None:
        (listed,) = carlas.client.get("/api/desk/opinions/", headers=carlas.headers).json()["results"]

        assert (listed["id"], listed["service"], listed["asked_by"]) == (str(asked.pk), "permit", "north")
        assert "Is it safe?" not in str(listed)
        assert program.client.get("/api/desk/opinions/", headers=program.headers).json()["results"] == []

    def test_goes_back_and_closes_it(self, carlas: Program, program: Program, asked: AskedOpinion) -> None:
        given, again = (carlas.program.send("POST", self.where(asked, "answer/"), {"words": "It is."}) for _ in "12")

        assert (given.status_code, given.json()["state"], given.json()["words"]) == (201, "given", "It is.")
        assert again.status_code == 404
        assert self.read(carlas, asked).status_code == 404
        (told,) = program.get(f"{asked.step_id}/opinions/").json()["asked"]
        assert (told["words"], told["answered_by"]) == ("It is.", "Carla")

    def test_brings_a_file_to_who_asked(self, carlas: Program, program: Program, asked: AskedOpinion) -> None:
        sheet = SimpleUploadedFile("sheet.pdf", one_page())
        given = carlas.program.bring(self.where(asked, "answer/"), words="", file=sheet)
        file = self.read(program, asked, "file/")

        assert (given.status_code, given.json()["file"]) == (201, "sheet.pdf")
        assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
        assert file["Content-Disposition"].startswith("attachment")
        assert "sandbox" in file["Content-Security-Policy"]
        assert self.read(carlas, asked, "file/").status_code == 404
        assert kinds(asked.service_request)[-1] == "file_read"

    def test_each_look_is_on_record(self, carlas: Program, asked: AskedOpinion, carla: User) -> None:
        read = self.read(carlas, asked)

        assert (read.status_code, read.json()["question"]) == (200, "Is it safe?")
        event = Event.objects.get(kind="file_read")
        assert (event.actor, event.facts) == (f"clerk:{carla.pk}", {"purpose": "opinion"})

    def test_sees_no_file_that_wasnt_chosen(self, carlas: Program, asked: AskedOpinion, plan: Evidence) -> None:
        assert self.read(carlas, asked, f"papers/{plan.pk}/").status_code == 404
        asked.papers.set([plan])
        paper = self.read(carlas, asked, f"papers/{plan.pk}/")

        assert b"".join(paper.streaming_content)[:4] == b"%PDF"
        assert Event.objects.filter(kind="file_read").count() == 1

    def test_sees_no_answer_that_wasnt_chosen(self, carlas: Program, asked: AskedOpinion) -> None:
        AskedOpinion.objects.update(answers=[])

        assert self.read(carlas, asked).json()["answers"] == []

    def test_is_none_of_who_is_too_near(self, carlas: Program, asked: AskedOpinion, carla: User) -> None:
        known = asked.service_request
        known.contact = {**known.contact, "email": carla.email}
        known.save()

        assert fault(self.read(carlas, asked))[:2] == (403, "too_near")
        answer = carlas.program.send("POST", self.where(asked, "answer/"), {"words": "Yes"})
        assert fault(answer)[:2] == (409, "conflict")
        assert not Event.objects.filter(kind__in=("file_read", "opinion_given")).exists()

    def test_loses_no_file_to_a_form_that_is_named_otherwise(self, carlas: Program, asked: AskedOpinion) -> None:
        sheet = SimpleUploadedFile("sheet.pdf", one_page(), content_type="application/pdf")
        form = encode_multipart(BOUNDARY, {"words": "See it.", "file": sheet})
        kind = MULTIPART_CONTENT.replace("multipart/form-data", "Multipart/Form-Data")
        where = self.where(asked, "answer/")
        given = carlas.client.generic("POST", where, form, content_type=kind, headers=carlas.headers)

        asked.refresh_from_db()
        assert given.status_code == 400
        assert asked.answered_at is None

    @pytest.mark.parametrize("words", [None, "", " ", "x" * 4001, "a\x07", ["x"]])
    def test_needs_words_or_a_file(self, carlas: Program, asked: AskedOpinion, words: object) -> None:
        answer = carlas.program.send("POST", self.where(asked, "answer/"), {"words": words})

        assert fault(answer)[::2] == (400, "words")

    def test_tells_at_its_name_what_is_no_file_that_it_takes(self, carlas: Program, asked: AskedOpinion) -> None:
        bad = SimpleUploadedFile("run.exe", b"MZ" * 40)

        assert fault(carlas.program.bring(self.where(asked, "answer/"), words="Yes", file=bad))[::2] == (400, "file")
        assert AskedOpinion.objects.get().state == "open"

    def test_is_for_the_asked_desk_and_people_only(self, program: Program, asked: AskedOpinion, bruno: User) -> None:
        assert self.read(program, asked).status_code == 404
        assert program.program.send("POST", self.where(asked, "answer/"), {"words": "Yes"}).status_code == 404
        machine, secret = confirmed(bruno)
        bearer = ask_token(machine, secret).json()["access_token"]
        assert call(bearer, "/api/desk/opinions/").json()["results"] == []
        assert call(bearer, self.where(asked)).status_code == 404
        assert call(bearer, self.where(asked, "answer/"), "post").status_code == 403


class TestLetter:
    def test_shows_what_the_applicant_would_read_and_keeps_nothing(self, program: Program, held: Step) -> None:
        ServiceRequest.objects.filter(pk=held.service_request_id).update(language="fr")
        before = kinds(held.service_request)
        letter = program.post(f"{held.pk}/letter/", {"outcome": "no", "reason": "unfit", "words": "Too near."})

        told = letter.json()
        assert (letter.status_code, told["language"], told["ends"]) == (200, "fr", True)
        assert (told["title"], told["reason"], told["words"]) == ("No", "It doesn't fit.", "Too near.")
        assert "demande" in told["body"]
        assert kinds(held.service_request) == before
        assert worlds.open_step(held.service_request).is_open

    def test_is_for_who_holds_the_task(self, program: Program, task: Step) -> None:
        assert fault(program.post(f"{task.pk}/letter/", {"outcome": "yes"}))[:2] == (409, "conflict")

    @pytest.mark.parametrize(
        ("body", "attr"), [({}, "outcome"), ({"outcome": "maybe"}, "outcome"), ({"outcome": "no"}, "reason")]
    )
    def test_faults_are_told_by_name(self, program: Program, held: Step, body: dict[str, Any], attr: str) -> None:
        assert fault(program.post(f"{held.pk}/letter/", body))[::2] == (400, attr)


class TestAfterCare:
    def test_begins_with_the_end(self, program: Program, held: Step, seen: ServiceRequest, bruno: User) -> None:
        early = program.send(seen, "after-care/", {"activity": "letter"})
        offered = program.get(f"{held.pk}/").json()["after_care"]
        desk.decide(held, "yes", bruno, timezone.now())
        done = program.send(seen, "after-care/", {"activity": "letter"})

        assert (offered, program.get(f"{held.pk}/").json()["after_care"]) == (
            [],
            [{"key": "letter", "title": "Send the letter"}],
        )
        assert fault(early)[:2] == (409, "conflict")
        assert (done.status_code, done.json()["activity"]) == (201, "letter")
        assert kinds(seen).count("after_care") == 1

    @pytest.mark.parametrize("activity", [None, "", "rest", ["letter"]])
    def test_faults_are_told_by_name(self, program: Program, seen: ServiceRequest, activity: object) -> None:
        assert fault(program.send(seen, "after-care/", {"activity": activity}))[::2] == (400, "activity")
