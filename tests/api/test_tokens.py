"""What a program may do with a token: what it was made for, until it ends, and in no one else's name."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from services.accounts.models import User
from services.accounts.tokens import Token
from services.requests.models import ServiceRequest
from services.workflow.operations.tokens import end_token, make_token
from tests import worlds

pytestmark = pytest.mark.django_db
READ, SUBMIT = "requests:read", "requests:submit"
BODY = {"service": "permit", "office": "north-hall", "answers": {"rooms": 3}}


@pytest.fixture
def aysel() -> User:
    worlds.build_agencies("north")
    worlds.published([worlds.desk("judge")])
    return worlds.citizen()


def made(user: User, *scopes: str) -> tuple[Token, str]:
    return make_token(user=user, name="Firm", scopes=scopes or [READ, SUBMIT], days=30, now=timezone.now())


def read(secret: str, path: str = "/api/requests/", kind: str = "Bearer") -> HttpResponse:
    return Client().get(path, headers={"Authorization": f"{kind} {secret}"})


def send(secret: str, client: Client | None = None) -> HttpResponse:
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "one"}
    sender = client or Client(enforce_csrf_checks=True)  # a program has no token of the browser
    return sender.post("/api/requests/", BODY, content_type="application/json", headers=headers)


def test_a_program_sends_and_reads_in_the_persons_name(aysel: User) -> None:
    _token, secret = made(aysel)

    answer = send(secret)

    assert answer.status_code == 201, answer.content
    request = ServiceRequest.objects.get()
    assert request.applicant == aysel
    assert [one["reference"] for one in read(secret).json()["results"]] == [request.written_reference]
    assert read(secret, f"/api/requests/{request.pk}/").json()["service"] == "permit"


def test_it_sees_nothing_of_others(aysel: User) -> None:
    foreign = worlds.apply(worlds.published([worlds.desk("judge")]), by=worlds.citizen("elvin"))
    _token, secret = made(aysel)

    assert read(secret).json()["results"] == []
    assert read(secret, f"/api/requests/{foreign.pk}/").status_code == 404


@pytest.mark.parametrize("scope", [READ, SUBMIT])
def test_it_does_only_what_it_was_made_for(aysel: User, scope: str) -> None:
    _token, secret = made(aysel, scope)

    statuses = {READ: read(secret).status_code, SUBMIT: send(secret).status_code}

    assert statuses == {READ: 200 if scope == READ else 403, SUBMIT: 201 if scope == SUBMIT else 403}
    assert ServiceRequest.objects.count() == (scope == SUBMIT)
    refused = read(secret) if scope == SUBMIT else send(secret)
    assert "The token needs the scope" in refused.json()["errors"][0]["detail"]


def test_one_that_was_ended_or_expired_or_never_was_opens_nothing(aysel: User) -> None:
    token, secret = made(aysel)
    assert read(secret).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1), tick=False):
        expired = read(secret)
    end_token(token, timezone.now())
    for answer in (expired, read(secret), read("portal_nothing"), read(""), read(token.digest)):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert "Make a new one" in answer.json()["errors"][0]["detail"]


def test_nor_does_that_of_an_account_that_was_closed(aysel: User) -> None:
    _token, secret = made(aysel)
    User.objects.filter(pk=aysel.pk).update(is_active=False)

    assert read(secret).status_code == 401


@pytest.mark.parametrize("kind", ["Token", "Basic", "bearerx", ""])
def test_nobody_is_known_by_another_kind_of_header(aysel: User, kind: str) -> None:
    _token, secret = made(aysel)

    assert read(secret, kind=kind).status_code == 401


def test_a_bad_token_isnt_made_good_by_a_session(aysel: User, client: Client) -> None:
    client.force_login(aysel)

    assert send("portal_nothing", client).status_code == 401
    assert not ServiceRequest.objects.exists()


def test_the_last_use_is_told_to_the_minute(aysel: User) -> None:
    token, secret = made(aysel)
    moments = []
    for seconds in (0, 30, 90):
        with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False):
            read(secret)
        moments.append(Token.objects.get(pk=token.pk).last_used_at)
    assert moments[0] is not None
    assert moments[0] == moments[1]
    assert moments[2] > moments[1]


def test_pages_for_people_take_no_token(aysel: User) -> None:
    _token, secret = made(aysel)

    answer: Any = read(secret, "/my/requests/")

    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]
