"""The page where managers make programs of their agencies, and where a second person confirms them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime

from services.accounts.models import User
from services.agencies.models import Agency, Desk
from services.workflow.operations.programs import confirm_program
from services.workflow.programs import Program
from tests import worlds
from tests.api.agency_programs import ask, call, made, manager
from tests.managers.test_versions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def bruno() -> User:
    worlds.build_agencies("north", "south")
    return worlds.clerk("bruno")


@pytest.fixture
def dilara(bruno: User) -> Client:
    return signed_in(manager("dilara"))


def said(**more: Any) -> dict[str, Any]:
    desks = [worlds.desk_of("north", "permits").pk]
    told = {"name": "Archive", "purpose": "Keeps closed files", "responsible": "bruno@north.example.org", "days": 90}
    return {**told, "agency": Agency.objects.get(code="north").pk, "scopes": ["desk:read"], "desks": desks, **more}


def send(client: Client, **more: Any) -> HttpResponse:
    return client.post(reverse("managers_programs"), said(**more))


def secret_in(page: HttpResponse) -> str:
    (found,) = re.findall(r"portal_[A-Za-z0-9_-]{43}", page.content.decode())
    return str(found)


class TestMaking:
    def test_shows_the_secret_once_and_waits_for_a_second_person(self, dilara: Client) -> None:
        assert "No program acts for your agencies." in dilara.get(reverse("managers_programs")).content.decode()

        page = send(dilara)
        secret, program = secret_in(page), Program.objects.get()
        again = dilara.get(reverse("managers_programs")).content.decode()

        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert secret not in again
        for words in ("Archive", "Keeps closed files", "Bruno answers for it", "Waits for a second person", "Never"):
            assert words in again
        assert reverse("managers_program_confirm", args=[program.pk]) not in again
        assert ask(program, secret).status_code == 401

    @pytest.mark.parametrize("confirms", ["manager", "supervisor"])
    def test_is_confirmed_by_another(self, dilara: Client, confirms: str) -> None:
        program_secret = secret_in(send(dilara))
        program = Program.objects.get()
        pages = {"manager": ("managers_programs", "managers_program_confirm")}
        page, act = pages.get(confirms, ("desk_team", "desk_program_confirm"))
        second = signed_in(worlds.clerk("carla", desks=(), role=confirms))
        address = reverse(act, args=[program.pk])
        assert address in second.get(reverse(page)).content.decode()

        assert "The program may act from now on." in second.post(address, follow=True).content.decode()

        assert address not in second.get(reverse(page)).content.decode()
        bearer = ask(program, program_secret).json()["access_token"]
        assert call(bearer).status_code == 200
        listed = dilara.get(reverse("managers_programs")).content.decode()
        assert "May act until" in listed
        assert "Never" not in listed

    @pytest.mark.parametrize("confirms", ["manager", "supervisor"])
    def test_shows_who_confirms_where_and_until_when_it_may_read(self, dilara: Client, confirms: str) -> None:
        desks = [worlds.desk_of("north", code).pk for code in ("permits", "roads")]
        send(dilara, desks=desks)
        second = signed_in(worlds.clerk("carla", desks=(), role=confirms))
        page = second.get(reverse({"manager": "managers_programs"}.get(confirms, "desk_team"))).content.decode()

        until = date_format(localtime(Program.objects.get().expires_at), "DATE_FORMAT")
        assert f"Read at desks, changing nothing, until {until}" in page
        for desk in Desk.objects.filter(pk__in=desks).select_related("office"):
            assert f"{desk.name['en']} – {desk.office.name['en']}" in page
        assert "may act" not in page.partition("<h2>")[2].partition("<details")[0]

    @pytest.mark.parametrize(("confirms", "page"), [("manager", "managers_programs"), ("supervisor", "desk_team")])
    def test_desks_take_no_query_each(
        self, dilara: Client, confirms: str, page: str, django_assert_num_queries: Any
    ) -> None:
        send(dilara)
        second = signed_in(worlds.clerk("carla", desks=(), role=confirms))
        second.get(reverse(page))
        with CaptureQueriesContext(connection) as one:
            second.get(reverse(page))
        Program.objects.get().desks.set(Desk.objects.filter(office__agency__code="north"))

        with django_assert_num_queries(len(one)):
            second.get(reverse(page))

    def test_its_maker_and_who_answers_for_it_cant_confirm(self, dilara: Client, bruno: User) -> None:
        worlds.clerk("bruno", role="supervisor")
        send(dilara)
        program = Program.objects.get()
        for client, act in ((dilara, "managers_program_confirm"), (signed_in(bruno), "desk_program_confirm")):
            page = client.post(reverse(act, args=[program.pk]), follow=True)
            assert "A second person has to confirm this" in page.content.decode()
        program.refresh_from_db()
        assert program.confirmed_at is None

    @pytest.mark.parametrize(
        ("wrong", "field", "words"),
        [
            ({"name": ""}, "name", "Give the program a name."),
            ({"purpose": " "}, "purpose", "Say what the program is for."),
            ({"responsible": "nobody@example.org"}, "responsible", "has to work at the agency."),
            ({"scopes": []}, "scopes", "Choose what the program may do."),
            ({"scopes": ["desk:work"]}, "scopes", ""),
            ({"desks": []}, "desks", "Choose desks exactly when the program may read there."),
            ({"scopes": ["reports:submit"]}, "desks", "Choose desks exactly when"),
            ({"days": "9999"}, "days", ""),
        ],
    )
    def test_tells_what_is_wrong_at_its_field(
        self, dilara: Client, wrong: dict[str, Any], field: str, words: str
    ) -> None:
        page = send(dilara, **wrong)
        body = page.content.decode()

        assert page.status_code == 422
        assert words in body
        assert f'id="id_{field}_error"' in body or f'href="#id_{field}' in body
        assert not Program.objects.exists()

    def test_an_agency_or_desk_of_others_is_refused(self, dilara: Client) -> None:
        south, roads = Agency.objects.get(code="south"), worlds.desk_of("south", "roads")
        for wrong in ({"agency": south.pk}, {"desks": [roads.pk]}):
            assert send(dilara, **wrong).status_code == 422
        assert not Program.objects.exists()

    def test_asks_who_one_is(self, bruno: User, client: Client) -> None:
        dilara = manager("dilara")
        dilara.set_password("a long walk by the sea")
        dilara.save()
        client.force_login(dilara)

        assert "reauthenticate" in send(client)["Location"]


class TestRenewing:
    def test_gives_a_new_secret_beside_the_old_one(self, dilara: Client, bruno: User) -> None:
        program, old = made(User.objects.get(email="dilara@north.example.org"), bruno)
        confirm_program(program, manager("carla"), timezone.now())
        address = reverse("managers_program_secret", args=[program.pk])
        assert "How long does the old secret work?" in dilara.get(address).content.decode()
        assert dilara.post(address, {"hours": "5"}).status_code == 422

        new = secret_in(dilara.post(address, {"hours": "24"}))

        program.refresh_from_db()
        assert new != old
        assert program.old_until is not None
        assert timedelta(hours=23) < program.old_until - timezone.now() <= timedelta(hours=24)
        assert "The old secret works until" in dilara.get(reverse("managers_programs")).content.decode()


class TestEnding:
    def test_is_confirmed_and_shows_no_more(self, dilara: Client, bruno: User) -> None:
        program, _secret = made(User.objects.get(email="dilara@north.example.org"), bruno)
        address = reverse("managers_program_end", args=[program.pk])
        assert "End the program?" in dilara.get(address).content.decode()

        page = dilara.post(address, follow=True).content.decode()

        assert "“Archive” may do nothing any more." in page
        assert "No program acts for your agencies." in page
        assert dilara.get(address).status_code == 404
