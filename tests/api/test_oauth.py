"""Programs of agencies: who lets them act, how they get a token, and what it opens."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from portal.api import oauth
from portal.api.reference import calls
from portal.limits import Limit
from portal.reading import history_of, readings_of
from services.accounts.models import User
from services.accounts.tokens import Token
from services.agencies.models import Membership
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk, programs
from services.workflow.operations.programs import confirm_program, end_program, may_confirm, rotate_secret
from services.workflow.operations.tokens import make_token
from services.workflow.programs import Program
from services.workflow.refusals import Refused
from tests import worlds
from tests.api.agency_programs import READ, REPORT, ask, call, confirmed, made, manager, send
from tests.clerks import office

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def bruno() -> User:
    worlds.build_agencies("north", "south")
    office.published()
    return worlds.clerk("bruno")


@pytest.fixture
def seen(bruno: User) -> ServiceRequest:
    return worlds.apply(office.published(), {"rooms": 4}, by=worlds.citizen())


def bearer_of(program: Program, secret: str, **more: str) -> str:
    answer = ask(program, secret, **more)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def called_with(bearer: str) -> list[HttpResponse]:
    """Call the desk twice and Open311 once, which answers 403 to a wrong key, 400 to an empty report."""
    report = Client().post("/open311/v2/requests.json", {"api_key": bearer})
    return [call(bearer), call(bearer, "/api/desk/desks/"), report]


class TestMaking:
    def test_nothing_opens_before_a_second_person_confirms(self, bruno: User) -> None:
        dilara, carla = manager("dilara"), manager("carla")
        program, secret = made(dilara, bruno)

        assert ask(program, secret).json()["error"] == "invalid_client"
        assert [may_confirm(program, one) for one in (dilara, bruno, carla)] == [False, False, True]
        for one in (dilara, bruno, manager("elgun", "south")):
            with pytest.raises(Refused):
                confirm_program(program, one, timezone.now())
        confirm_program(program, carla, timezone.now())
        assert ask(program, secret).status_code == 200

    def test_a_supervisor_confirms_too_but_not_their_own(self, bruno: User) -> None:
        vusala = worlds.clerk("vusala", role="supervisor")
        program, _secret = made(manager("dilara"), bruno)
        own, _secret = made(manager("dilara"), vusala)

        assert programs.programs_to_confirm(vusala) == [program]
        assert not may_confirm(own, vusala)

    def test_the_database_wants_a_second_person(self, bruno: User) -> None:
        program, _secret = made(manager("dilara"), bruno)
        for side in (program.made_by, program.responsible):
            with pytest.raises(IntegrityError), programs.transaction.atomic():
                Program.objects.filter(pk=program.pk).update(confirmed_by=side, confirmed_at=timezone.now())

    @pytest.mark.parametrize(
        "more",
        [
            {"name": " "},
            {"purpose": ""},
            {"scopes": []},
            {"scopes": ["desk:work"]},
            {"desks": []},
            {"scopes": [REPORT]},
            {"days": 0},
            {"days": 366},
        ],
    )
    def test_refuses_what_cant_be_meant(self, bruno: User, more: dict[str, Any]) -> None:
        dilara = manager("dilara")
        with pytest.raises(Refused):
            made(dilara, bruno, **({"desks": [worlds.desk_of("north", "permits")]} | more))
        assert not Program.objects.exists()

    def test_refuses_other_agencies(self, bruno: User) -> None:
        with pytest.raises(Refused):
            made(manager("elgun", "south"), bruno)
        with pytest.raises(Refused):
            made(manager("dilara"), worlds.clerk("chloe", "south"))
        with pytest.raises(Refused):
            made(manager("dilara"), bruno, desks=[worlds.desk_of("south", "permits")])

    def test_is_hashed_at_rest_and_each_act_is_on_record(self, bruno: User) -> None:
        program, secret = confirmed(bruno)
        bearer = bearer_of(program, secret)
        rotate_secret(program, DAY, manager("dilara"), timezone.now())
        end_program(program, manager("dilara"), timezone.now())

        rows = (Program.objects, Token.objects, User.objects, Event.objects)
        kept = str([list(model.values()) for model in rows])
        assert secret not in kept
        assert bearer not in kept
        kinds = list(Event.objects.filter(subject=program.pk).order_by("seq").values_list("kind", flat=True))
        assert kinds == ["program_made", "program_confirmed", "program_renewed", "program_ended"]

    def test_it_never_signs_in(self, bruno: User) -> None:
        program, _secret = confirmed(bruno)

        assert not program.user.has_usable_password()
        with pytest.raises(IntegrityError), programs.transaction.atomic():
            User.objects.filter(pk=program.user_id).update(is_active=True)


class TestToken:
    def test_is_given_for_an_hour_and_kept_by_nobody(self, bruno: User) -> None:
        program, secret = confirmed(bruno, READ, REPORT)

        answer = ask(program, secret)
        told = answer.json()

        assert (told["token_type"], told["scope"]) == ("Bearer", f"{READ} {REPORT}")
        assert 3590 < told["expires_in"] <= 3600
        assert answer["Cache-Control"] == "no-store"
        assert call(told["access_token"]).status_code == 200
        with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
            assert call(told["access_token"]).status_code == 401

    def test_is_given_for_the_secret_in_the_form_too(self, bruno: User) -> None:
        program, secret = confirmed(bruno)
        shown = {"client_id": program.client_id, "client_secret": secret}

        assert send({"grant_type": "client_credentials", **shown}).status_code == 200

    def test_allows_no_more_than_was_asked_for(self, bruno: User) -> None:
        program, secret = confirmed(bruno, READ, REPORT)

        assert call(bearer_of(program, secret, scope=REPORT)).status_code == 403
        refused = ask(program, secret, scope="desk:work")
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")

    def test_refuses_a_wrong_client_alike_and_compares_in_constant_time(
        self, bruno: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program, _secret = confirmed(bruno)
        compared: list[str] = []
        monkeypatch.setattr(programs, "constant_time_compare", lambda *both: compared.append(both[1]))
        answers = [ask(program, "portal_wrong"), ask("program_nobody", "portal_wrong"), ask(program, "")]

        assert {(one.status_code, one.content, one["WWW-Authenticate"]) for one in answers} == {
            (401, answers[0].content, 'Basic realm="oauth"')
        }
        assert answers[0].json()["error"] == "invalid_client"
        assert len(compared) == 6

    @pytest.mark.parametrize("secret", ["", "portal_wrong"])
    def test_a_program_that_was_never_renewed_has_no_old_secret(self, bruno: User, secret: str) -> None:
        program, _secret = confirmed(bruno)

        assert ask(program, secret).status_code == 401

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            ({}, "invalid_request"),
            ({"grant_type": "password"}, "unsupported_grant_type"),
            ({"grant_type": "client_credentials", "scope": ["desk:read", "desk:read"]}, "invalid_request"),
            ({"grant_type": "client_credentials", "client_id": "a\0b"}, "invalid_request"),
        ],
    )
    def test_tells_errors_as_the_rfc_names_them(self, bruno: User, form: dict[str, Any], error: str) -> None:
        answer = send(form)

        assert (answer.status_code, answer.json()["error"]) == (400, error)
        assert answer["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("written", ["Basic", "Basic !", "Basic /w==", "Basic AAAA", "Basic é"])
    def test_a_header_that_cant_be_read_is_a_wrong_client(self, bruno: User, written: str) -> None:
        answer = send({"grant_type": "client_credentials"}, Authorization=written)

        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

    def test_shows_the_secret_in_one_way_only(self, bruno: User) -> None:
        program, secret = confirmed(bruno)

        assert ask(program, secret, client_secret=secret).json()["error"] == "invalid_request"

    def test_is_limited_by_address_and_by_program(self, bruno: User, monkeypatch: pytest.MonkeyPatch) -> None:
        program, secret = confirmed(bruno)
        monkeypatch.setattr(oauth, "GIVEN", Limit("oauth_given_test", 1, 3600))
        statuses = [ask(program, secret).status_code for _ in range(2)]
        assert statuses == [200, 429]

        monkeypatch.setattr(oauth, "GIVEN", Limit("oauth_given_test2", 9, 3600))
        monkeypatch.setattr(oauth, "WRONG", Limit("oauth_wrong_test", 1, 3600))
        tries = [ask(program, "portal_wrong"), ask(program, secret)]
        assert [one.status_code for one in tries] == [401, 429]
        assert tries[1]["Retry-After"]

    def test_wrong_secrets_of_one_program_shut_out_no_other_behind_its_address(
        self, bruno: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program, secret = confirmed(bruno)
        monkeypatch.setattr(oauth, "WRONG", Limit("oauth_wrong_test", 1, 3600))
        monkeypatch.setattr(oauth, "WRONG_AT", Limit("oauth_wrong_at_test", 2, 3600))
        wrong = [ask("program_astray", "portal_wrong").status_code for _ in range(5)]
        assert wrong == [401, 429, 429, 429, 429]
        assert ask(program, secret).status_code == 200

        assert ask("program_guessed", "portal_wrong").status_code == 401
        assert ask(program, secret).status_code == 429


class TestEnding:
    def test_shuts_secret_and_tokens_at_once(self, bruno: User) -> None:
        program, secret = confirmed(bruno)
        bearer = bearer_of(program, secret)
        end_program(program, manager("dilara"), timezone.now())

        assert ask(program, secret).status_code == 401
        assert call(bearer).status_code == 401

    def test_comes_with_its_time_and_with_who_answers_for_it(self, bruno: User) -> None:
        program, secret = confirmed(bruno)
        bearer = bearer_of(program, secret)
        assert call(bearer).json()["results"] == []
        with time_machine.travel(timezone.now() + 91 * DAY, tick=False):
            assert ask(program, secret).status_code == 401
        Membership.objects.of(bruno).update(ended_at=timezone.now())

        assert ask(program, secret).status_code == 401
        assert [one.status_code for one in called_with(bearer)] == [401, 401, 403]

    @pytest.mark.parametrize(
        "end",
        [
            lambda program: User.objects.filter(pk=program.responsible_id).update(is_active=False),
            lambda program: Membership.objects.of(program.responsible).update(ended_at=timezone.now()),
            lambda program: Program.objects.filter(pk=program.pk).update(ended_at=timezone.now()),
        ],
        ids=["who answers for it may not sign in", "who answers for it left", "ended"],
    )
    def test_ends_what_was_given_before_at_every_call(self, bruno: User, end: Callable[[Program], int]) -> None:
        program, secret = confirmed(bruno, READ, REPORT)
        bearer = bearer_of(program, secret)
        assert [one.status_code for one in called_with(bearer)] == [200, 200, 400]
        end(program)

        refused = called_with(bearer)

        assert [one.status_code for one in refused] == [401, 401, 403]
        assert b"expired" in refused[2].content  # the token isn't known, not: it lacks a scope

    def test_another_agencys_manager_is_refused(self, bruno: User) -> None:
        program, _secret = confirmed(bruno)
        foreign = manager("elgun", "south")
        with pytest.raises(Refused):
            end_program(program, foreign, timezone.now())
        with pytest.raises(Refused):
            rotate_secret(program, DAY, foreign, timezone.now())

    def test_a_new_secret_leaves_the_old_one_its_time(self, bruno: User) -> None:
        program, old = confirmed(bruno)
        bearer = bearer_of(program, old)
        new = rotate_secret(program, DAY, manager("dilara"), timezone.now())

        assert {ask(program, one).status_code for one in (old, new)} == {200}
        assert call(bearer).status_code == 200
        with time_machine.travel(timezone.now() + DAY, tick=False):
            assert [ask(program, one).status_code for one in (old, new)] == [401, 200]

    def test_a_stolen_secret_opens_nothing_from_now_on(self, bruno: User) -> None:
        program, old = confirmed(bruno)
        bearer = bearer_of(program, old)
        new = rotate_secret(program, timedelta(0), manager("dilara"), timezone.now())

        assert [ask(program, one).status_code for one in (old, new)] == [401, 200]
        assert call(bearer).status_code == 401


class TestReading:
    def test_is_told_to_the_applicant_as_the_programs(self, bruno: User, seen: ServiceRequest) -> None:
        program, secret = confirmed(bruno)
        task = worlds.open_step(seen)
        bearer = bearer_of(program, secret)

        assert [one["id"] for one in call(bearer).json()["results"]] == [task.pk]
        assert call(bearer, f"/api/desk/tasks/{task.pk}/").status_code == 200
        assert call(bearer, f"/api/desk/tasks/{task.pk}/history/").status_code == 200
        assert seen.applicant is not None
        looks = [(look.name, look.purpose) for look in readings_of(seen.applicant)]
        assert looks == [("Program “Archive”", "Keeps closed files")]
        assert [(one.who, one.name) for one in history_of(seen) if one.kind == "file_read"] == [
            ("Program", "Program “Archive”")
        ]
        assert Event.objects.get(kind="file_read").actor == f"program:{program.user_id}"

    def test_ends_at_its_desks(self, bruno: User, seen: ServiceRequest) -> None:
        program, secret = confirmed(bruno)
        program.desks.set([worlds.desk_of("south", "permits")])

        assert call(bearer_of(program, secret), f"/api/desk/tasks/{worlds.open_step(seen).pk}/").status_code == 404

    def test_changes_nothing_whatever_its_token_says(self, bruno: User, seen: ServiceRequest) -> None:
        program, secret = confirmed(bruno)
        task = worlds.open_step(seen)
        bearer = bearer_of(program, secret)
        acts = [("claim", "post"), ("claim", "delete"), ("decision", "post"), ("question", "post"), ("purpose", "post")]
        for scopes in ([READ], ["desk:work", "requests:submit"]):
            Token.objects.filter(user=program.user).update(scopes=scopes)
            for act, method in [*acts, ("activities", "post")]:
                assert call(bearer, f"/api/desk/tasks/{task.pk}/{act}/", method).status_code == 403, act
            assert call(bearer, "/api/desk/tasks/next/", "post").status_code == 403
        with pytest.raises(Refused):
            desk.claim(task, program.user, timezone.now())
        assert Step.objects.get(pk=task.pk).assignee is None

    def test_opens_open311_to_who_was_given_it(self, bruno: User) -> None:
        program, secret = confirmed(bruno, READ, REPORT)
        statuses = {
            scope: Client().post("/open311/v2/requests.json", {"api_key": bearer_of(program, secret, scope=scope)})
            for scope in (READ, REPORT)
        }

        assert statuses[READ].status_code == 403
        assert statuses[REPORT].status_code == 400  # of the report nothing was told yet

    def test_a_person_may_let_a_program_only_read(self, bruno: User, seen: ServiceRequest) -> None:
        _token, secret = make_token(user=bruno, name="Own", scopes=[READ], days=30, now=timezone.now())

        assert call(secret).status_code == 200
        assert call(secret, "/api/desk/tasks/next/", "post").status_code == 403
        assert call(secret, "/api/requests/").status_code == 403


def test_the_description_names_the_way(bruno: User) -> None:
    assert calls()["desk_task"].scopes == (READ,)
    assert calls()["desk_decide"].scopes == ("desk:work",)


def test_no_program_can_be_made_that_does_more(bruno: User) -> None:
    program, _secret = confirmed(bruno)
    with pytest.raises(IntegrityError):
        Program.objects.filter(pk=program.pk).update(scopes=["desk:work"])


def test_names_are_random(bruno: User) -> None:
    program, _secret = confirmed(bruno)

    assert re.fullmatch(r"program_[0-9a-f]{24}", program.client_id)
