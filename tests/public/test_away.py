"""What people and programs are told while the database is away."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.http import HttpResponse
from django.test import Client

from tests import worlds

pytestmark = pytest.mark.django_db
TITLES = {
    "en": "The portal is away for a moment",
    "fr": "Le portail est absent un instant",
    "az": "Portal bir anlıq əlçatan deyil",
    "ar": "البوابة غير متاحة للحظات",
}


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture(params=[OperationalError, InterfaceError])
def broken(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let every statement fail as on a connection that was lost."""

    def refuse(*_: Any) -> None:
        raise request.param("the connection is lost")

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.usefixtures("broken")
class TestPages:
    @pytest.mark.parametrize("language", TITLES)
    def test_say_so_in_the_page_s_language_and_when_to_come_back(self, client: Client, language: str) -> None:
        client.cookies["language"] = language
        answer = client.get("/")

        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert TITLES[language] in answer.text
        assert f'<html lang="{language}"' in answer.text
        assert ('dir="rtl"' in answer.text) == (language == "ar")

    def test_say_so_to_whoever_is_signed_in_and_keep_the_safe_headers(self, client: Client) -> None:
        client.cookies["session"] = "a" * 32
        answer = client.get("/my/requests/")

        assert answer.status_code == 503
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

    def test_say_to_whoever_was_sending_that_it_may_have_arrived(self, client: Client) -> None:
        answer = client.post("/account/login/", {"login": "aysel@example.org", "password": "x"})

        assert answer.status_code == 503
        assert "We can’t tell yet whether what you sent has arrived" in answer.text

    def test_have_no_style_that_the_policy_refuses_nor_a_trace(self, client: Client) -> None:
        text = client.get("/").text

        assert not re.search(r"style=|<script|Traceback|the connection is lost", text)


class TestPrograms:
    def send(self, client: Client) -> HttpResponse:
        body = {"service": "permit", "office": "north-hall", "answers": {"rooms": 3}}
        return client.post("/api/requests/", body, content_type="application/json", headers={"Idempotency-Key": "k"})

    def test_are_told_to_send_the_same_again(self, client: Client) -> None:
        worlds.build_agencies("north")
        worlds.published([worlds.desk("judge")])
        client.force_login(worlds.citizen())

        def refuse(execute: Any, sql: str, *more: Any) -> Any:
            if "requests_servicerequest" in sql:
                raise OperationalError
            return execute(sql, *more)

        with connection.execute_wrapper(refuse):
            answer = self.send(client)

        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.json()["errors"][0]["code"] == "away"
        assert self.send(client).status_code == 201


def test_a_fault_of_our_own_is_no_absence(client: Client) -> None:
    def refuse(*_: Any) -> None:
        raise ProgrammingError

    with connection.execute_wrapper(refuse):
        answer = client.get("/")

    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers
