"""What waits at desks, and taking it."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk
from tests import worlds
from tests.api.desk.desks import Program, fault, kinds
from tests.clerks import office

pytestmark = pytest.mark.django_db


class TestTasks:
    def test_are_listed_as_the_queue_lists_them(self, program: Program, task: Step) -> None:
        late = worlds.apply(office.published(), by=worlds.citizen("nigar"), at=worlds.NOON - worlds.DAY)

        (first, second) = program.get().json()["results"]

        assert first["reference"] == late.written_reference
        assert (second["id"], second["step"], second["state"], second["held_by"]) == (task.pk, "judge", "open", "")
        assert (second["desk"]["code"], second["is_late"], second["needs_second_official"]) == ("permits", True, False)
        assert "Aysel" not in json.dumps([first, second])

    def test_come_in_pages_with_as_many_queries_however_many_there_are(
        self, program: Program, version: ServiceVersion
    ) -> None:
        counts = []
        for more in (1, 26):
            for _ in range(more):
                worlds.apply(version)
            program.get()  # the last use of a token is noted once a minute
            with CaptureQueriesContext(connection) as queries:
                page = program.get(state="free", service="permit").json()
            counts.append((len(page["results"]), len(queries)))
        following = program.client.get(page["next"], headers=program.headers).json()

        assert [rows for rows, _queries in counts] == [1, 25]
        assert counts[0][1] == counts[1][1]
        assert len(following["results"]) == 2
        assert following["next"] is None
        assert not {one["id"] for one in page["results"]} & {one["id"] for one in following["results"]}

    def test_one_holds_are_listed_apart(self, program: Program, held: Step) -> None:
        assert program.get().json()["results"] == []
        (mine,) = program.get("held/").json()
        assert (mine["id"], mine["held_by"], mine["is_held_by_you"]) == (held.pk, "Bruno", True)

    def test_are_those_of_one_desk_when_it_is_named(self, program: Program, task: Step) -> None:
        permits, roads = (worlds.desk_of("north", code).pk for code in ("permits", "roads"))

        assert [len(program.get(desk=one).json()["results"]) for one in (permits, roads)] == [1, 0]
        assert program.get(desk=worlds.desk_of("south", "permits").pk).status_code == 404
        named = program.client.get("/api/desk/desks/", headers=program.headers).json()
        assert [(one["id"], one["office"]) for one in named] == sorted([(permits, "north-hall"), (roads, "north-hall")])

    @pytest.mark.parametrize(
        ("query", "attr"),
        [
            ({"desk": "x"}, "desk"),
            ({"state": "all"}, "state"),
            ({"service": "a b"}, "service"),
            ({"cursor": "x"}, "cursor"),
        ],
    )
    def test_wishes_that_make_no_sense_are_told_by_name(
        self, program: Program, query: dict[str, str], attr: str
    ) -> None:
        status, _code, named, words = fault(program.get(**query))

        assert (status, named) == (400, attr)
        assert words


class TestTaking:
    def test_the_next_takes_the_most_urgent(self, program: Program, task: Step, seen: ServiceRequest) -> None:
        taken, none = (program.post("next/") for _ in range(2))

        assert (taken.json()["id"], taken.json()["is_held_by_you"]) == (task.pk, True)
        assert (none.status_code, none.content) == (204, b"")
        assert kinds(seen)[-1] == "claimed"
        assert program.post("next/", {"desk": worlds.desk_of("south", "permits").pk}).status_code == 404

    def test_one_is_taken_once_and_given_back(self, program: Program, task: Step, seen: ServiceRequest) -> None:
        claimed, again = (program.post(f"{task.pk}/claim/") for _ in range(2))
        released, none = (program.delete(f"{task.pk}/claim/") for _ in range(2))

        assert claimed.json()["is_held_by_you"]
        assert claimed.json() == again.json()
        assert (released.json()["held_by"], none.status_code) == ("", 409)
        assert kinds(seen)[-2:] == ["claimed", "released"]

    def test_one_that_another_took_first_is_a_conflict(self, program: Program, task: Step) -> None:
        desk.claim(task, worlds.clerk("chloe"), timezone.now())

        assert fault(program.post(f"{task.pk}/claim/")) == (
            409,
            "conflict",
            None,
            "Chloe has already taken this step.",
        )

    def test_nothing_is_picked_where_the_next_comes_first(self, program: Program, version: ServiceVersion) -> None:
        _first, second = (worlds.open_step(worlds.apply(version)) for _ in range(2))
        assert second.desk is not None
        type(second.desk).objects.update(allows_picking=False)

        status, code, _attr, words = fault(program.post(f"{second.pk}/claim/"))

        assert (status, code) == (409, "conflict")
        assert "the most urgent step comes first" in words

    def test_a_second_official_does_what_the_first_one_decided(self, program: Program, bruno: User) -> None:
        confirm = worlds.desk("confirm", not_by_decider_of="judge")
        weighty = worlds.published([worlds.desk("judge", to="confirm"), confirm], service="weighty")
        seen = worlds.apply(weighty)
        first = desk.claim(worlds.open_step(seen), bruno, timezone.now())
        program.post(f"{first.pk}/decision/", {"outcome": "yes"})
        second = worlds.open_step(seen)

        assert [one["needs_second_official"] for one in program.get().json()["results"]] == [True]
        assert "second official" in fault(program.post(f"{second.pk}/claim/"))[3]
        assert worlds.open_step(seen).assignee is None

    def test_whoever_is_too_near_is_put_aside_on_record(self, program: Program, bruno: User) -> None:
        User.objects.filter(pk=bruno.pk).update(name="Bruno Aliyev")
        version = worlds.published([worlds.desk("judge")], service="near", conflicts=["family_name"])
        seen = worlds.apply(version, by=worlds.citizen("nigar aliyeva"))

        answered = program.post(f"{worlds.open_step(seen).pk}/claim/")

        assert answered.status_code == 409
        assert kinds(seen)[-1] == "stood_aside"
