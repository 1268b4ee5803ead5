"""What programs may send wrongly: each fault is told by its name, with the right status, and nothing is written."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from tests import worlds

pytestmark = pytest.mark.django_db
BODY: dict[str, Any] = {"service": "permit", "office": "north-hall", "answers": {"rooms": 3}}


@pytest.fixture
def applicant() -> User:
    worlds.build_agencies("north", "south")
    worlds.published([worlds.desk("judge")])
    return worlds.citizen()


@pytest.fixture
def program(applicant: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(applicant)
    return client


def send(client: Client, body: object, key: str | None = "k1", **more: Any) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body)
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post(reverse("api_requests"), raw, content_type="application/json", headers=headers, **more)


def faults(answer: HttpResponse) -> set[str]:
    return {error["attr"] for error in answer.json()["errors"]}


BAD_BODIES = {
    "nothing": (b"", None),
    "half": (b'{"service": "per', None),
    "a list": (b"[]", None),
    "a word": (b'"permit"', None),
    "not UTF-8": (b'{"service": "\xff"}', None),
    "a key twice": (b'{"service": "permit", "service": "other"}', None),
    "NaN": (b'{"service": "permit", "office": "north-hall", "answers": {"rooms": NaN}}', None),
    "a lone surrogate": (b'{"service": "\\ud800"}', None),
    "deep": (b'{"answers": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", None),
    "no service": ({**BODY, "service": None}, "service"),
    "an unknown service": ({**BODY, "service": "nothing"}, "service"),
    "a text with NUL": ({**BODY, "service": "per\0mit"}, None),
    "a number for the service": ({**BODY, "service": 7}, "service"),
    "a list for the service": ({**BODY, "service": ["permit"]}, "service"),
    "an unknown office": ({**BODY, "office": "nowhere"}, "office"),
    "a list for the answers": ({**BODY, "answers": []}, "answers"),
    "no answers": ({"service": "permit", "office": "north-hall"}, "answers"),
    "words for a number": ({**BODY, "answers": {"rooms": "many"}}, "answers.rooms"),
    "a number too long": ({**BODY, "answers": {"rooms": 10**400}}, "answers.rooms"),
    "a group for a number": ({**BODY, "answers": {"rooms": {"a": 1}}}, "answers.rooms"),
    "a contact without a name": ({**BODY, "contact": {"email": "a@example.org"}}, "contact.name"),
    "no e-mail address": ({**BODY, "contact": {"name": "A", "email": "a@b\r\nBcc: c@d.example"}}, "contact.email"),
    "an endless name": ({**BODY, "contact": {"name": "A" * 10_000}}, "contact.name"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_told_by_its_part(program: Client, name: str) -> None:
    body, part = BAD_BODIES[name]
    answer = send(program, body)

    assert answer.status_code == 400, answer.content[:300]
    assert part is None or part in faults(answer), answer.json()
    assert all(error["detail"] for error in answer.json()["errors"])
    assert not ServiceRequest.objects.exists()
    assert not Event.objects.exclude(kind="version_published").exists()


def test_a_large_body(program: Client) -> None:
    answer = send(program, {**BODY, "answers": {"rooms": "9" * 3_000_000}})

    assert answer.status_code in (400, 413)
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize("key", [None, "", "k" * 65])
def test_no_key_or_too_long_a_one(program: Client, key: str | None) -> None:
    answer = send(program, BODY, key)

    assert answer.status_code == 400
    assert faults(answer) == {"Idempotency-Key"}


def test_the_same_key_gives_the_same_request_and_refuses_another_content(program: Client) -> None:
    first, again = send(program, BODY), send(program, BODY)
    other = send(program, {**BODY, "answers": {"rooms": 4}})

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == again.json()
    assert ServiceRequest.objects.count() == 1


def test_numbers_with_a_fraction_are_taken_and_told_apart(program: Client) -> None:
    asked = {"place": "location", "rent": "money"}
    fields = [{"key": key, "kind": kind, "label": worlds.text(key)} for key, kind in asked.items()]
    worlds.published([worlds.desk("judge")], pages=[{"key": "about", "title": worlds.text("About"), "fields": fields}])
    body = {**BODY, "answers": {"place": {"lat": 40.59, "lon": 49.5}, "rent": 250.5}}
    first, again = send(program, body), send(program, body)
    other = send(program, {**body, "answers": {**body["answers"], "rent": 250.25}})

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == again.json()
    assert ServiceRequest.objects.get().answers == {"place": {"lat": "40.590000", "lon": "49.500000"}, "rent": "250.50"}


def test_the_same_key_of_another_person_is_another_key(program: Client) -> None:
    other = Client()
    other.force_login(worlds.citizen("vali"))

    assert send(program, BODY).json()["id"] != send(other, BODY).json()["id"]


def test_an_office_that_does_not_deliver_the_service(program: Client) -> None:
    answer = send(program, {**BODY, "office": "south-hall"})

    assert answer.status_code == 409
    assert not ServiceRequest.objects.exists()


def test_what_nobody_may_set_is_not_set(program: Client, applicant: User) -> None:
    other = worlds.citizen("vali")
    extra = {
        "status": "approved",
        "applicant": str(other.pk),
        "fee": "0",
        "reference": "AAAAAAAAAA",
        "due_at": "2020-01-01",
    }
    answer = send(program, {**BODY, **extra, "submitted_at": "2020-01-01T00:00:00Z", "channel": "counter"})
    made = ServiceRequest.objects.get()

    assert answer.status_code == 201
    assert (made.status, made.applicant, made.channel) == ("in_progress", applicant, "online")
    assert made.submitted_at.year > 2020
    assert made.reference != "AAAAAAAAAA"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/xml"])
def test_another_kind_of_body(program: Client, kind: str) -> None:
    answer = program.post(reverse("api_requests"), b"{}", content_type=kind, headers={"Idempotency-Key": "k"})

    assert answer.status_code == 415


def test_a_body_in_pieces_of_unknown_length(program: Client) -> None:
    """It would arrive empty."""
    pieces = {"Transfer-Encoding": "chunked", "Idempotency-Key": "k"}
    answer = program.post(reverse("api_requests"), b"{}", content_type="application/json", headers=pieces)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (411, "length_required")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_another_method(program: Client, method: str) -> None:
    assert getattr(program, method)(reverse("api_requests")).status_code == 405


def test_without_a_token_against_forgery(applicant: User) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(applicant)

    assert send(client, BODY).status_code == 403
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=-1", 200),
        ("limit=x", 200),
        ("limit=1e9", 200),
        ("limit=%00", 200),
        ("cursor=x", 404),
        ("cursor=cD0wMDAwJTAw", 404),
        ("cursor=bz05OTk5OTk5OTk=", 200),
    ],
)
def test_odd_pages(program: Client, query: str, status: int) -> None:
    for name in ("api_requests", "api_services"):
        answer = program.get(f"{reverse(name)}?{query}")

        assert answer.status_code == status
        assert status == 200 or answer.json()["errors"][0]["detail"]
