"""Searching by a program: on record as on the page."""

import pytest

from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.looking import Search
from services.workflow.models import Step
from tests import worlds
from tests.api.desk.desks import Program, fault

pytestmark = pytest.mark.django_db


def find(program: Program, words: object):  # type: ignore[no-untyped-def]
    return program.program.send("POST", "/api/desk/search/", {"words": words})


class TestFinding:
    def test_by_reference_however_it_is_written(self, program: Program, seen: ServiceRequest) -> None:
        (found,) = find(program, seen.written_reference.lower().replace("-", " ")).json()["results"]

        assert found == {"id": str(seen.pk), "reference": seen.written_reference, "service": "permit"}
        assert (Search.objects.get().kind, Search.objects.get().hits) == ("reference", 1)
        assert not Event.objects.filter(kind="found_in_search").exists()

    def test_by_name_is_told_to_whom_is_found(self, program: Program, seen: ServiceRequest) -> None:
        worlds.apply(seen.version, by=worlds.citizen("nigar"))
        (found,) = find(program, "ayse").json()["results"]

        assert (found["id"], found["applicant"], found["service"]) == (str(seen.pk), "Aysel", "permit")
        assert (Search.objects.get().kind, Search.objects.get().hits) == ("name", 1)
        assert Event.objects.get(kind="found_in_search").subject == seen.pk

    def test_by_personal_identifier(self, program: Program, seen: ServiceRequest) -> None:
        ServiceRequest.objects.filter(pk=seen.pk).update(contact={"name": "Aysel", "personal_identifier": "7EV4TNX"})

        assert [one["id"] for one in find(program, "7ev4tnx").json()["results"]] == [str(seen.pk)]
        assert Search.objects.get().kind == "identifier"

    def test_finds_nothing_of_other_offices(self, version: object, seen: ServiceRequest) -> None:
        stranger = Program(worlds.clerk("elvin", "south"))

        for words in ("Aysel", seen.written_reference):
            assert find(stranger, words).json()["results"] == []
        assert not Event.objects.filter(kind="found_in_search").exists()
        assert Search.objects.count() == 3  # what is no reference of theirs is looked for as a name, too

    @pytest.mark.parametrize("words", [None, "", " ", "ay", "x" * 101, "a\x07bell", ["Aysel"]])
    def test_needs_something_to_look_for(self, program: Program, seen: ServiceRequest, words: object) -> None:
        status, _code, named, told = fault(find(program, words))

        assert (status, named) == (400, "words")
        assert told
        assert not Search.objects.exists()

    def test_needs_the_scope(self, program: Program, held: Step) -> None:
        reader = Program(held.assignee, "desk:read")  # type: ignore[arg-type]

        assert find(reader, "Aysel").status_code == 403
